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
"""Hibernation, full hosts, silent guests, spot, placement, maintenance."""

import base64

from jacket_azure.emulator.compute import capacity
from jacket_azure.emulator.compute import guest
from jacket_azure.emulator.compute import vm_nics
from tests.unit.emulator.compute import base

HIBERNATES = {'additionalCapabilities': {'hibernationEnabled': True}}


class LifeCase(base.ComputeTestCase):
    """Steps."""

    def refuse(self, status, code, body):
        return self.refused(
            status, code, self.vms.begin_create_or_update, base.GROUP, 'vm',
            body)

    def update(self, **properties):
        return self.vms.begin_update(
            base.GROUP, 'vm', {'properties': properties}).result()

    def resize(self, size):
        return self.update(hardwareProfile={'vmSize': size})

    def act(self, action, **options):
        getattr(self.vms, f'begin_{action}')(
            base.GROUP, 'vm', **options).result()

    def power(self):
        return [code for code in self.statuses() if 'Power' in code]


class HibernationTest(LifeCase):

    def hibernated(self):
        self.create(body=self.body(self.nic(), **HIBERNATES))
        self.act('deallocate', hibernate=True)

    def test_it_sleeps_and_resumes(self):
        self.hibernated()
        self.assertEqual(
            ['PowerState/deallocated', 'HibernationState/Hibernated'],
            self.statuses()[-2:])
        self.act('start')
        self.assertEqual('PowerState/running', self.statuses()[-1])
        vm = self.emulator.store.get(self.path('virtualMachines', 'vm'))
        self.assertEqual(1, len(guest.of(self.emulator, vm).boots))
        self.act('restart')
        self.assertEqual(2, len(guest.of(self.emulator, vm).boots))

    def test_a_hibernated_machine_stays_as_it_is(self):
        self.hibernated()
        error = self.refused(409, 'OperationNotAllowed', self.resize,
                             'Standard_D4s_v5')
        self.assertEqual('hardwareProfile', error.target)
        disk = self.disk()
        self.refused(
            409, 'OperationNotAllowed', self.update, storageProfile={
                'dataDisks': [{'lun': 0, 'createOption': 'Attach',
                               'managedDisk': {'id': disk.id}}]})
        self.act('deallocate')
        self.assertNotIn('HibernationState/Hibernated', self.statuses())
        self.resize('Standard_D4s_v5')

    def test_who_cannot(self):
        nic = self.nic()
        for options in ({'size': 'Standard_D2as_v5'},
                        {'priority': 'Spot'}):
            self.refuse(400, 'BadRequest', self.body(
                nic, **HIBERNATES, **options))
        self.refuse(400, 'BadRequest', self.body(nic, image={
            'publisher': 'Debian', 'offer': 'debian-12', 'sku': '12-gen2',
            'version': 'latest'}, **HIBERNATES))
        self.create(body=self.body(nic))
        self.refused(409, 'OperationNotAllowed', self.vms.begin_deallocate,
                     base.GROUP, 'vm', hibernate=True)
        self.refused(409, 'OperationNotAllowed', self.update, **HIBERNATES)
        self.act('deallocate')
        self.update(**HIBERNATES)
        self.refused(409, 'OperationNotAllowed', self.vms.begin_deallocate,
                     base.GROUP, 'vm', hibernate=True)
        self.act('start')
        self.act('deallocate', hibernate=True)


