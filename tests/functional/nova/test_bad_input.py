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

"""Bad input ends in one clear sentence in the server's fault.

Everything here is refused by what the driver reads: not one request of the
build changes anything in Azure.
"""

from tests.functional.nova import base

READS = ('GET', 'HEAD')
SIZE = {'azure:vm_size': 'Standard_D2s_v5'}


class BadInputTestCase(base.AzureServersTestCase):

    def refuse(self, *sentences, **wanted):
        """Expect a fault that says all of it, and nothing in Azure.

        :returns: the fault's text
        """
        server = self.create_server(expected_state='ERROR', **wanted)
        fault = server['fault']['message']
        for sentence in sentences:
            self.assertIn(sentence, fault)
        self.assertNotIn('Exceeded maximum number of retries', fault)
        self.assertEqual([], self.azure.resource_ids(), fault)
        self._delete_server(server)
        self.assertEqual([], self.azure.resource_ids(), fault)
        return fault


class BadInputTest(BadInputTestCase):

    def setUp(self):
        super().setUp()
        self.flavors = 0

    def flavor(self, disk_gb=64, **extra_specs):
        self.flavors += 1
        return self.create_flavor(
            f'f{self.flavors}', 2, 8192, disk_gb, **(extra_specs or SIZE))

    def refuse_all(self, table):
        """Expect each of (what is wrong, sentences) to be refused."""
        with self.azure.recording() as made:
            for wanted, *sentences in table:
                self.refuse(*sentences, **wanted)
        # the deletion of a failed server looks for what it may have
        self.assertEqual([], [
            record for record in made
            if record.method not in (*READS, 'DELETE')])

    def test_flavors(self):
        self.refuse_all([
            ({'flavorRef': self.create_flavor('huge', 2, 8192, 64)},
             'Flavor huge is not mapped', '"flavors"', 'mapping.yaml',
             'm1.small'),
            ({'flavorRef': self.flavor(
                **{'azure:vm_size': 'Standard_NoSuch'})},
             'Standard_NoSuch', 'does not have in eastus'),
            ({'flavorRef': self.flavor(disk_gb=20)},
             'root disk of 20 GiB is smaller', 'image of 30 GiB'),
            ({'flavorRef': self.flavor(disk_gb=5000)},
             'at most 4095 GiB', '5000 GiB'),
            ({'flavorRef': self.flavor(
                **SIZE, **{'azure:zone': 'nine'})}, 'azure:zone', 'nine'),
        ])
