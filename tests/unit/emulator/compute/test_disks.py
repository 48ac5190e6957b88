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

"""Disks against arm-behaviour.md section 4."""

from tests.unit.emulator.compute import base

GIB = 1024 ** 3


def empty(size_gib=8, **options):
    return {'location': base.LOCATION, **options, 'properties': {
        'creationData': {'createOption': 'Empty'}, 'diskSizeGB': size_gib}}


class DiskTest(base.ComputeTestCase):
    """PUT, PATCH, GET, list, DELETE."""

    def send_disk(self, method, name='disk', body=None):
        return self.send(method, self.path('disks', name), body,
                         version=base.DISK_API_VERSION)

    def get(self, name='disk'):
        return self.send_disk('GET', name).json()

    def test_put_answers_202_with_an_echo(self):
        sent = empty(sku={'name': 'Premium_LRS'}, tags={'a': 'b'})
        answer = self.send_disk('PUT', body=sent)
        self.assertEqual(202, answer.status_code)
        self.assertIn('/DiskOperations/',
                      answer.headers['Azure-AsyncOperation'])
        self.assertIn('/DiskOperations/', answer.headers['Location'])
        self.assertNotIn('Azure-AsyncNotification', answer.headers)
        disk = answer.json()
        self.assertEqual({'name': 'Premium_LRS'}, disk['sku'])
        self.assertEqual({**sent['properties'],
                          'provisioningState': 'Updating'},
                         disk['properties'])

    def test_what_the_service_adds(self):
        self.send_disk('PUT', body=empty())
        disk = self.get()
        self.assertEqual({'name': 'Standard_LRS', 'tier': 'Standard'},
                         disk['sku'])
        properties = disk['properties']
        for key, value in (
                ('diskIOPSReadWrite', 500), ('diskMBpsReadWrite', 60),
                ('encryption', {'type': 'EncryptionAtRestWithPlatformKey'}),
                ('networkAccessPolicy', 'AllowAll'),
                ('publicNetworkAccess', 'Enabled'),
                ('provisioningState', 'Succeeded'),
                ('diskState', 'Unattached'), ('diskSizeBytes', 8 * GIB)):
            self.assertEqual(value, properties[key], key)
        self.assertRegex(properties['uniqueId'], r'^[0-9a-f-]{36}$')
        self.assertIn('timeCreated', properties)
        self.assertNotIn('managedBy', disk)

    def test_performance_follows_sku_and_size(self):
        for size, sku, expected in (
                (4, 'Premium_LRS', (120, 25, 'P1')),
                (32, 'Premium_LRS', (120, 25, 'P4')),
                (256, 'Premium_LRS', (1100, 125, 'P15')),
                (1024, 'Premium_LRS', (5000, 200, 'P30')),
                (4, 'StandardSSD_LRS', (500, 100, None)),
                (4, 'UltraSSD_LRS', (500, 8, None))):
            self.send_disk('PUT', body=empty(size, sku={'name': sku}))
            properties = self.get()['properties']
            self.assertEqual(expected, (
                properties['diskIOPSReadWrite'],
                properties['diskMBpsReadWrite'], properties.get('tier')))
            self.send_disk('DELETE')

    def test_operation_holds_the_whole_disk(self):
        answer = self.send_disk('PUT', body=empty())
        status = self.send('GET', answer.headers['Azure-AsyncOperation'])
        self.assertEqual('Succeeded', status.json()['status'])
        self.assertEqual(self.get(), status.json()['properties']['output'])

    def test_the_echo_of_an_update_has_the_size(self):
        answers = [self.send_disk('PUT', body=empty()) for _ in range(2)]
        self.assertEqual([None, 8 * GIB], [
            answer.json()['properties'].get('diskSizeBytes')
            for answer in answers])

    def test_grow_and_not_shrink(self):
        self.disk()
        self.compute.disks.begin_update(base.GROUP, 'disk', {
            'properties': {'diskSizeGB': 16}}).result()
        self.assertEqual(16 * GIB, self.get()['properties']['diskSizeBytes'])
        answer = self.send_disk(
            'PATCH', body={'properties': {'diskSizeGB': 8}})
        self.assertEqual(400, answer.status_code)

    def test_an_os_disk_in_use_does_not_grow(self):
        vm = self.create()
        name = vm.properties.storage_profile.os_disk.name
        change = {'properties': {'diskSizeGB': 64}}
        error = self.refused(
            409, 'OperationNotAllowed', self.compute.disks.begin_update,
            base.GROUP, name, change)
        self.assertIn('while it is attached to running VM', error.message)
        self.vms.begin_deallocate(base.GROUP, 'vm').result()
        self.compute.disks.begin_update(base.GROUP, name, change).result()

    def test_tags_are_replaced(self):
        self.disk(tags={'a': 'b'})
        self.compute.disks.begin_update(
            base.GROUP, 'disk', {'tags': {'c': 'd'}}).result()
        self.assertEqual({'c': 'd'}, self.get()['tags'])

    def test_put_without_a_change(self):
        self.disk()
        self.assertEqual(202, self.send_disk(
            'PUT', body=empty()).status_code)

    def test_delete(self):
        self.disk()
        answer = self.send_disk('DELETE')
        self.assertEqual((202, ''), (answer.status_code, answer.text()))
        self.assertEqual(204, self.send_disk('DELETE').status_code)
        error = self.send_disk('GET').json()['error']
        self.assertEqual('ResourceNotFound', error['code'])

    def test_delete_attached(self):
        vm = self.create()
        name = vm.properties.storage_profile.os_disk.name
        error = self.refused(409, 'OperationNotAllowed',
                             self.compute.disks.begin_delete, base.GROUP,
                             name)
        self.assertEqual(f'Disk {name} is attached to VM {vm.id}.',
                         error.message)

    def test_copies_remember_their_source(self):
        self.create()
        os_disk = next(self.compute.disks.list())
        self.compute.disks.begin_create_or_update(base.GROUP, 'copy', {
            'location': base.LOCATION, 'properties': {'creationData': {
                'createOption': 'Copy',
                'sourceResourceId': os_disk.id}}}).result()
        copy = self.get('copy')['properties']
        self.assertEqual(os_disk.properties.unique_id,
                         copy['creationData']['sourceUniqueId'])
        self.assertEqual(('Linux', 'V2', 30), (
            copy['osType'], copy['hyperVGeneration'], copy['diskSizeGB']))
        self.assertEqual('x64', copy['supportedCapabilities']['architecture'])

    def test_from_a_platform_image(self):
        image = self.compute.virtual_machine_images.get(
            base.LOCATION, 'Canonical', 'ubuntu-24_04-lts', 'server',
            '24.04.202604020')
        self.compute.disks.begin_create_or_update(base.GROUP, 'disk', {
            'location': base.LOCATION, 'properties': {'creationData': {
                'createOption': 'FromImage',
                'imageReference': {'id': image.id}}}}).result()
        properties = self.get()['properties']
        self.assertEqual(('Linux', 30), (properties['osType'],
                                         properties['diskSizeGB']))
        self.assertEqual(image.id, properties['creationData'][
            'imageReference']['id'])

    def test_upload_disks_say_so(self):
        self.send_disk('PUT', body={
            'location': base.LOCATION, 'properties': {'creationData': {
                'createOption': 'Upload', 'uploadSizeBytes': 21474836992}}})
        properties = self.get()['properties']
        self.assertEqual('ReadyToUpload', properties['diskState'])
        self.assertNotIn('diskSizeGB', properties)

    def test_refusals(self):
        missing = self.path('disks', 'missing')
        for expected, body in (
                ((404, 'NotFound'), {'properties': {'creationData': {
                    'createOption': 'Copy', 'sourceResourceId': missing}}}),
                ((400, 'InvalidParameter'), {'properties': {'creationData': {
                    'createOption': 'Empty'}}}),
                ((400, 'InvalidParameter'), empty(40000)),
                ((400, 'InvalidAvailabilityZone'), empty(zones=['7'])),
                ((400, 'InvalidParameter'), {'properties': {
                    'creationData': {'createOption': 'Import',
                                     'sourceUri': 'https://x/y'}}}),
                ((404, 'NotFound'), {'properties': {'creationData': {
                    'createOption': 'Restore',
                    'sourceResourceId': missing}}}),
                ((501, 'EmulatorNotImplemented'), {'properties': {
                    'creationData': {'createOption': 'ImportSecure'}}})):
            answer = self.send_disk(
                'PUT', body={'location': base.LOCATION, **body})
            self.assertEqual(expected, (
                answer.status_code, answer.json()['error']['code']), body)
        self.assertEqual([], list(self.compute.disks.list()))

    def test_lists(self):
        self.disk('one')
        self.disk('two')
        disks = self.compute.disks
        for found in (disks.list(), disks.list_by_resource_group(base.GROUP)):
            self.assertEqual(['one', 'two'], [disk.name for disk in found])
        self.refused(404, 'ResourceGroupNotFound', list,
                     disks.list_by_resource_group('nowhere'))


class SharedDiskTest(base.ComputeTestCase):
    """maxShares lets several machines have one disk."""

    def test_two_owners_and_no_third(self):
        disk = self.compute.disks.begin_create_or_update(base.GROUP, 'disk', {
            'location': base.LOCATION, 'sku': {'name': 'Premium_LRS'},
            'properties': {'creationData': {'createOption': 'Empty'},
                           'diskSizeGB': 256, 'maxShares': 2}}).result()
        for name in ('one', 'two', 'three'):
            self.create(name)
        attach = {'dataDisksToAttach': [{'diskId': disk.id}]}
        for name in ('one', 'two'):
            self.vms.begin_attach_detach_data_disks(
                base.GROUP, name, attach).result()
        disk = self.compute.disks.get(base.GROUP, 'disk')
        self.assertEqual(2, len(disk.managed_by_extended))
        self.refused(409, 'ConflictingUserInput',
                     self.vms.begin_attach_detach_data_disks, base.GROUP,
                     'three', attach)
