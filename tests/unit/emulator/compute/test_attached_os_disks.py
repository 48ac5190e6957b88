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

"""OS disks that are attached as they are: what must fit, and is kept."""

from tests.unit.emulator.compute import base

GROUP = base.GROUP
TRUSTED = {'securityType': 'TrustedLaunch'}


class AttachedOsDiskTest(base.ComputeTestCase):

    def os_disk(self, name, source=None, **properties):
        """Make an OS disk, empty or of another."""
        data = {'createOption': 'Empty'}
        if source is not None:
            data = {'createOption': 'Copy', 'sourceResourceId': source}
        else:
            properties = {'diskSizeGB': 30, 'osType': 'Linux',
                          'hyperVGeneration': 'V2', **properties}
        return self.compute.disks.begin_create_or_update(GROUP, name, {
            'location': base.LOCATION, 'properties': {
                'creationData': data, **properties}}).result()

    def attached(self, disk_id, nic='nic', **properties):
        """A machine that boots from a disk as it is."""
        body = self.body(self.nic(nic), **properties)
        del body['properties']['osProfile']
        body['properties']['storageProfile'] = {'osDisk': {
            'createOption': 'Attach', 'osType': 'Linux',
            'managedDisk': {'id': disk_id}}}
        return body

    def refuse(self, body):
        return self.refused(
            400, 'BadRequest', self.vms.begin_create_or_update, GROUP,
            'attached', body)

    def test_a_trusted_machines_disk_and_its_copies_stay_trusted(self):
        vm = self.create(body=self.body(
            self.nic('first'), securityProfile=TRUSTED))
        os_disk = vm.storage_profile.os_disk.managed_disk.id
        snapshot = self.compute.snapshots.begin_create_or_update(GROUP, 's', {
            'location': base.LOCATION, 'properties': {'creationData': {
                'createOption': 'Copy',
                'sourceResourceId': os_disk}}}).result()
        copy = self.os_disk('copy', snapshot.id)
        self.assertEqual('TrustedLaunch', copy.security_profile.security_type)
        error = self.refuse(self.attached(copy.id))
        self.assertIn('Security type of VM is not compatible with',
                      error.message)
        self.create('attached', self.attached(
            copy.id, securityProfile=TRUSTED))

    def test_a_disk_that_is_not_for_trusted_machines(self):
        disk = self.os_disk('plain')
        error = self.refuse(self.attached(disk.id, securityProfile=TRUSTED))
        self.assertIn('Security type of VM', error.message)
        self.create('attached', self.attached(
            disk.id, securityProfile={'securityType': 'Standard'}))

    def test_no_copy_becomes_trusted(self):
        disk = self.os_disk('plain')
        self.refused(400, 'BadRequest', self.os_disk, 'copy', disk.id,
                     securityProfile=TRUSTED)

    def test_trusted_disks_are_of_generation_2(self):
        error = self.refused(
            400, 'InvalidParameter', self.os_disk, 'disk',
            hyperVGeneration='V1', securityProfile=TRUSTED)
        self.assertIn("Hypervisor Generation 'V2'", error.message)
        self.os_disk('disk', securityProfile=TRUSTED)

    def test_a_generation_the_size_cannot_boot(self):
        disk = self.os_disk('plain')
        error = self.refuse(self.attached(disk.id, size='Standard_A2_v2'))
        self.assertIn("cannot boot Hypervisor Generation '2'", error.message)
