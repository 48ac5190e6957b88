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

"""Galleries, definitions and versions as resources."""

from tests.unit.emulator.compute import base
from tests.unit.emulator.compute import gallery


class LifeTest(gallery.GalleryMixin, base.ComputeTestCase):
    """Create, change, list, delete."""

    def send_gallery(self, method, *names, body=None, **query):
        words = ('galleries', 'images', 'versions')
        path = '/'.join(f'{word}/{name}' for word, name
                        in zip(words, names, strict=False))
        return self.send(method, self.path(path), body,
                         version=gallery.VERSION, **query)

    def test_answers_and_operations(self):
        body = {'location': base.LOCATION, 'tags': {'a': 'b'}}
        answer = self.send_gallery('PUT', 'gallery', body=body)
        self.assertEqual((201, 'Creating'), (
            answer.status_code,
            answer.json()['properties']['provisioningState']))
        self.assertIn('/capsOperations/',
                      answer.headers['Azure-AsyncOperation'])
        self.assertNotIn('Location', answer.headers)
        told = self.send('GET', answer.headers['Azure-AsyncOperation'])
        self.assertEqual({'startTime', 'endTime', 'status', 'name'},
                         set(told.json()))
        found = self.send_gallery('GET', 'gallery').json()
        self.assertEqual(
            f'{self.emulator.subscription_id}-GALLERY',
            found['properties']['identifier']['uniqueName'])
        self.assertEqual('Succeeded',
                         found['properties']['provisioningState'])
        again = self.send_gallery('PUT', 'gallery', body=body)
        self.assertEqual(200, again.status_code)
        gone = self.send_gallery('DELETE', 'gallery')
        self.assertEqual(202, gone.status_code)
        self.assertIn('monitor=true', gone.headers['Location'])
        self.assertEqual(204, self.send_gallery(
            'DELETE', 'gallery').status_code)

    def test_defaults_of_a_version(self):
        self.gallery()
        definition = self.definition(generation='V1').as_dict()
        self.assertEqual('x64', definition['properties']['architecture'])
        self.version(self.of_disk(self.disk()))
        found = self.send_gallery('GET', 'gallery', 'image', '1.0.0').json()
        profile = found['properties']['publishingProfile']
        self.assertEqual([{
            'name': 'East US', 'regionalReplicaCount': 1,
            'storageAccountType': 'Standard_LRS'}],
            profile['targetRegions'])
        self.assertEqual((1, False, 'Standard_LRS'), (
            profile['replicaCount'], profile['excludeFromLatest'],
            profile['storageAccountType']))
        self.assertIn('publishedDate', profile)
        disk = found['properties']['storageProfile']['osDiskImage']
        self.assertEqual((8, 'ReadWrite'), (disk['sizeInGB'],
                                       disk['hostCaching']))
        self.assertNotIn('replicationStatus', found['properties'])
        found = self.send_gallery('GET', 'gallery', 'image', '1.0.0',
                                  **{'$expand': 'ReplicationStatus'}).json()
        self.assertEqual({
            'aggregatedState': 'Completed', 'summary': [{
                'region': 'East US', 'state': 'Completed', 'details': '',
                'progress': 100}]}, found['properties']['replicationStatus'])

    def test_lists(self):
        for name in ('one', 'two'):
            self.gallery(name)
        for number in range(2):
            self.definition(f'image{number}', 'Specialized', 'V1', 'one')
        disk = self.disk()
        for name in ('1.0.0', '1.0.1'):
            self.version(self.of_disk(disk), name, 'image0', 'one')
        compute = self.compute
        self.assertEqual(['one', 'two'], [
            one.name for one in compute.galleries.list()])
        self.assertEqual(['one', 'two'], [
            one.name for one in compute.galleries.list_by_resource_group(
                base.GROUP)])
        images = compute.gallery_images.list_by_gallery
        versions = compute.gallery_image_versions.list_by_gallery_image
        self.assertEqual(
            [['image0', 'image1'], [], ['1.0.0', '1.0.1'], []],
            [[one.name for one in found] for found in (
                images(base.GROUP, 'one'), images(base.GROUP, 'two'),
                versions(base.GROUP, 'one', 'image0'),
                versions(base.GROUP, 'one', 'image1'))])
        self.refused(404, 'ResourceNotFound', list, versions(
            base.GROUP, 'one', 'none'))

    def test_what_may_change(self):
        self.gallery()
        self.definition(generation='V1')
        self.version(self.of_disk(self.disk()))
        compute = self.compute
        changed = compute.galleries.begin_update(base.GROUP, 'gallery', {
            'properties': {'description': 'ours'}}).result()
        self.assertEqual('ours', changed.properties.description)
        image = compute.gallery_images.begin_update(
            base.GROUP, 'gallery', 'image', {
                'tags': {'a': 'b'}, 'properties': {
                    'osType': 'Linux', 'osState': 'Generalized',
                    'identifier': {'publisher': 'us', 'offer': 'linux',
                                   'sku': 'image'},
                    'description': 'x'}}).result()
        self.assertEqual(({'a': 'b'}, 'x'), (
            image.tags, image.properties.description))
        self.refused(409, 'PropertyChangeNotAllowed', self.definition,
                     state='Specialized', generation='V1')
        version = self.send_gallery('GET', 'gallery', 'image',
                                    '1.0.0').json()
        version['properties']['publishingProfile']['targetRegions'].append(
            {'name': 'West Europe'})
        answer = self.send_gallery('PUT', 'gallery', 'image', '1.0.0',
                                   body=version)
        self.assertEqual((200, ['East US', 'West Europe']), (
            answer.status_code, [
                region['name'] for region in answer.json()['properties'][
                    'publishingProfile']['targetRegions']]))
        version['properties']['storageProfile']['osDiskImage']['source'] = {
            'id': self.disk('other').id}
        answer = self.send_gallery('PUT', 'gallery', 'image', '1.0.0',
                                   body=version)
        self.assertEqual('PropertyChangeNotAllowed',
                         answer.json()['error']['code'])
        answer = self.send_gallery('PATCH', 'gallery', 'image', '1.0.0',
                                   body={'tags': {'c': 'd'}})
        self.assertEqual((200, {'c': 'd'}), (answer.status_code,
                                             answer.json()['tags']))

    def test_children_go_first(self):
        self.gallery()
        self.definition(generation='V1')
        self.version(self.of_disk(self.disk()))
        compute = self.compute
        error = self.refused(409, 'CannotDeleteResource',
                             compute.gallery_images.begin_delete, base.GROUP,
                             'gallery', 'image')
        self.assertIn("'Microsoft.Compute/galleries/gallery/images/image/"
                      "versions/1.0.0'", error.message)
        self.refused(409, 'CannotDeleteResource',
                     compute.galleries.begin_delete, base.GROUP, 'gallery')
        compute.gallery_image_versions.begin_delete(
            base.GROUP, 'gallery', 'image', '1.0.0').result()
        compute.gallery_images.begin_delete(
            base.GROUP, 'gallery', 'image').result()
        compute.galleries.begin_delete(base.GROUP, 'gallery').result()
        self.assertEqual([], list(compute.galleries.list()))

    def test_missing_ones(self):
        missing = self.path('galleries', 'gallery')
        self.assertEqual('ParentResourceNotFound', self.send_gallery(
            'PUT', 'gallery', 'image', body={'location': base.LOCATION})
            .json()['error']['code'])
        self.gallery()
        error = self.send_gallery('GET', 'gallery', 'image').json()['error']
        self.assertEqual('ResourceNotFound', error['code'])
        self.assertIn('Microsoft.Compute/galleries/gallery/images/image',
                      error['message'])
        self.assertTrue(missing.endswith('/galleries/gallery'))

    def test_names_and_features(self):
        for name in ('with-dash', '_first', 'last.'):
            self.refused(400, 'InvalidParameter', self.gallery, name)
        self.gallery()
        self.refused(400, 'InvalidParameter', self.definition, '_image')
        self.refused(400, 'InvalidParameter', self.definition, features=[
            {'name': 'SecurityType', 'value': 'Nonsense'}])
        self.refused(400, 'InvalidParameter', self.definition,
                     generation='V1', features=[
                         {'name': 'SecurityType', 'value': 'TrustedLaunch'}])
        self.definition(generation='V1')
        self.refused(409, 'Conflict', self.definition, 'other', identifier={
            'publisher': 'us', 'offer': 'linux', 'sku': 'image'})
        storage = self.of_disk(self.disk())
        for name in ('1.0', 'latest', '1.0.4294967296'):
            self.refused(400, 'InvalidParameter', self.version, storage,
                         name)
        for regions in ([{'name': 'westeurope'}],
                        [{'name': 'eastus'}, {'name': 'East US'}],
                        [{'name': 'eastus'}, {'name': 'moon'}]):
            self.refused(400, 'InvalidParameter', self.version, storage,
                         profile={'targetRegions': regions})

    def test_a_protected_version(self):
        self.gallery()
        self.definition(generation='V1')
        self.version(
            self.of_disk(self.disk()),
            profile={'endOfLifeDate': '2026-06-01T00:00:00+00:00'},
            safetyProfile={'blockDeletionBeforeEndOfLife': True})
        delete = self.compute.gallery_image_versions.begin_delete
        self.refused(409, 'OperationNotAllowed', delete, base.GROUP,
                     'gallery', 'image', '1.0.0')
        self.clock.advance(40 * 86400)
        delete(base.GROUP, 'gallery', 'image', '1.0.0').result()


