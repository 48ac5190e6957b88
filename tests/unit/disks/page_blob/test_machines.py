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

import shutil
import subprocess
import uuid

import fixtures

from jacket_azure import exceptions
from jacket_azure.disks import models
from tests import world
from tests.unit.blob.base import GIB
from tests.unit.disks.page_blob import base


class MachineTest(base.PageBlobDisksTestCase):
    """Our disks in a virtual machine: Azure checks each footer itself."""

    IMAGE = {'publisher': 'Canonical', 'offer': 'ubuntu-24_04-lts',
             'sku': 'server-gen1', 'version': 'latest'}

    def setUp(self):
        super().setUp()
        # as Azure Stack Hub does
        self.azure.emulator.unmanaged_disks = True

    def machine(self, os_disk, *data_disks, image=None):
        """Make a machine with unmanaged disks and return its name."""
        name = str(uuid.uuid4())
        nic = self.client.network_interfaces.create_or_update(name, {
            'location': world.LOCATION, 'properties': {'ipConfigurations': [
                {'name': 'ip', 'properties': {'subnet': {
                    'id': self.azure.subnet_id('private')}}}]}})
        profile = {'osDisk': os_disk, 'dataDisks': list(data_disks)}
        body = {
            'location': world.LOCATION, 'properties': {
                'hardwareProfile': {'vmSize': 'Standard_D2s_v5'},
                'storageProfile': profile,
                'networkProfile': {'networkInterfaces': [
                    {'id': nic['id']}]}}}
        if image:
            profile['imageReference'] = image
            body['properties']['osProfile'] = {
                'computerName': 'one', 'adminUsername': 'azureuser',
                'adminPassword': 'Correct-Horse-9'}
        self.client.virtual_machines.create(name, body)
        return name

    def test_data_disks_and_an_os_disk(self):
        uuid_ = str(uuid.uuid4())
        names = [self.volume(), self.volume(size_gib=2)]
        self.disks.grow(names[0], 3)
        clone = self.spec(size_gib=4)
        self.disks.create_from_volume(clone, names[0])
        names.append(clone.name)
        machine = self.machine(
            self.disks.describe_os_disk(models.OsDiskSpec(uuid_, 30)),
            *(self.disks.describe_data_disk(self.disks.disk_id(name), lun,
                                            None)
              for lun, name in enumerate(names)),
            image=self.IMAGE)
        for name in (*names, f'vhds/{uuid_}.vhd'):
            disk = self.disks.get(name)
            self.assertEqual('Attached', disk.state, name)
            self.assertRaises(exceptions.AzureError,
                              self.disks.grow, name, 9)
        for name in names:
            self.assertRaises(exceptions.InUse, self.disks.delete, name)
        self.assertRaises(exceptions.InUse,
                          self.disks.delete_os_disk, uuid_)
        self.client.virtual_machines.delete(machine)
        self.assertIs(True, self.disks.delete_os_disk(uuid_))
        for name in names:
            self.assertIs(True, self.disks.delete(name))
        self.assertEqual([], list(self.disks.list()))

    def test_boot_from_a_volume(self):
        name = self.volume(size_gib=4)
        machine = self.machine(self.disks.describe_boot_volume(
            self.disks.disk_id(name), 'Linux', None))
        self.assertEqual('Attached', self.disks.get(name).state)
        self.client.virtual_machines.delete(machine)
        self.assertEqual('Unattached', self.disks.get(name).state)

    def test_what_is_unfinished_azure_refuses(self):
        name = self.volume()
        self._killed(3, lambda: self.disks.grow(name, 2))
        self.assertRaises(
            exceptions.AzureError, self.machine,
            self.disks.describe_boot_volume(
                self.disks.disk_id(name), 'Linux', None))
        self.restarted().grow(name, 2)
        self.machine(self.disks.describe_boot_volume(
            self.disks.disk_id(name), 'Linux', None))


class QemuTest(base.PageBlobDisksTestCase):
    """What qemu-img makes of every kind of disk we make."""

    def setUp(self):
        super().setUp()
        if shutil.which('qemu-img') is None:
            self.skipTest('qemu-img is not installed')

    def check(self, name, size_gib):
        path = self.useFixture(fixtures.TempDir()).join('disk.vhd')
        with open(path, 'wb') as file:
            file.truncate(self.azurite.size(name))
            for offset, page in self.azurite.pages(name).items():
                file.seek(offset)
                file.write(page)
        image = ('json:{"driver":"vpc","force_size_calc":"current_size",'
                 f'"file":{{"driver":"file","filename":"{path}"}}}}')
        for command, expected in (('info', (0,)), ('check', (0, 63))):
            done = subprocess.run(
                ['qemu-img', command, image], capture_output=True,
                text=True, timeout=60)
            self.assertIn(done.returncode, expected, done.stderr)
            if command == 'info':
                self.assertIn(f'({size_gib * GIB} bytes)', done.stdout)

    def test_all_kinds(self):
        name = self.volume(at_0=b'a')
        self.check(name, 1)
        snapshot = self.disks.create_snapshot(self.snapshot_spec(name))
        self.disks.grow(name, 3)
        self.check(name, 3)
        for size_gib, make, source in (
                (1, self.disks.create_from_snapshot, snapshot.name),
                (2, self.disks.create_from_snapshot, snapshot.name),
                (3, self.disks.create_from_volume, name),
                (130, self.disks.create_from_volume, name)):
            spec = self.spec(size_gib=size_gib)
            make(spec, source)
            self.check(spec.name, size_gib)
        self.disks.revert(
            self.spec(name=name, size_gib=3), name, snapshot.name)
        self.check(name, 3)
        spec = self.spec(size_gib=2040)
        made = self.disks.open_writer(spec)
        made.write(2039 * GIB, b'd' * 4096)
        made.close()
        self.check(spec.name, 2040)
