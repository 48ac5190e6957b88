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

"""Every action of Nova's has a line in the reference, and a true one."""

import pathlib
import re

from nova.api.openstack.compute import routes
from oslotest import base

from jacket_azure.nova import driver

PAGE = (pathlib.Path(__file__).parents[3]
        / 'doc/source/reference/server-actions.rst')
# Sections of support-matrix.ini and feature-matrix-*.ini of Nova's
# documentation (doc/source/user, 34), which no package has.
FEATURES = {
    'operation': (
        'abort-in-progress-live-migration attach-interface '
        'attach-tagged-interface attach-tagged-volume attach-volume '
        'boot-emulated-tpm boot-encrypted-vm boot-stateless-firmware '
        'cache-images cpu-pinning-policy cpu-pinning-thread-policy '
        'create-delete-server detach-interface detach-volume device-tags '
        'encrypted-volume evacuate extend-volume file-backed-memory '
        'force-live-migration-to-complete get-guest-info get-host-ip '
        'get-host-uptime gpu-passthrough launch live-migrate '
        'maintenance-mode multiattach-volume numa-placement pause '
        'port-with-resource-request power-ops quiesce reboot rebuild '
        'rebuild-server rebuild-volume-backed report-cpu-traits rescue '
        'resize resize-server resume server-bdm server-changepassword '
        'server-configdrive server-consoleoutput server-neutron '
        'server-pause server-rescue server-shelve server-suspend '
        'server-volume-ops set-admin-password snapshot snapshot-server '
        'suspend swap-volume terminate trigger-crash-dump trusted-certs '
        'uefi-boot unpause unquiesce virtual-gpu'),
    'guest': (
        'disk.autoconfig disk.rate-limit setup.configdrive '
        'setup.inject.file setup.inject.networking'),
    'console': (
        'rdp serial.interactive serial.log spice vnc'),
    'storage': (
        'block block.backend.fibrechannel block.backend.iscsi '
        'block.backend.iscsi.auth.chap image'),
}


def sections():
    """Return by title what is said of what, as ``{name: state}``."""
    found = {}
    parts = re.split(r'^(.+)\n=+\n', PAGE.read_text(), flags=re.M)[1:]
    for title, body in zip(parts[::2], parts[1::2], strict=True):
        lines = found.setdefault(title, {})
        rows = re.findall(
            r'^   \* - (``.*?)\n     - (.*?)(?=\n   \* - |\n\n|\Z)', body,
            flags=re.M | re.S)
        for names, state in rows:
            for name in re.findall('``(.*?)``', names):
                if name in lines:
                    raise AssertionError(f'{name} has two lines')
                lines[name] = ' '.join(state.split())
    return found


class ServerActionsTest(base.BaseTestCase):

    def setUp(self):
        super().setUp()
        self.told = sections()

    def test_all_actions_of_the_api(self):
        main, others = routes.server_controller.args
        actions = {
            name for controller in (main, *others)
            for name in controller.wsgi_actions}
        self.assertIn('resize', actions)
        self.assertEqual(actions, set(self.told['Actions']))

    def test_all_other_calls_of_the_api(self):
        calls = {
            f'{method} {path}' for path, methods in routes.ROUTE_LIST
            if path.startswith('/servers') for method in methods
            if not path.endswith('{id}/action') or '{server_id}' in path}
        self.assertIn('POST /servers', calls)
        self.assertEqual(calls, set(self.told['Other calls']))

    def test_all_features(self):
        features = {
            f'{group}.{name}' for group, names in FEATURES.items()
            for name in names.split()}
        self.assertEqual(features, set(self.told["Nova's feature list"]))

    def test_capabilities_are_told_as_they_are(self):
        self.assertEqual(
            {name: 'yes' if able else 'no' for name, able
             in driver.AzureDriver.capabilities.items()},
            self.told['Capabilities'])

    def test_each_says_works_or_why_not(self):
        beginnings = ('works', 'refused', "Nova's own", 'gone', "Neutron's",
                      'not ', "the guest's", 'yes', 'no')
        for lines in self.told.values():
            for name, state in lines.items():
                self.assertTrue(state.startswith(beginnings), (name, state))

    def test_nothing_is_owed(self):
        self.assertNotIn('later', PAGE.read_text())
