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

"""What a virtual machine cannot be, and in which words it is refused."""

from azure.core.exceptions import HttpResponseError

from jacket_azure.emulator.compute import marketplace
from jacket_azure.emulator.compute import sizes
from jacket_azure.emulator.compute import usages
from tests.unit.emulator.compute import base

ROCKY = {'publisher': 'resf', 'offer': 'rockylinux-x86_64', 'sku': '9-base',
         'version': 'latest'}
ROCKY_PLAN = {'name': '9-base', 'product': 'rockylinux-x86_64',
              'publisher': 'resf'}


class RefusedTest(base.ComputeTestCase):
    """PUTs that end before anything is made."""

    def refuse(self, status, code, body, name='vm'):
        error = self.refused(status, code, self.vms.begin_create_or_update,
                             base.GROUP, name, body)
        self.assertIsNone(self.emulator.store.get(
            self.path('virtualMachines', name)))
        self.assertEqual([], list(self.compute.disks.list()))
        return error

    def test_a_size_restricted_in_the_region(self):
        error = self.refuse(409, 'SkuNotAvailable', self.body(
            self.nic(), size='Standard_NC4as_T4_v3'))
        self.assertIn("not available in location 'eastus'", error.message)
        self.assertIn('https://aka.ms/azureskunotavailable', error.message)

    def test_a_size_restricted_in_one_zone(self):
        nic = self.nic()
        body = self.body(nic, size='Standard_L8s_v3')
        error = self.refuse(409, 'SkuNotAvailable', {**body, 'zones': ['3']})
        self.assertIn("zones '3'", error.message)
        self.create(body={**body, 'zones': ['1']})

    def test_a_size_a_test_restricts(self):
        sizes.restrict(self.emulator, 'Standard_D2s_v5', 'eastus')
        self.refuse(409, 'SkuNotAvailable', self.body(self.nic()))

    def test_family_quota(self):
        usages.set_limit(self.emulator, 'standardDSv5Family', 3)
        self.create('one')
        error = self.refused(
            409, 'OperationNotAllowed', self.vms.begin_create_or_update,
            base.GROUP, 'two', self.body(self.nic('two')))
        self.assertIn(
            'exceeding approved standardDSv5Family Cores quota. Additional '
            'details - Deployment Model: Resource Manager, Location: eastus, '
            'Current Limit: 3, Current Usage: 2, Additional Required: 2, '
            '(Minimum) New Limit Required: 4.', error.message)

    def test_regional_quota_counts_deallocated_machines(self):
        usages.set_limit(self.emulator, 'cores', 2)
        self.create('one')
        self.vms.begin_deallocate(base.GROUP, 'one').result()
        error = self.refused(
            409, 'OperationNotAllowed', self.vms.begin_create_or_update,
            base.GROUP, 'two', self.body(
                self.nic('two'), size='Standard_B1s'))
        self.assertIn('Total Regional Cores quota', error.message)

    def test_an_unknown_size(self):
        error = self.refuse(400, 'InvalidParameter', self.body(
            self.nic(), size='Standard_Nope'))
        self.assertEqual('vmSize', error.target)

    def test_a_missing_nic(self):
        self.refuse(404, 'NotFound', self.body(
            self.nic() + '-which-is-not-there'))

    def test_a_nic_of_another_machine(self):
        self.create('one')
        nic = self.vms.get(base.GROUP, 'one').properties.network_profile
        error = self.refused(
            400, 'NicInUse', self.vms.begin_create_or_update, base.GROUP,
            'two', self.body(nic.network_interfaces[0].id))
        self.assertIn('is used by existing resource', error.message)

    def test_more_nics_than_the_size_takes(self):
        nics = [self.nic(f'nic{number}') for number in range(3)]
        self.refuse(400, 'NetworkInterfaceCountExceeded', self.body(*nics))

    def test_several_nics_without_a_primary(self):
        body = self.body(self.nic('a'), self.nic('b'))
        for nic in body['properties']['networkProfile']['networkInterfaces']:
            del nic['properties']
        self.refuse(400, 'VirtualMachineMustHaveOneNetworkInterfaceAsPrimary',
                    body)

    def test_a_missing_image(self):
        error = self.refuse(404, 'PlatformImageNotFound', self.body(
            self.nic(), image={**base.IMAGE, 'sku': 'nope'}))
        self.assertEqual('imageReference', error.target)
        self.assertIn("'Canonical:ubuntu-24_04-lts:nope:latest'",
                      error.message)

    def test_trusted_launch_with_a_generation_1_image(self):
        self.refuse(400, 'BadRequest', self.body(
            self.nic(), image={**base.IMAGE, 'sku': 'server-gen1'},
            securityProfile={'securityType': 'TrustedLaunch'}))

    def test_a_generation_the_size_cannot_boot(self):
        error = self.refuse(400, 'BadRequest', self.body(
            self.nic(), size='Standard_A2_v2'))
        self.assertIn("cannot boot Hypervisor Generation '2'", error.message)

    def test_an_architecture_the_size_does_not_have(self):
        self.refuse(400, 'BadRequest', self.body(
            self.nic(), size='Standard_D2ps_v5'))

    def test_a_zone_the_region_does_not_have(self):
        error = self.refuse(400, 'InvalidAvailabilityZone',
                            {**self.body(self.nic()), 'zones': ['4']})
        self.assertIn("are '1,2,3'", error.message)

    def test_a_plan_whose_terms_nobody_accepted(self):
        body = {**self.body(self.nic(), image=ROCKY), 'plan': ROCKY_PLAN}
        error = self.refuse(400, 'MarketplacePurchaseEligibilityFailed',
                            body)
        self.assertIn('Legal terms have not been accepted',
                      error.details[0].message)
        marketplace.accept_terms(
            self.emulator, 'resf', 'rockylinux-x86_64', '9-base')
        vm = self.create(body=body)
        self.assertEqual('9-base', vm.plan.name)

    def test_an_os_disk_smaller_than_the_image(self):
        body = self.body(self.nic())
        body['properties']['storageProfile']['osDisk']['diskSizeGB'] = 20
        self.refuse(409, 'ResizeDiskError', body)

    def test_a_premium_disk_on_a_size_without(self):
        body = self.body(self.nic(), size='Standard_A2_v2',
                         image={**base.IMAGE, 'sku': 'server-gen1'})
        body['properties']['storageProfile']['osDisk']['managedDisk'] = {
            'storageAccountType': 'Premium_LRS'}
        self.refuse(400, 'InvalidParameter', body)