class ReplicationTest(gallery.GalleryMixin, base.ComputeTestCase):
    """With the durations of Azure, on a clock that stands still."""

    latency = 'observed'

    def test_progress(self):
        self.emulator.state['latency'] = {
            'galleries.write': 0, 'disks.write': 0,
            'galleries.versions.write': 100}
        self.gallery()
        self.definition(generation='V1')
        path = self.path('galleries/gallery/images/image/versions', '1.0.0')
        self.send('PUT', path, {
            'location': base.LOCATION, 'properties': {
                'storageProfile': self.of_disk(self.disk())}},
            version=gallery.VERSION)
        seen = []
        for _ in range(3):
            properties = self.send(
                'GET', path, version=gallery.VERSION,
                **{'$expand': 'ReplicationStatus'}).json()['properties']
            status = properties['replicationStatus']
            seen.append((properties['provisioningState'],
                         status['aggregatedState'],
                         status['summary'][0]['progress']))
            self.clock.advance(50)
        self.assertEqual([('Creating', 'InProgress', 0),
                          ('Creating', 'InProgress', 50),
                          ('Succeeded', 'Completed', 100)], seen)

    def test_a_version_is_of_no_use_before_it_is_there(self):
        self.emulator.state['latency'] = {
            'galleries.write': 0, 'disks.write': 0,
            'virtualMachines.create': 0}
        self.gallery()
        self.definition(generation='V1')
        path = self.path('galleries/gallery/images/image/versions', '1.0.0')
        self.send('PUT', path, {
            'location': base.LOCATION, 'properties': {
                'storageProfile': self.of_disk(self.disk())}},
            version=gallery.VERSION)
        self.refused(404, 'GalleryImageNotFound', self.create, 'vm',
                     self.body(self.nic(), size='Standard_D2s_v3',
                               image={'id': path}))
        self.clock.advance(300)
        self.create('vm', self.body(
            self.nic('new'), size='Standard_D2s_v3', image={'id': path}))
