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

from jacket_azure.sandbox import inventory
from tests import timeout


def resource(kind, name, **tags):
    return {f'/{kind}/{name}'.lower(): {
        'type': f'Microsoft.Compute/{kind}', 'name': name, 'tags': tags}}


class FakeArm:
    """Answers with the resources it is given."""

    def __init__(self):
        self.held = {}

    def resources(self):
        return dict(self.held)


class InventoryTest(timeout.TestCase):

    def setUp(self):
        super().setUp()
        self.arm = FakeArm()
        self.arm.held = resource('disks', 'old')
        self.inventory = inventory.Inventory(self.arm, 'me')

    def names(self):
        return [item['name'] for item in
                self.inventory.resources().values()]

    def test_what_was_there_before_does_not_count(self):
        self.assertEqual([], self.names())

    def test_new_resource_counts_with_and_without_tag(self):
        self.arm.held |= resource('disks', 'a', **{'jacket-owner': 'me'})
        self.arm.held |= resource('disks', 'b')
        self.assertEqual(['a', 'b'], self.names())

    def test_resource_of_another_deployment_does_not_count(self):
        self.arm.held |= resource('disks', 'a', **{'jacket-owner': 'you'})
        self.assertEqual([], self.names())

    def test_description_names_a_few_and_counts_many(self):
        self.assertEqual('Azure holds nothing.', inventory.describe({}))
        few = resource('disks', 'a') | resource('virtualMachines', 'b')
        self.assertEqual(
            ['Azure holds', 'disks a', 'virtualMachines b'],
            [' '.join(line.split())
             for line in inventory.describe(few).splitlines()])
        many = {key: value for number in range(9)
                for key, value in resource('disks', f'{number}').items()}
        self.assertEqual('Azure holds 9 disks', inventory.describe(many))

    def test_power_state_is_read_from_the_instance_view(self):
        machine = {'properties': {'instanceView': {'statuses': [
            {'code': 'ProvisioningState/succeeded'},
            {'code': 'PowerState/deallocated'}]}}}
        self.assertEqual('deallocated', inventory.power_state(machine))
        machine['properties']['instanceView']['statuses'].pop()
        self.assertEqual('unknown', inventory.power_state(machine))
