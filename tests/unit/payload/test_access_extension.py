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

"""The body that sets a password, and where it is sent."""

from jacket_azure.payload import access_extension
from tests import timeout

SECRET = 'Corr3ct-Horse'


def machine(os_type='Linux', user='azureuser', extensions=()):
    """Build a machine as Azure shows it."""
    return {
        'location': 'eastus',
        'resources': [
            {'id': f'/vms/vm1/extensions/{name}', 'name': f'vm1/{name}',
             'properties': {'publisher': publisher, 'type': kind}}
            for name, publisher, kind in extensions],
        'properties': {
            'osProfile': {'adminUsername': user} if user else None,
            'storageProfile': {'osDisk': {'osType': os_type}}}}


class AccessTest(timeout.TestCase):

    def build(self, vm):
        target = access_extension.parse(vm)
        return target, access_extension.build(access_extension.Access(
            target, 'boss', 'run1', SECRET))

    def test_linux(self):
        target, body = self.build(machine())
        self.assertEqual('enablevmaccess', target.name)
        self.assertEqual('azureuser', target.user)
        self.assertEqual({'location': 'eastus', 'properties': {
            'publisher': 'Microsoft.OSTCExtensions',
            'type': 'VMAccessForLinux', 'typeHandlerVersion': '1.5',
            'autoUpgradeMinorVersion': True, 'forceUpdateTag': 'run1',
            'settings': {}, 'protectedSettings': {
                'username': 'boss', 'password': SECRET}}}, body)

    def test_windows(self):
        _, body = self.build(machine('Windows'))
        properties = body['properties']
        self.assertEqual(
            ('Microsoft.Compute', 'VMAccessAgent', '2.4'),
            (properties['publisher'], properties['type'],
             properties['typeHandlerVersion']))
        self.assertEqual({'UserName': 'boss'}, properties['settings'])
        self.assertEqual(
            {'Password': SECRET}, properties['protectedSettings'])

    def test_of_a_guest_that_azure_has_not_set_up(self):
        self.assertIsNone(access_extension.parse(machine(user=None)).user)

    def test_one_of_its_kind_is_used_by_its_own_name(self):
        found = access_extension.parse(machine(extensions=[
            ('script', 'Microsoft.Azure.Extensions', 'CustomScript'),
            ('portal', 'microsoft.ostcextensions', 'vmaccessforlinux')]))
        self.assertEqual('portal', found.name)

    def test_nothing_shows_the_password(self):
        target = access_extension.parse(machine())
        access = access_extension.Access(target, 'boss', 'run1', SECRET)
        self.assertNotIn(SECRET, repr(access))