class CapacityTest(LifeCase):

    def test_a_create_in_a_full_region(self):
        capacity.exhaust(self.emulator, 'Standard_D2s_v5')
        error = self.refused(200, 'AllocationFailed', self.create)
        self.assertIn('sufficient capacity', error.message)
        self.assertEqual(['ProvisioningState/failed/AllocationFailed'],
                         self.statuses())
        self.assertEqual(1, len(list(self.compute.disks.list())))
        self.assertIsNotNone(self.nic_properties('vm-nic'))

    def test_a_full_zone(self):
        capacity.exhaust(self.emulator, in_zones=['2'])
        body = self.body(self.nic())
        self.refused(200, 'ZonalAllocationFailed', self.create,
                     body={**body, 'zones': ['2']})
        self.act('delete')
        self.clock.advance(200)
        self.create(body={**body, 'zones': ['1']})

    def test_a_start_and_a_resize(self):
        self.create()
        capacity.exhaust(self.emulator, 'Standard_D4s_v5',
                         code='OverconstrainedAllocationRequest')
        error = self.refused(200, 'OverconstrainedAllocationRequest',
                             self.resize, 'Standard_D4s_v5')
        self.assertIn('  - VM Size\n', error.message)
        vm = self.vms.get(base.GROUP, 'vm').properties
        self.assertEqual(('Standard_D2s_v5', 'Failed'), (
            vm.hardware_profile.vm_size, vm.provisioning_state))
        self.assertEqual(['PowerState/running'], self.power())
        self.act('deallocate')
        self.resize('Standard_D4s_v5')
        self.refused(200, 'OverconstrainedAllocationRequest', self.act,
                     'start')
        self.assertEqual(['PowerState/deallocated'], self.power())
        capacity.restore(self.emulator)
        self.act('start')
        self.assertEqual(['PowerState/running'], self.power())
        self.assertRaises(ValueError, capacity.exhaust, self.emulator,
                          code='Nothing')

    def test_the_hardware_under_a_running_machine(self):
        self.create()
        capacity.set_cluster(self.emulator, ['Standard_D2s_v5'])
        error = self.refused(409, 'OperationNotAllowed', self.resize,
                             'Standard_D4s_v5')
        self.assertEqual('vmSize', error.target)
        self.assertIn('in this cluster are: Standard_D2s_v5.', error.message)
        self.act('deallocate')
        self.resize('Standard_D4s_v5')

    def test_a_guest_that_never_reports(self):
        guest.silence(self.emulator, 'vm')
        error = self.refused(200, 'OSProvisioningTimedOut', self.create)
        self.assertIn("OS Provisioning for VM 'vm' did not finish",
                      error.message)
        self.assertEqual(['ProvisioningState/failed/OSProvisioningTimedOut',
                          'PowerState/running'], self.statuses())

    def test_nics_of_a_deleted_machine_may_stay_reserved(self):
        vm_nics.stay_reserved(self.emulator)
        nic = self.nic()
        self.create(body=self.body(nic))
        self.act('delete')
        self.refused(400, 'NicReservedForAnotherVm',
                     self.network.network_interfaces.begin_delete,
                     base.GROUP, 'nic')
        self.clock.advance(181)
        self.network.network_interfaces.begin_delete(
            base.GROUP, 'nic').result()