class DiskRefusedTest(base.ComputeTestCase):
    """Disks a new machine cannot have."""

    def refuse(self, status, code, body):
        return self.refused(
            status, code, self.vms.begin_create_or_update, base.GROUP, 'vm',
            body)

    def body_with(self, *disks, **options):
        body = {**self.body(self.nic()), **options}
        body['properties']['storageProfile']['dataDisks'] = list(disks)
        return body

    def test_the_name_of_an_existing_disk(self):
        self.disk('taken')
        body = self.body(self.nic())
        body['properties']['storageProfile']['osDisk']['name'] = 'taken'
        error = self.refuse(409, 'ConflictingUserInput', body)
        self.assertIn('Only CreateOption.Attach is supported', error.message)

    def test_a_disk_of_another_zone(self):
        disk = self.disk('zonal', zones=['2'])
        error = self.refuse(400, 'BadRequest', self.body_with(
            {'lun': 0, 'createOption': 'Attach',
             'managedDisk': {'id': disk.id}}, zones=['1']))
        self.assertIn("VM zone: '1'. Disk zone: '2'", error.message)

    def test_a_disk_that_is_missing(self):
        missing = self.path('disks', 'missing')
        error = self.refuse(404, 'NotFound', self.body_with(
            {'lun': 0, 'createOption': 'Attach',
             'managedDisk': {'id': missing}}))
        self.assertIn('Disk missing is not found', error.message)

    def test_more_disks_than_the_size_takes(self):
        error = self.refuse(409, 'OperationNotAllowed', self.body_with(*(
            {'lun': lun, 'createOption': 'Empty', 'diskSizeGB': 4}
            for lun in range(5))))
        self.assertEqual('dataDisks', error.target)
        self.assertIn('of this size is 4.', error.message)

    def test_one_lun_twice(self):
        error = self.refuse(400, 'InvalidParameter', self.body_with(*(
            {'lun': 1, 'createOption': 'Empty', 'diskSizeGB': 4}
            for _ in range(2))))
        self.assertEqual('dataDisk.lun', error.target)


