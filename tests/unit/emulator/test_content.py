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

"""JSON as loosely as ARM reads it."""

from oslotest import base

from jacket_azure.emulator import content
from jacket_azure.emulator import errors


class ReadTest(base.BaseTestCase):
    """Bodies; loose ones are what az sent as templates (6 seen)."""

    def test_loose(self):
        for text in (b'{"a": {"b": 1}}', b'{"a": {"b": 1,},}',
                     b'{a: {"b": 1}}', b'{"a": {"b": 1} // c\n}',
                     b'{"a": /* "x": {\n */ {"b": 1}}'):
            self.assertEqual({'a': {'b': 1}}, content.read(text), text)

    def test_strings_are_left_alone(self):
        self.assertEqual(
            {'a': 'http://a, b: c,}', 'b': '"/* x */'}, content.read(
                b'{"a": "http://a, b: c,}", b: "\\"/* x */"}'))

    def test_no_json(self):
        for text in (b'{"a" 1}', b'[1]', b'{"a": NaN}', b'{"a": b}'):
            error = self.assertRaises(errors.ArmError, content.read, text)
            self.assertEqual('InvalidRequestContent', error.code)
