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

"""Making and unmaking instances: what Azure holds afterwards, at what cost."""

from nova import exception as nova_exception
from nova.compute import power_state

from jacket_azure.payload import tags
from tests.unit.nova import base


def summary(made):
    """Name requests shortly: method and last resource type."""
    return [
        (record.method, record.path.split('/')[-2]) for record in made]


class SpawnTest(base.NovaTestCase):

    def test_makes_one_nic_per_port_and_one_vm(self):
        instance, _ = self.spawn()
        vm = self.azure.resource('virtualMachines', instance.uuid)
        nics = self.azure.resources('networkInterfaces')
        self.assertEqual(2, len(nics))
        self.assertEqual(
            {'192.168.1.10', '192.168.2.10'},
            {nic['properties']['ipConfigurations'][0]['properties'][
                'privateIPAddress'] for nic in nics})
        self.assertEqual('Standard_D2s_v5',
                         vm['properties']['hardwareProfile']['vmSize'])
        self.assertEqual(base.HOST, vm['tags'][tags.HOST])
        self.assertEqual([], self.azure.invalid_requests())
        version = instance.system_metadata['azure_image_version']
        self.assertNotEqual('latest', version)
        self.assertEqual(version, vm['tags'][tags.IMAGE_VERSION])

    def test_costs_n_nics_and_one_vm_when_warm(self):
        self.warm()
        with self.azure.recording() as made:
            self.spawn()
        self.assertEqual(
            [('PUT', 'networkInterfaces')] * 2 + [('PUT', 'virtualMachines')],
            summary(made))
        self.assertEqual(['ports'], self.neutron.queries)

    def test_get_info_after_spawn_costs_nothing(self):
        instance, _ = self.spawn()
        with self.azure.recording() as made:
            info = self.driver.get_info(instance, use_cache=False)
        self.assertEqual(power_state.RUNNING, info.state)
        self.assertEqual([], made)