class FailedCreateTest(base.ComputeTestCase):
    """Creates that were accepted and then failed."""

    def fail(self, code, body=None):
        self.emulator.faults.fail_operation(
            'PUT', 'virtualMachines', code, 'Allocation failed.', times=1)
        return self.assertRaises(HttpResponseError, self.create, 'vm', body)

    def test_the_machine_stays_failed_without_power_state(self):
        self.assertIn('AllocationFailed', str(self.fail('AllocationFailed')))
        vm = self.vms.get(base.GROUP, 'vm')
        self.assertEqual('Failed', vm.properties.provisioning_state)
        view = self.vms.instance_view(base.GROUP, 'vm')
        self.assertEqual(['ProvisioningState/failed/AllocationFailed'],
                         self.statuses())
        self.assertEqual('Error', view.statuses[0].level)

    def test_its_nic_is_reserved_for_180_seconds(self):
        self.fail('AllocationFailed')
        nics = self.network.network_interfaces
        error = self.refused(400, 'NicReservedForAnotherVm',
                             nics.begin_delete, base.GROUP, 'vm-nic')
        self.assertIn('for 180 seconds', error.message)
        nic = nics.get(base.GROUP, 'vm-nic').id
        self.refused(400, 'NicReservedForAnotherVm',
                     self.vms.begin_create_or_update, base.GROUP, 'other',
                     self.body(nic))
        self.clock.advance(180)
        self.create('other', self.body(nic))

    def test_the_same_machine_may_try_again(self):
        self.fail('AllocationFailed')
        nic = self.network.network_interfaces.get(base.GROUP, 'vm-nic').id
        self.vms.begin_delete(base.GROUP, 'vm').result()
        self.create('vm', self.body(nic))

    def test_a_second_put_or_a_start_tries_again(self):
        def put():
            return self.vms.begin_create_or_update(
                base.GROUP, 'vm', self.send('GET', self.path(
                    'virtualMachines', 'vm')).json()).result()

        for again in (put, lambda: self.vms.begin_start(
                base.GROUP, 'vm').result()):
            self.fail('AllocationFailed')
            again()
            self.assertEqual(['ProvisioningState/succeeded',
                              'PowerState/running'], self.statuses())
            self.assertIn('virtualMachine', self.nic_properties('vm-nic'))
            self.vms.begin_delete(base.GROUP, 'vm').result()

    def test_a_second_failure_leaves_it_as_the_first(self):
        self.fail('AllocationFailed')
        self.emulator.faults.fail_operation(
            'POST', 'virtualMachines/start', 'AllocationFailed', times=1)
        self.assertRaises(HttpResponseError, self.vms.begin_start(
            base.GROUP, 'vm').result)
        self.assertEqual(['ProvisioningState/failed/AllocationFailed'],
                         self.statuses())
        self.assertNotIn('virtualMachine', self.nic_properties('vm-nic'))

    def test_a_guest_that_is_late_runs_nevertheless(self):
        self.fail('OSProvisioningTimedOut')
        self.assertEqual(
            ['ProvisioningState/failed/OSProvisioningTimedOut',
             'PowerState/running'], self.statuses())

    def test_an_image_that_needs_a_plan(self):
        body = self.body(self.nic(), image=ROCKY)
        exc = self.assertRaises(HttpResponseError, self.create, 'vm', body)
        self.assertIn('requires Plan information in the request', str(exc))
        self.assertEqual('Failed', self.vms.get(
            base.GROUP, 'vm').properties.provisioning_state)

    def test_deleting_it_takes_disk_and_nic_along(self):
        nic = self.nic()
        before = self.emulator.store.ids()
        body = self.body(nic)
        profile = body['properties']['networkProfile']
        profile['networkInterfaces'][0]['properties']['deleteOption'] = (
            'Delete')
        body['properties']['storageProfile']['osDisk']['deleteOption'] = (
            'Delete')
        self.fail('AllocationFailed', body)
        self.vms.begin_delete(base.GROUP, 'vm').result()
        before.remove(nic)
        self.assertEqual(before, self.emulator.store.ids())
