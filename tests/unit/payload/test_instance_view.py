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

from hypothesis import given
from hypothesis import strategies as st

from jacket_azure.payload import instance_view
from jacket_azure.payload.instance_view import Power
from jacket_azure.payload.instance_view import VmState
from tests import timeout


def vm(*codes, provisioning='Succeeded', **extra):
    statuses = [{'code': code, 'level': 'Info', **extra} for code in codes]
    return {'properties': {'provisioningState': provisioning,
                           'instanceView': {'statuses': statuses}}}


class InstanceViewTest(timeout.TestCase):

    def parse(self, *codes, **extra):
        return instance_view.parse(vm(*codes, **extra))

    def test_every_power_state(self):
        for word in ('starting', 'running', 'stopping', 'stopped',
                     'deallocating', 'deallocated'):
            state = self.parse('ProvisioningState/succeeded',
                               f'PowerState/{word}')
            self.assertEqual(VmState(Power(word), 'succeeded'), state)

    def test_order_and_strangers_do_not_matter(self):
        self.assertEqual(
            VmState(Power.RUNNING, 'updating'),
            self.parse('OSState/specialized', 'PowerState/running',
                       'ProvisioningState/updating', 'Brand/new',
                       'ColocationStatus/Aligned', provisioning='Updating'))

    def test_running_while_still_creating(self):
        state = self.parse('ProvisioningState/creating/'
                           'osProvisioningInProgress', 'PowerState/running',
                           provisioning='Creating')
        self.assertEqual(VmState(Power.RUNNING, 'creating'), state)

    def test_unknown_power_is_never_stopped(self):
        for code in ('PowerState/dreaming', 'PowerState/', 'PowerState',
                     'PowerState/unknown'):
            self.assertIs(Power.UNKNOWN, self.parse(code).power)

    def test_failed_with_reason(self):
        state = self.parse(
            'ProvisioningState/failed/AllocationFailed', 'PowerState/stopped',
            provisioning='Failed', message='No room.')
        self.assertEqual('failed', state.provisioning)
        self.assertEqual(
            instance_view.VmError('AllocationFailed', 'No room.'),
            state.error)

    def test_failed_without_reason(self):
        state = self.parse('ProvisioningState/failed', provisioning='Failed',
                           displayStatus='Provisioning failed')
        self.assertEqual(
            instance_view.VmError('ProvisioningFailed',
                                  'Provisioning failed'), state.error)
        # only the top says so, as in a listing without the view
        state = instance_view.parse(
            {'properties': {'provisioningState': 'Failed'}})
        self.assertEqual('failed', state.provisioning)
        self.assertIs(Power.UNKNOWN, state.power)

    def test_hibernated(self):
        state = self.parse('PowerState/deallocated',
                           'HibernationState/Hibernated')
        self.assertTrue(state.hibernated)
        self.assertFalse(self.parse('HibernationState/Resumed').hibernated)

    def test_without_a_view(self):
        for vm in ({}, {'properties': None}, {'properties': {}},
                   {'properties': {'instanceView': None}},
                   {'properties': {'instanceView': {'statuses': None}}},
                   {'properties': {'instanceView': {'statuses': [{}]}}}):
            self.assertEqual(VmState(), instance_view.parse(vm))

    @given(st.lists(st.text(alphabet='PowerStatProvisng/ld', max_size=40)))
    def test_no_code_crashes_it(self, codes):
        self.assertIsInstance(self.parse(*codes), VmState)
