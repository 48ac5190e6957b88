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

"""What disks and snapshots were seen to be in 2023 to 2025."""

from tests.unit.emulator.compute import base

VERSION = '2023-04-02'


class DiskTest(base.ComputeTestCase):
    """Requests by hand."""

    def put(self, sku='Standard_LRS', size_gib=4, kind='disks', name='d',
            version=VERSION, **properties):
        return self.send('PUT', self.path(kind, name), {
            'location': 'eastus', 'sku': {'name': sku}, 'zones': ['1'],
            'properties': {'diskSizeGB': size_gib, 'creationData': {
                'createOption': 'Empty'}, **properties}}, version=version)

    def get(self, kind='disks', name='d', version=VERSION):
        return self.send('GET', self.path(kind, name),
                         version=version).json()['properties']

    def test_ultra_disks(self):
        # 12 seen at 2023-04-02
        self.put('UltraSSD_LRS')
        found = self.get()
        self.assertEqual(
            {'readOnly': False, 'maxShares': 1, 'diskIOPSReadOnly': 100,
             'diskMBpsReadOnly': 13},
            {key: found.get(key) for key in (
                'readOnly', 'maxShares', 'diskIOPSReadOnly',
                'diskMBpsReadOnly')})
        self.put(name='other')
        self.assertNotIn('readOnly', self.get(name='other'))

    def test_what_was_read_goes_with_another_sku(self):
        # tier and performance of a Premium disk, sent back (6 answers)
        self.put('Premium_LRS', 1)
        known = self.get()
        answer = self.put('Standard_LRS', 10, **{key: known[key] for key in (
            'tier', 'diskIOPSReadWrite', 'diskMBpsReadWrite')})
        self.assertEqual(202, answer.status_code)
        found = self.get()
        self.assertEqual((10, 500, 60), (
            found['diskSizeGB'], found['diskIOPSReadWrite'],
            found['diskMBpsReadWrite']))
        self.assertNotIn('tier', found)

    def test_since_when_it_bursts(self):
        # 4 seen
        self.put('Premium_LRS', 1024, burstingEnabled=True)
        self.assertIn('burstingEnabledTime', self.get())
        self.put('Premium_LRS', 1024, name='later')
        self.assertNotIn('burstingEnabledTime', self.get(name='later'))
        self.put('Premium_LRS', 1024, name='later', burstingEnabled=True)
        self.assertIn('burstingEnabledTime', self.get(name='later'))

    def test_a_gallery_for_the_community(self):
        # 13 answers at 2021-10-01
        path = self.path('galleries', 'g')
        made = self.send('PUT', path, {'location': 'eastus', 'properties': {
            'sharingProfile': {
                'permissions': 'Community', 'communityGalleryInfo': {
                    'publisherUri': 'u', 'publisherContact': 'a@b.c',
                    'eula': 'e', 'publicNamePrefix': 'pub'}}}},
            version='2021-10-01')
        self.assertEqual(201, made.status_code)
        info = made.json()['properties']['sharingProfile'][
            'communityGalleryInfo']
        self.assertIs(False, info['communityGalleryEnabled'])
        [name] = info['publicNames']
        self.assertTrue(name.startswith('pub-'), name)

    def test_an_empty_snapshot(self):
        # 43 seen, 2020-09-30 and 2023-10-02
        self.send('PUT', self.path('snapshots', 's'), {
            'location': 'eastus', 'properties': {
                'creationData': {'createOption': 'Empty'},
                'diskSizeGB': 5}}, version='2023-10-02')
        found = self.get('snapshots', 's', '2023-10-02')
        self.assertEqual((5, 5 * 1024 ** 3), (found['diskSizeGB'],
                                              found['diskSizeBytes']))

    def test_of_an_image(self):
        # 12 of generation 1 and 17 of generation 2
        for sku, generation, told in (
                ('7.5', 'V1', {'architecture': 'x64'}),
                ('7_6-gen2', 'V2', {
                    'architecture': 'x64', 'acceleratedNetwork': True,
                    'diskControllerTypes': 'SCSI'})):
            version = '7.5.201808150' if sku == '7.5' else '7.6.20200213'
            image = (f'/Subscriptions/{self.emulator.subscription_id}'
                     f'/Providers/Microsoft.Compute/Locations/eastus'
                     f'/Publishers/OpenLogic/ArtifactTypes/VMImage/Offers'
                     f'/CentOS/Skus/{sku}/Versions/{version}')
            self.send('PUT', self.path('disks', sku), {
                'location': 'eastus', 'properties': {'creationData': {
                    'createOption': 'FromImage',
                    'imageReference': {'id': image}}}}, version=VERSION)
            found = self.get(name=sku)
            self.assertEqual((generation, told), (
                found['hyperVGeneration'], found['supportedCapabilities']))
            self.assertNotIn('supportsHibernation', found)

    def test_the_first_answer_of_2019(self):
        # 39 of 39 at 2019-07-01; all 177 since 2020-09-30 say what it is
        old = self.put(version='2019-07-01').json()
        self.assertTrue(old['properties']['isArmResource'])
        self.assertEqual(set(), {'id', 'type'} & set(old))
        new = self.put(version=VERSION).json()
        self.assertEqual({'id', 'type'}, {'id', 'type'} & set(new))
        self.assertNotIn('isArmResource', new['properties'])
