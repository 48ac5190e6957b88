#    Licensed under the Apache License, Version 2.0 (the "License"); you may
#    not use this file except in compliance with the License. You may obtain
#    a copy of the License at
#
#         http://www.apache.org/licenses/LICENSE-2.0
#
#    Unless required by applicable law or agreed to in writing, software
#    distributed under the License is distributed on an "AS IS" BASIS, WITHOUT
#    WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied. See the
#    License for the specific language governing permissions and limitations
#    under the License.

"""Expressions of templates, without an emulator."""

from oslotest import base

from jacket_azure.emulator import errors
from jacket_azure.emulator import template_language
from jacket_azure.emulator import template_resources
from jacket_azure.emulator import templates

GROUP = '/subscriptions/s/resourceGroups/g'
DISKS = f'{GROUP}/providers/Microsoft.Compute/disks'


def make(resources=(), values=None, references=True, **parts):
    place = templates.Place(
        {'subscriptionId': 's', 'id': '/subscriptions/s'},
        {'name': 'g', 'id': GROUP, 'location': 'eastus'}, {'name': 'd'},
        lambda name: {'id': name, 'properties': {'list': [4, 5]}})
    made = templates.Template(
        {'resources': list(resources), **parts}, values or {}, place)
    made.references = references
    return made


def disk(name, **more):
    return {'type': 'Microsoft.Compute/disks', 'name': name,
            'apiVersion': '2024-03-02', **more}


class ExpressionTest(base.BaseTestCase):
    """What an expression comes to."""

    def test_values(self):
        template = make(
            parameters={'Name': {'type': 'string', 'defaultValue': 'x'},
                        'count': {'type': 'int'},
                        'flag': {'type': 'bool', 'defaultValue': False}},
            values={'count': {'value': 3}},
            variables={'base': "[concat(parameters('name'), '-nic')]",
                       'deep': {'a': ["[variables('base')]", 7]}})
        for text, value in (
                ('plain', 'plain'), ('[[x]', '[x]'), ('[1', '[1'),
                ("['it''s']", "it's"), ('[-3]', -3),
                ("[variables('DEEP').a[0]]", 'x-nic'),
                ("[variables('deep')['A'][1]]", 7),
                ("[concat(variables('base'), copyIndex(2))]", 'x-nic3'),
                ("[if(parameters('flag'), parameters('none'), 'no')]", 'no'),
                ("[concat(createArray(1), createArray('b'))]", [1, 'b']),
                ("[format('{0}-{1}', 'a', parameters('count'))]", 'a-3'),
                ("[add(mul(2, 3), mod(7, 4))]", 9),
                ("[resourceId('Microsoft.Compute/disks', 'a')]",
                 f'{DISKS}/a'),
                ("[resourceId('h', 'Microsoft.Compute/disks', 'a')]",
                 f'{DISKS}/a'.replace('/g/', '/h/')),
                ("[resourceId('N/a/b', 'x', 'y')]",
                 f'{GROUP}/providers/N/a/x/b/y'),
                ("[subscriptionResourceId('N/a', 'x')]",
                 '/subscriptions/s/providers/N/a/x'),
                ("[resourceGroup().location]", 'eastus'),
                ("[subscription().subscriptionId]", 's'),
                ("[deployment().name]", 'd'),
                ("[reference('r').list[1]]", 5),
                ("[reference('r', '2024', 'Full').id]", 'r'),
                ("[length(split('a,b', ','))]", 2),
                ("[toLower(substring('ABCD', 1, 2))]", 'bc'),
                ("[equals('a', 'A')]", False),
                ("[and(true(), not(false()), equals(1, 1))]", True),
                ("[coalesce(null(), 'z')]", 'z'),
                ("[union(createObject('a', 1), createObject('b', 2)).b]", 2),
                ("[json('{\"a\": [1]}').a[0]]", 1),
                ("[base64ToString(base64('q'))]", 'q')):
            self.assertEqual(value, template.evaluate(text, 1), text)
        self.assertEqual({'x': ['x-nic']}, template.evaluate(
            {'x': ["[variables('base')]"]}))

    def test_unique_string(self):
        template = make()
        one, same, other = (template.evaluate(f"[uniqueString('{word}')]")
                            for word in ('a', 'a', 'b'))
        self.assertEqual((one, 13), (same, len(one)))
        self.assertNotEqual(one, other)

    def test_mistakes(self):
        template = make(
            references=False, parameters={},
            variables={'a': "[variables('b')]", 'b': "[variables('a')]"})
        for text in ("[concat('a']", "[concat('a') 'b']", '[]', '[%]',
                     "[parameters('x')]", "[variables('x')]",
                     "[variables('a')]", '[copyIndex()]', '[div(1, 0)]',
                     "[reference('r')]", "[resourceId('x')]", "[add('a', 1)]",
                     "[resourceId('N/a/b', 'x')]", "[createArray(1)[3]]",
                     "[resourceGroup().nothing]", '[a.b]'):
            error = self.assertRaises(errors.ArmError, template.evaluate,
                                      text)
            self.assertEqual('InvalidTemplate', error.code, text)

    def test_unknown_functions_are_named(self):
        error = self.assertRaises(
            errors.ArmError, make().evaluate, "[listKeys('x', '2020')]")
        self.assertEqual(501, error.status)
        self.assertIn("'listkeys'", error.message)

    def test_parameters(self):
        one = {'parameters': {'a': {'type': 'string',
                                    'allowedValues': ['x', 'y']}}}
        make(values={'A': {'value': 'x'}}, **one)
        for values, wanted in (
                ({}, 'is not provided'),
                ({'a': {'value': 'z'}}, 'not part of the allowed'),
                ({'a': {'value': 1}}, "Expected 'string'"),
                ({'a': {'value': 'x'}, 'b': {'value': 'x'}},
                 'not present in the original template')):
            error = self.assertRaises(errors.ArmError, make, values=values,
                                      **one)
            self.assertIn(wanted, error.message)
        error = self.assertRaises(
            errors.ArmError, make, values={'a': {'reference': {}}}, **one)
        self.assertEqual(501, error.status)

    def test_a_secret_is_never_told(self):
        error = self.assertRaises(
            errors.ArmError, make, values={'a': {'value': ['hush']}},
            parameters={'a': {'type': 'secureString'}})
        self.assertNotIn('hush', error.message)

    def test_walk_over_calls(self):
        tree = template_language.parse("[a(b()[c()], d().e)]")
        self.assertEqual(['a', 'b', 'c', 'd'], [
            call.name for call in template_language.calls(tree)])


