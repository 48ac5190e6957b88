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


"""What tests of rescue and unrescue do."""

import hashlib

from nova import utils

from jacket_azure.emulator.compute import contents
from jacket_azure.emulator.compute import disk_blobs
from jacket_azure.emulator.compute import guest
from tests.functional.nova import rebuilds

EVENT = 'compute_rescue_instance'
BOOTS = b'rescue system' + bytes(512 - 13)
MIB = 1024 ** 2


class Rescuing(rebuilds.Rebuilding):
    """Mixed in."""

    #: of the machines these tests make
    generation = 'V2'
    lun = 0

    def rescue_image(self, generation=None):
        """Return an image whose bytes only Glance has."""
        return self.images.create(
            'rescue', BOOTS + bytes(MIB), self.user_token, 'private',
            os_type='linux', hw_rescue_device='disk', hw_rescue_bus='scsi',
            azure_generation=generation or self.generation)

    def ask_to_rescue(self, server, image=None, password=None):
        """Ask Nova, and return what it answers."""
        body = {}
        if image is not None:
            body['rescue_image_ref'] = image['id']
        if password is not None:
            body['adminPass'] = password
        with utils.temporary_mutation(self.api, microversion='2.87'):
            return self.api.post_server_action(
                server['id'], {'rescue': body or None})

    def rescue(self, server, *arguments, **wanted):
        answer = self.ask_to_rescue(server, *arguments, **wanted)
        self.wait_for_status(server, 'RESCUE')
        return answer

    def wait_for_status(self, server, status):
        """Wait until no task is left; it may have been in error before."""
        def as_expected():
            found = self.admin_api.get_server(server['id'])
            done = found['OS-EXT-STS:task_state'] is None
            return found if done and found['status'] == status else None

        return self.wait_until(as_expected, f'server {status}')

    def unrescue(self, server):
        self.action(server, 'unrescue')
        self.itself(server)

    def itself(self, server):
        """Wait until a server is itself again."""
        self.wait_for_status(server, 'ACTIVE')
        self.assertEqual('running', self.power_state(server))

    def storage(self, server):
        return self.vm(server)['properties']['storageProfile']

    def disk_names(self, entries):
        """Return what disks of a machine are called in Azure."""
        places = [(each.get('managedDisk') or {}).get('id')
                  or each['vhd']['uri'] for each in entries]
        return [place.rpartition('/')[2].removesuffix('.vhd')
                for place in places]

    def first_bytes(self, entry, length=2 * MIB):
        """Return what is on a disk, also while a machine has it."""
        emulator = self.azure.emulator
        disk = disk_blobs.disk_of(emulator, entry)
        if disk is not None:
            contents.materialise(emulator, disk)
            blob = contents.of(emulator).blob(disk.private['container'])
        else:
            blob = disk_blobs.address_of(emulator, entry, 'eastus').blob()
        return blob.client.read(blob.path, 0, length)

    def digest(self, entry):
        return hashlib.sha256(self.first_bytes(entry)).hexdigest()

    def password_of(self, server, user='azureuser'):
        vm = self.azure.emulator.store.get(self.vm(server)['id'])
        return guest.of(self.azure.emulator, vm).users[user].password

    def check_rescued(self, server, own, image_boots=BOOTS):
        """Look at a rescued machine; *own* is its OS disk as it was."""
        storage = self.storage(server)
        self.assertEqual(f'{server["id"]}-rescue', self.booted(server))
        self.assertEqual(
            image_boots, self.first_bytes(storage['osDisk'], 512))
        [entry] = [each for each in storage['dataDisks']
                   if self.disk_names([each]) == self.disk_names([own])]
        self.assertEqual(self.lun, entry['lun'])
        self.assertEqual(own.get('deleteOption'), entry.get('deleteOption'))
        self.assertEqual('running', self.power_state(server))
        return entry
