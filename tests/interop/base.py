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

"""The official az command line as a process, against an emulator."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile

from oslotest import base

from jacket_azure.emulator import server

# names the program when it is not on the path
PROGRAM = 'JACKET_AZURE_AZ'
CLOUD = 'emulator'
IMAGE = 'Canonical:ubuntu-24_04-lts:server:latest'
_TIMEOUT_SECONDS = 300


class AzError(Exception):
    """az ended with a failure; the text is what it said."""


class Az:
    """az with a configuration of its own, logged in to one emulator.

    :param emulator: a running emulator
    :param folder: for az's configuration and a home without any other
    """

    def __init__(self, emulator, folder):
        self._emulator = emulator
        self._program = os.environ.get(PROGRAM) or shutil.which('az')
        if not self._program:
            raise AzError(f'no az on the path, and {PROGRAM} is not set')
        self._environment = {
            **{name: os.environ[name] for name in ('PATH', 'LANG')
               if name in os.environ},
            'HOME': str(folder), 'AZURE_CONFIG_DIR': str(folder / 'azure'),
            'REQUESTS_CA_BUNDLE': emulator.ca_file,
            'AZURE_CORE_COLLECT_TELEMETRY': 'no',
            'AZURE_CORE_INSTANCE_DISCOVERY': 'false',
            'AZURE_CORE_NO_COLOR': 'true',
            'AZURE_CORE_ONLY_SHOW_ERRORS': 'true',
            'AZURE_EXTENSION_USE_DYNAMIC_INSTALL': 'no'}

    def __call__(self, *words):
        """Run one command and return its JSON; None when it says nothing.

        :raises AzError: it failed
        """
        done = subprocess.run(
            [self._program, *words, '--output', 'json'], text=True,
            capture_output=True, timeout=_TIMEOUT_SECONDS,
            env=self._environment)
        if done.returncode:
            raise AzError(done.stderr.strip())
        return json.loads(done.stdout) if done.stdout.strip() else None

    def log_in(self):
        """Make the cloud known and log in with the service principal."""
        emulator = self._emulator
        self('cloud', 'register', '--name', CLOUD,
             '--endpoint-resource-manager', emulator.endpoint)
        self('cloud', 'set', '--name', CLOUD)
        return self('login', '--service-principal',
                    '--username', emulator.client_id,
                    '--password', emulator.client_secret,
                    '--tenant', emulator.tenant_id)


class InteropTestCase(base.BaseTestCase):
    """One emulator and one login per class; a group of its own per test."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix='interop-'))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.emulator = server.Emulator(contents=False)
        cls.emulator.start()
        cls.addClassCleanup(cls.emulator.stop)
        cls.az = Az(cls.emulator, cls.folder)
        [cls.subscription] = cls.az.log_in()

    def setUp(self):
        super().setUp()
        self.group = self.id().rpartition('.')[2].replace('test_', 'rg-')
        self.az('group', 'create', '--name', self.group,
                '--location', 'eastus')
        self.seen = len(self.emulator.requests)
        self.addCleanup(self.check_requests)

    def check_requests(self):
        """Everything az sent must fit the API documents."""
        self.assertEqual([], [
            (one.method, one.path, one.problems)
            for one in self.asked() if not one.valid])
        self.assertEqual([], [
            (one.method, one.path) for one in self.asked()
            if one.status == 501])

    def asked(self):
        """List what this test asked of the emulator."""
        return list(self.emulator.requests)[self.seen:]

    def in_group(self, *words):
        """Run a command in the test's group."""
        return self.az(*words, '--resource-group', self.group)

    def create_vm(self, name, *words):
        """Create a virtual machine from a marketplace image."""
        return self.in_group(
            'vm', 'create', '--name', name, '--image', IMAGE,
            '--size', 'Standard_D2s_v5', '--admin-username', 'azureuser',
            '--generate-ssh-keys', *words)

    def sent(self, method, kind):
        """Count what this test asked of a type."""
        return len([one for one in self.asked() if (
            one.method, one.type) == (method, kind)])

    def stored(self, kind, name):
        """Return a resource of the group from the emulator itself."""
        return self.emulator.store.get(
            f'/subscriptions/{self.emulator.subscription_id}/resourceGroups/'
            f'{self.group}/providers/{kind}/{name}')

    def refused(self, *words):
        """Return what az says of a command that fails."""
        return str(self.assertRaises(AzError, self.in_group, *words))