class OrderTest(base.BaseTestCase):
    """Which resources there are, and who waits for whom."""

    def plan(self, *resources, **parts):
        return {one.id.name: [other.id.name for other in one.after]
                for one in template_resources.plan(make(resources, **parts))}

    def test_dependencies_in_every_spelling(self):
        self.assertEqual(
            {'a': [], 'b': ['a', 'a', 'a', 'a'], 'c': ['b']}, self.plan(
                disk('a'), disk('b', dependsOn=[
                    'a', 'Microsoft.Compute/disks/a', f'{DISKS}/A',
                    "[resourceId('Microsoft.Compute/disks', 'a')]"]),
                disk('c', properties={
                    'x': "[reference('Microsoft.Compute/disks/b').y]"})))

    def test_conditions_copies_and_children(self):
        self.assertEqual(
            {'a0': [], 'a1': [], 'net': ['a0', 'a1'], 'sub': ['net']},
            self.plan(
                disk("[concat('a', copyIndex())]",
                     copy={'name': 'loop', 'count': '[add(1, 1)]'}),
                disk('no', condition='[false()]'),
                {**disk('net', dependsOn=['loop', 'no']),
                 'type': 'Microsoft.Network/virtualNetworks',
                 'resources': [{**disk('sub', dependsOn=['net']),
                                'type': 'subnets'}]}))

    def test_what_cannot_be(self):
        for resources, status, wanted in (
                ([disk('a', dependsOn=['b']), disk('b', dependsOn=['a'])],
                 400, 'Circular dependency'),
                ([disk('a', dependsOn=['b'])], 400, "'b' is not defined"),
                ([disk('a'), disk('A')], 400, 'multiple times'),
                ([{'type': 'N/a', 'name': 'x'}], 400, "'apiVersion'"),
                ([{**disk('a'), 'type': 'Microsoft.Resources/deployments'}],
                 501, 'deployments within')):
            error = self.assertRaises(errors.ArmError, self.plan, *resources)
            self.assertEqual(status, error.status)
            self.assertIn(wanted, error.message)
        for parts in ({'functions': [1]}, {'definitions': {'a': 1}}):
            error = self.assertRaises(errors.ArmError, make, **parts)
            self.assertEqual(501, error.status)
