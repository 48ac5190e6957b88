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

"""The request budgets of the architecture, counted on the wire."""

from tests.functional.nova import base


class BudgetTest(base.AzureServersTestCase):
    """Polls of an operation are not counted, retries would be."""

    def assert_asked(self, expected, made):
        self.assertEqual(
            sorted(expected),
            sorted((record.method, record.type) for record in made))

    def test_create_and_delete(self):
        """n interfaces and one machine; one request to delete it all."""
        self._delete_server(self.create_server())
        for count in (1, 2):
            networks = [{'uuid': self.neutron.private['id']},
                        {'uuid': self.neutron.backend['id']}][:count]
            # the subnets are known from the second time on
            self._delete_server(self.create_server(networks=networks))
            with self.azure.recording() as made:
                server = self.create_server(networks=networks)
            self.assert_asked(
                [('PUT', 'networkInterfaces')] * count
                + [('PUT', 'virtualMachines')], made)
            with self.azure.recording() as made:
                self._delete_server(server)
            self.assert_asked([('DELETE', 'virtualMachines')], made)
            self.assertEqual([], self.azure.resource_ids())

    def test_power_actions_are_one_request_each(self):
        server = self.create_server()
        for action, work in (
                ('deallocate', self._stop_server),
                ('start', self._start_server),
                ('restart', self._reboot_server)):
            with self.azure.recording() as made:
                work(server)
            self.assert_asked(
                [('POST', f'virtualMachines/{action}')], made)

    def test_resource_tracker_asks_nothing_while_quotas_are_known(self):
        self.create_server()
        self._run_periodics()
        with self.azure.recording() as made:
            for _ in range(3):
                self._run_periodics()
        self.assert_asked([], made)

    def test_interfaces_are_made_side_by_side(self):
        """Both are asked for before either is answered."""
        flavor = self.create_flavor(
            'wide', 8, 32768, 64, **{'azure:vm_size': 'Standard_D8s_v5'})
        with self.azure.meeting('PUT', 'networkInterfaces', 3) as meeting:
            self.create_server(
                flavorRef=flavor,
                networks=[{'uuid': self.neutron.private['id']}] * 3)
        self.assertFalse(meeting.broken)
