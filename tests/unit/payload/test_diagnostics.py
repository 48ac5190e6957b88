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

"""What is read from an instance view, whole, empty and strange."""

import hypothesis
from hypothesis import strategies

from jacket_azure.payload import diagnostics
from tests import timeout

_TIME = '2026-11-21T10:00:00+00:00'


def _status(code, words, **more):
    return {'code': code, 'level': 'Info', 'displayStatus': words, **more}


# Source: Compute REST API 2026-04-01, virtual-machines/get with
# $expand=instanceView.
VM = {
    'properties': {
        'provisioningState': 'Succeeded',
        'timeCreated': '2026-11-21T09:00:00+00:00',
        'hardwareProfile': {'vmSize': 'Standard_D2s_v5'},
        'networkProfile': {'networkInterfaces': [
            {'id': '/nics/second', 'properties': {'primary': False}},
            {'id': '/nics/first', 'properties': {'primary': True}}]},
        'instanceView': {
            'computerName': 'web', 'osName': 'ubuntu', 'osVersion': '24.04',
            'hyperVGeneration': 'V2',
            'vmAgent': {'vmAgentVersion': '2.13.0.2', 'statuses': [_status(
                'ProvisioningState/succeeded', 'Ready', time=_TIME,
                message='Guest Agent is running')]},
            'extensions': [{
                'name': 'enablevmaccess', 'typeHandlerVersion': '1.5.11',
                'type': 'Microsoft.OSTCExtensions.VMAccessForLinux',
                'statuses': [_status(
                    'ProvisioningState/failed/1', 'Provisioning failed',
                    message='no')]}],
            'disks': [
                {'name': 'os', 'statuses': [
                    _status('EncryptionState/notEncrypted', 'Not encrypted'),
                    _status('ProvisioningState/succeeded',
                            'Provisioning succeeded', time=_TIME)]},
                {'name': 'data'}],
            'statuses': [
                _status('OSState/specialized', 'VM specialized'),
                _status('ProvisioningState/succeeded',
                        'Provisioning succeeded', time=_TIME),
                _status('PowerState/running', 'VM running')]}}}


class DiagnosticsTest(timeout.TestCase):

    def test_everything(self):
        found = diagnostics.parse(VM)
        self.assertEqual(('/nics/first', '/nics/second'), found.nic_ids)
        self.assertEqual({
            'power_state': 'running', 'provisioning_state': 'succeeded',
            'hibernated': False, 'vm_size': 'Standard_D2s_v5',
            'generation': 'V2', 'host_name': 'web',
            'guest_system': 'ubuntu 24.04',
            'created': '2026-11-21T09:00:00+00:00', 'changed': _TIME,
            'agent_state': 'Ready', 'agent_version': '2.13.0.2',
            'agent_message': 'Guest Agent is running', 'agent_time': _TIME,
            'extension0_name': 'Microsoft.OSTCExtensions.VMAccessForLinux',
            'extension0_state': 'Provisioning failed',
            'extension0_message': 'no', 'extension0_version': '1.5.11',
            'disk0_name': 'os', 'disk0_state': 'Provisioning succeeded',
            'disk0_time': _TIME, 'disk1_name': 'data'},
            diagnostics.flatten(found))

    def test_of_a_failed_machine_why(self):
        flat = diagnostics.flatten(diagnostics.parse({'properties': {
            'provisioningState': 'Failed', 'instanceView': {'statuses': [
                _status('ProvisioningState/failed/AllocationFailed',
                        'Provisioning failed', message='no room')]}}}))
        self.assertEqual('AllocationFailed', flat['error_code'])
        self.assertEqual('no room', flat['error_message'])

    def test_of_a_machine_without_a_view_nothing(self):
        for empty in ({}, {'properties': None}, {'properties': {
                'instanceView': {'vmAgent': None, 'disks': None}}}):
            found = diagnostics.parse(empty)
            self.assertIsNone(found.agent)
            self.assertEqual(
                ('unknown', 'unknown'),
                (str(found.state.power), found.state.provisioning))

    @hypothesis.given(strategies.lists(strategies.dictionaries(
        strategies.sampled_from(
            ['name', 'type', 'typeHandlerVersion', 'statuses']),
        strategies.one_of(strategies.none(), strategies.text()).filter(
            lambda value: not value), max_size=4), max_size=3))
    def test_what_is_left_out_never_fails(self, parts):
        found = diagnostics.parse({'properties': {'instanceView': {
            'extensions': parts, 'disks': parts}}})
        self.assertEqual(len(parts), len(found.disks))
        diagnostics.flatten(found)
