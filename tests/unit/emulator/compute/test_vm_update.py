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

"""PUT and PATCH of a virtual machine, data disks, resize."""

from azure.core.exceptions import HttpResponseError

from tests.unit.emulator.compute import base


class UpdateTest(base.ComputeTestCase):
    """A VM with one NIC that exists when a test begins."""

    def setUp(self):
        super().setUp()
        self.vm = self.create()
        self.path_of_vm = self.path('virtualMachines', 'vm')

    def model(self):
        return self.send('GET', self.path_of_vm).json()

    def put(self, vm, **options):
        return self.send('PUT', self.path_of_vm, vm, **options)

    def data_disks(self, answer=None):
        properties = (answer.json() if answer else self.model())['properties']
        return properties['storageProfile']['dataDisks']

    def attach(self, *names):
        vm = self.model()
        vm['properties']['storageProfile']['dataDisks'].extend(
            {'lun': lun, 'createOption': 'Attach',
             'managedDisk': {'id': self.disk(name).id}}
            for lun, name in enumerate(names))
        return self.put(vm)

    def test_a_change_is_200_with_an_operation(self):
        vm = self.model()
        vm['tags'] = {'new': 'tag'}
        answer = self.put(vm)
        self.assertEqual(200, answer.status_code)
        self.assertIn('Azure-AsyncOperation', answer.headers)
        self.assertNotIn('Location', answer.headers)
        self.assertEqual('Updating',
                         answer.json()['properties']['provisioningState'])
        self.assertEqual('"3"', answer.headers['ETag'])
        self.assertEqual('"4"', self.model()['etag'])
        self.assertEqual({'new': 'tag'}, self.model()['tags'])

    def test_no_change_is_200_without_an_operation(self):
        answer = self.put(self.model())
        self.assertEqual(200, answer.status_code)
        self.assertNotIn('Azure-AsyncOperation', answer.headers)
        self.assertEqual('Updating',
                         answer.json()['properties']['provisioningState'])
        self.assertEqual('"3"', answer.headers['ETag'])
        vm = self.model()
        self.assertEqual(('"3"', 'Succeeded'), (
            vm['etag'], vm['properties']['provisioningState']))

    def test_etag_of_an_expanded_view_is_in_the_body_only(self):
        answer = self.send('GET', self.path_of_vm,
                           **{'$expand': 'instanceView'})
        self.assertNotIn('ETag', answer.headers)
        self.assertEqual('"2"', answer.json()['etag'])
        self.assertIn('statuses',
                      answer.json()['properties']['instanceView'])

    def test_if_match(self):
        vm = {**self.model(), 'tags': {'a': 'b'}}
        for sent in ('"1"', '1'):
            answer = self.put(vm, headers={'If-Match': sent})
            self.assertEqual(412, answer.status_code)
            self.assertEqual({
                'code': 'PreconditionFailed',
                'message': 'Etag provided in if-match header "1" does not '
                           'match etag "2" of resource.'},
                answer.json()['error'])
        answer = self.put(vm, headers={'If-Match': '"2"'})
        self.assertEqual(200, answer.status_code)

    def test_patch_merges(self):
        self.vms.begin_update(base.GROUP, 'vm', {
            'tags': {'only': 'this'}, 'properties': {'diagnosticsProfile': {
                'bootDiagnostics': {'enabled': True}}}}).result()
        vm = self.model()
        self.assertEqual({'only': 'this'}, vm['tags'])
        self.assertTrue(vm['properties']['diagnosticsProfile'][
            'bootDiagnostics']['enabled'])
        self.assertEqual('guest', vm['properties']['osProfile'][
            'computerName'])

    def test_attach_and_detach_by_put(self):
        answer = self.attach('one')
        self.assertEqual(['one'], [
            disk['name'] for disk in self.data_disks(answer)])
        disk = self.compute.disks.get(base.GROUP, 'one')
        self.assertEqual((self.vm.id, 'Attached'), (
            disk.managed_by, disk.properties.disk_state))
        raw = self.send('GET', self.path('disks', 'one'),
                        version=base.DISK_API_VERSION).json()
        self.assertIn('LastOwnershipUpdateTime', raw['properties'])
        vm = self.model()
        vm['properties']['storageProfile']['dataDisks'] = []
        answer = self.put(vm)
        self.assertTrue(self.data_disks(answer)[0]['toBeDetached'])
        self.assertEqual([], self.data_disks())
        disk = self.compute.disks.get(base.GROUP, 'one')
        self.assertEqual((None, 'Unattached'), (
            disk.managed_by, disk.properties.disk_state))

    def test_detach_by_mark(self):
        self.attach('one', 'two')
        vm = self.model()
        vm['properties']['storageProfile']['dataDisks'][0][
            'toBeDetached'] = True
        self.put(vm)
        self.assertEqual(['two'], [
            disk['name'] for disk in self.data_disks()])

    def test_an_empty_disk_has_no_id_at_first(self):
        vm = self.model()
        vm['properties']['storageProfile']['dataDisks'] = [
            {'lun': 0, 'createOption': 'Empty', 'diskSizeGB': 4}]
        self.assertNotIn(
            'id', self.data_disks(self.put(vm))[0]['managedDisk'])
        self.assertIn('/disks/', self.data_disks()[0]['managedDisk']['id'])

    def test_attach_detach_data_disks(self):
        self.attach('old')
        old, new = (self.disk(name).id if name == 'new' else
                    self.compute.disks.get(base.GROUP, name).id
                    for name in ('old', 'new'))
        answer = self.send('POST', self.path(
            'virtualMachines', 'vm/attachDetachDataDisks'), {
                'dataDisksToAttach': [{'diskId': new, 'caching': 'ReadOnly'}],
                'dataDisksToDetach': [{'diskId': old}]})
        self.assertEqual(200, answer.status_code)
        self.assertIn('Azure-AsyncOperation', answer.headers)
        self.assertIn('ETag', answer.headers)
        storage = answer.json()
        self.assertEqual({'imageReference', 'osDisk', 'dataDisks'},
                         set(storage))
        self.assertEqual(
            {'old': (0, True), 'new': (1, False)},
            {disk['name']: (disk['lun'], disk['toBeDetached'])
             for disk in storage['dataDisks']})
        disk, = self.data_disks()
        self.assertEqual(('new', 'ReadOnly'),
                         (disk['name'], disk['caching']))

    def test_half_a_body(self):
        path = self.path('virtualMachines', 'other')
        nameless = self.body()
        nameless['properties']['networkProfile']['networkInterfaces'] = [{}]
        for body, target in (
                ({'location': base.LOCATION}, 'hardwareProfile.vmSize'),
                (nameless, 'networkInterface.id')):
            answer = self.send('PUT', path, body)
            self.assertEqual((400, target), (
                answer.status_code, answer.json()['error']['target']))

    def test_a_disk_that_is_just_leaving(self):
        disk = self.disk()
        entry = {'lun': 0, 'createOption': 'Attach',
                 'managedDisk': {'id': disk.id}}
        self.vms.begin_update(base.GROUP, 'vm', {'properties': {
            'storageProfile': {'dataDisks': [entry]}}}).result()
        self.emulator.faults.slow_operation('PATCH', 'virtualMachines', 60)
        path = self.path('virtualMachines', 'vm')
        for entries, code in (([], None), (
                [entry], 'AttachDiskWhileBeingDetached'), ([], 'Conflict')):
            answer = self.send('PATCH', path, {'properties': {
                'storageProfile': {'dataDisks': entries}}})
            self.assertEqual(code, answer.json().get('error', {}).get('code'))
        answer = self.send('POST', path + '/attachDetachDataDisks', {
            'dataDisksToAttach': [{'diskId': disk.id.upper()}]})
        self.assertEqual((409, 'AttachDiskWhileBeingDetached'), (
            answer.status_code, answer.json()['error']['code']))

    def test_a_disk_that_another_machine_has(self):
        self.attach('one')
        self.create('other')
        error = self.refused(
            409, 'ConflictingUserInput',
            self.vms.begin_attach_detach_data_disks, base.GROUP, 'other', {
                'dataDisksToAttach': [{'diskId': self.compute.disks.get(
                    base.GROUP, 'one').id}]})
        self.assertIn('A disk can be attached to only one VM at a time',
                      error.message)
        self.assertTrue(error.target.endswith('/disks/one'))

    def test_a_failed_attach_leaves_everything_as_it_was(self):
        before = self.model()
        self.emulator.faults.fail_operation(
            'PUT', 'virtualMachines', 'InternalExecutionError', times=1)
        self.attach('one')
        after = self.model()
        self.assertEqual('Failed', after['properties']['provisioningState'])
        self.assertEqual(before['properties']['storageProfile'],
                         after['properties']['storageProfile'])
        self.assertIsNone(
            self.compute.disks.get(base.GROUP, 'one').managed_by)

    def test_a_disk_that_grew_shows_in_its_machine(self):
        self.attach('one')
        self.compute.disks.begin_update(base.GROUP, 'one', {
            'properties': {'diskSizeGB': 16}}).result()
        self.assertEqual(16, self.data_disks()[0]['diskSizeGB'])
        self.assertEqual(200, self.put(self.model()).status_code)

    def test_user_data_survives_a_put_that_cannot_show_it(self):
        self.vms.begin_update(base.GROUP, 'vm', {
            'properties': {'userData': 'dXNlcg=='}}).result()
        self.put({**self.model(), 'tags': {'a': 'b'}})
        vm = self.vms.get(base.GROUP, 'vm', expand='userData')
        self.assertEqual('dXNlcg==', vm.properties.user_data)

    def test_one_disk_twice(self):
        disk = {'createOption': 'Attach',
                'managedDisk': {'id': self.disk('one').id}}
        vm = self.model()
        vm['properties']['storageProfile']['dataDisks'] = [
            {'lun': lun, **disk} for lun in range(2)]
        self.assertEqual('ConflictingUserInput',
                         self.put(vm).json()['error']['code'])

    def test_what_cannot_be_changed(self):
        for path, value in (
                (('osProfile', 'computerName'), 'other'),
                (('osProfile', 'adminUsername'), 'other'),
                (('storageProfile', 'osDisk', 'createOption'), 'Attach'),
                (('storageProfile', 'imageReference', 'sku'), 'minimal')):
            vm = self.model()
            place = vm['properties']
            for key in path[:-1]:
                place = place[key]
            place[path[-1]] = value
            error = self.put(vm).json()['error']
            self.assertEqual('PropertyChangeNotAllowed', error['code'], path)

    def test_resize(self):
        self.vms.begin_update(base.GROUP, 'vm', {'properties': {
            'hardwareProfile': {'vmSize': 'Standard_D4s_v5'}}}).result()
        self.assertEqual('Standard_D4s_v5', self.model()['properties'][
            'hardwareProfile']['vmSize'])
        self.assertEqual('PowerState/running', self.statuses()[-1])
        error = self.refused(
            409, 'OperationNotAllowed', self.vms.begin_update, base.GROUP,
            'vm', {'properties': {'hardwareProfile': {
                'vmSize': 'Standard_D2ds_v5'}}})
        self.assertIn('from resource disk to non-resource disk',
                      error.message)

    def test_a_refused_resize_leaves_the_size(self):
        self.emulator.faults.fail_operation(
            'PATCH', 'virtualMachines', 'AllocationFailed', times=1)
        self.assertRaises(HttpResponseError, self.vms.begin_update(
            base.GROUP, 'vm', {'properties': {'hardwareProfile': {
                'vmSize': 'Standard_D4s_v5'}}}).result)
        self.assertEqual('Standard_D2s_v5', self.model()['properties'][
            'hardwareProfile']['vmSize'])

    def test_os_disk_swap_needs_a_deallocated_machine(self):
        old = self.model()['properties']['storageProfile']['osDisk']['name']
        copy = self.compute.disks.begin_create_or_update(
            base.GROUP, 'swap', {'location': base.LOCATION, 'properties': {
                'creationData': {'createOption': 'Copy', 'sourceResourceId':
                                 self.path('disks', old)}}}).result()
        vm = self.model()
        vm['properties']['storageProfile']['osDisk'].update(
            name='swap', managedDisk={'id': copy.id})
        self.assertEqual(409, self.put(vm).status_code)
        self.vms.begin_deallocate(base.GROUP, 'vm').result()
        self.assertEqual(200, self.put(vm).status_code)
        owners = {disk.name: disk.managed_by
                  for disk in self.compute.disks.list()}
        self.assertEqual({old: None, 'swap': self.vm.id}, owners)

    def test_nics_change_on_a_deallocated_machine_only(self):
        vm = self.model()
        vm['properties']['networkProfile']['networkInterfaces'] = [
            {'id': self.nic('second'), 'properties': {'primary': True}}]
        self.assertEqual(409, self.put(vm).status_code)
        self.vms.begin_deallocate(base.GROUP, 'vm').result()
        self.assertEqual(200, self.put(vm).status_code)
        self.assertNotIn('virtualMachine', self.nic_properties('vm-nic'))
        self.assertEqual({'id': self.vm.id},
                         self.nic_properties('second')['virtualMachine'])