class ModelTest(LifeCase):

    def test_spot(self):
        nic = self.nic()
        self.refuse(400, 'InvalidParameter', self.body(
            nic, evictionPolicy='Delete'))
        self.refuse(409, 'OperationNotAllowed', self.body(
            nic, size='Standard_B2s', priority='Spot'))
        self.refuse(400, 'InvalidParameter', self.body(
            nic, priority='Spot', billingProfile={'maxPrice': 0}))
        vm = self.create(body=self.body(nic, priority='Spot'))
        self.assertEqual('Deallocate', vm.properties.eviction_policy)
        self.refused(409, 'PropertyChangeNotAllowed', self.update,
                     priority='Regular')
        self.vms.simulate_eviction(base.GROUP, 'vm')
        self.assertEqual(['PowerState/deallocated'], self.power())

    def test_spot_that_is_deleted(self):
        self.create(body=self.body(self.nic(), priority='Spot',
                                   evictionPolicy='Delete'))
        self.vms.simulate_eviction(base.GROUP, 'vm')
        self.assertEqual([], list(self.vms.list(base.GROUP)))
        self.assertNotIn('virtualMachine', self.nic_properties())

    def test_what_the_emulator_has_not(self):
        for key in ('virtualMachineScaleSet', 'host'):
            self.refuse(501, 'EmulatorNotImplemented', self.body(
                self.nic(), **{key: {'id': '/x'}}))
        self.assertEqual(501, self.send('GET', self.path(
            'virtualMachineScaleSets')).status_code)

    def test_user_data(self):
        nic = self.nic()
        self.refuse(400, 'InvalidParameter', self.body(nic, userData='?'))
        text = base64.b64encode(b'hello').decode()
        self.create(body=self.body(nic, userData=text))
        self.assertIsNone(
            self.vms.get(base.GROUP, 'vm').properties.user_data)
        self.assertEqual(text, self.vms.get(
            base.GROUP, 'vm', expand='userData').properties.user_data)

    def test_disk_controllers(self):
        body = self.body(self.nic())
        body['properties']['storageProfile']['diskControllerType'] = 'NVMe'
        self.refuse(400, 'InvalidParameter', body)

    def test_placement(self):
        sets = self.compute.availability_sets
        made = sets.create_or_update(base.GROUP, 'set', {
            'location': base.LOCATION, 'sku': {'name': 'Aligned'}})
        self.assertEqual(5, made.properties.platform_update_domain_count)
        nic = self.nic()
        self.refuse(404, 'NotFound', self.body(
            nic, availabilitySet={'id': made.id + 'x'}))
        self.refuse(400, 'BadRequest', {'zones': ['1'], **self.body(
            nic, availabilitySet={'id': made.id})})
        vm = self.create(body=self.body(
            nic, availabilitySet={'id': made.id}))
        self.assertIn('/JACKET/', vm.properties.availability_set.id)
        [member] = sets.get(base.GROUP, 'set').properties.virtual_machines
        self.assertEqual(vm.id.lower(), member.id.lower())
        self.refused(409, 'OperationNotAllowed', sets.delete, base.GROUP,
                     'set')
        self.act('delete')
        sets.delete(base.GROUP, 'set')
        self.assertEqual([], list(sets.list(base.GROUP)))

    def test_proximity(self):
        path = self.path('proximityPlacementGroups', 'near')
        body = {'location': base.LOCATION, 'properties': {}}
        self.assertEqual([201, 200], [
            self.send('PUT', path, body).status_code for _ in range(2)])
        self.create(body=self.body(
            self.nic(), proximityPlacementGroup={'id': path}))
        self.assertEqual('ColocationStatus/Aligned', self.statuses()[-1])
        self.assertEqual(409, self.send('DELETE', path).status_code)
        self.act('delete')
        self.assertEqual(200, self.send('DELETE', path).status_code)
        self.assertEqual(404, self.send('GET', path).status_code)


class MaintenanceTest(LifeCase):

    def test_reimage_is_for_ephemeral_disks(self):
        self.create()
        self.refused(409, 'OperationNotAllowed', self.act, 'reimage')
        self.act('delete')
        body = self.body(self.nic('other'), size='Standard_D2ds_v5')
        body['properties']['storageProfile']['osDisk'].update(
            caching='ReadOnly', diffDiskSettings={'option': 'Local'})
        self.create(body=body)
        self.act('reimage')
        self.assertEqual(['PowerState/running'], self.power())

    def test_patches(self):
        self.create()
        found = self.vms.begin_assess_patches(base.GROUP, 'vm').result()
        self.assertEqual('Succeeded', found.status)
        self.assertIsNotNone(self.vms.instance_view(
            base.GROUP, 'vm').patch_status.available_patch_summary)
        found = self.vms.begin_install_patches(base.GROUP, 'vm', {
            'maximumDuration': 'PT1H', 'rebootSetting': 'IfRequired',
            'linuxParameters': {}}).result()
        self.assertEqual('NotNeeded', found.reboot_status)

    def test_what_is_refused(self):
        self.create()
        self.refused(409, 'OperationNotAllowed', self.act,
                     'perform_maintenance')
        self.refused(
            409, 'OperationNotAllowed', self.vms.begin_capture, base.GROUP,
            'vm', {'vhdPrefix': 'a', 'destinationContainerName': 'b',
                   'overwriteVhds': True})
