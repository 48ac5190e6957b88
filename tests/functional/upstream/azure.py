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

"""An Azure that has what Nova's tests take for granted."""

import requests

from tests import fixtures as azure_fixtures
from tests import world

# Nova's tests hand out 192.168.1.3, which Azure keeps for itself in a /24
VIRTUAL_NETWORK = 'nova'
SUBNET = 'all'
PREFIX = '192.168.0.0/16'
# flavors of Nova's tests have 1 GiB disks: smaller than any of the market
IMAGE = 'nova_tests'
_DISKS_VERSION = '2026-03-02'
_GALLERIES_VERSION = '2026-03-03'


class AzureFixture(azure_fixtures.AzureFixture):
    """With one subnet for every network, and one small image."""

    def _plant(self):
        super()._plant()
        self.emulator.seed(
            resource_group=world.RESOURCE_GROUP, location=world.LOCATION,
            virtual_networks={VIRTUAL_NETWORK: {SUBNET: PREFIX}},
            nsgs=world.SECURITY_GROUPS)
        with requests.Session() as session:
            self._plant_image(session)
        self._seeded = set(self.emulator.store.ids())

    def _plant_image(self, session):
        # else REQUESTS_CA_BUNDLE of the machine would win over verify
        session.trust_env = False
        session.verify = self.emulator.ca_file
        issued = self.emulator.identity.issue(self.emulator.audience)
        session.headers['Authorization'] = f'Bearer {issued["access_token"]}'
        disk = self._id('disks')
        self._put(session, disk, _DISKS_VERSION, {
            'osType': 'Linux', 'hyperVGeneration': 'V2', 'diskSizeGB': 1,
            'creationData': {'createOption': 'Empty'}})
        gallery, definition, _ = self._gallery()
        self._put(session, gallery, _GALLERIES_VERSION, {})
        self._put(session, definition, _GALLERIES_VERSION, {
            'osType': 'Linux', 'osState': 'Generalized',
            'hyperVGeneration': 'V2', 'identifier': {
                'publisher': 'nova', 'offer': 'tests', 'sku': IMAGE}})
        self._put(session, self.image_id, _GALLERIES_VERSION, {
            'storageProfile': {'osDiskImage': {'source': {'id': disk}}}})

    def _put(self, session, path, version, properties):
        answer = session.put(
            f'{self.emulator.endpoint}{path}', timeout=30,
            params={'api-version': version},
            json={'location': world.LOCATION, 'properties': properties})
        answer.raise_for_status()
        # the operation ends at the clock's own pace, which is ours
        self.clock.advance(60)
        session.get(answer.headers['Azure-AsyncOperation'], timeout=30)

    @property
    def image_id(self):
        """Full id of the one image: a gallery's, to make disks of as well."""
        return self._gallery()[-1]

    def _gallery(self):
        """Return the ids of gallery, definition and version."""
        gallery = self._id('galleries')
        definition = f'{gallery}/images/{IMAGE}'
        return gallery, definition, f'{definition}/versions/1.0.0'

    def _id(self, kind):
        return (f'/subscriptions/{self.emulator.subscription_id}'
                f'/resourceGroups/{world.RESOURCE_GROUP}'
                f'/providers/Microsoft.Compute/{kind}/{IMAGE}')
