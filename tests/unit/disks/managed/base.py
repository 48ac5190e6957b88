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

"""A managed disk model, and makers of what it takes."""

from jacket_azure.disks import loader
from jacket_azure.disks import models
from jacket_azure.payload import tags
from tests import base
from tests import world

UUID = '0f8fad5b-d9cb-469f-a165-70867728950e'
OTHER = '7c9e6679-7425-40de-944b-e07fc1f90ae7'
SNAPSHOT = '6fa459ea-ee8a-3ca4-894e-db77e160355e'
GIB = 1024**3
IMAGE = {'publisher': 'Canonical', 'offer': 'ubuntu-24_04-lts',
         'sku': 'server', 'version': 'latest'}


def tags_of(uuid, kind=tags.KIND_VOLUME, owner=world.OWNER):
    built, _ = tags.build(owner, kind, uuid, 'project', '2026-05-04T08:00:00Z')
    return built


class ManagedTestCase(base.AzureTestCase):
    """The model, which has seen what there is: nothing."""

    def setUp(self):
        super().setUp()
        self.model = self.make_model()
        self.model.list()
        self.model.list_snapshots()
        self.model.check(1, models.Kind('Standard_LRS'))

    def make_model(self):
        """Return a model of another process."""
        return loader.connect(self.conf.azure, self.client)

    def spec(self, uuid=UUID, size_gib=4, generation='', **kind):
        kind.setdefault('sku', 'StandardSSD_LRS')
        return models.VolumeSpec(
            self.model.volume_name(uuid, generation), size_gib,
            models.Kind(**kind), tags_of(uuid))

    def snapshot_spec(self, volume_name, uuid=SNAPSHOT, **options):
        return models.SnapshotSpec(
            uuid, volume_name, tags_of(uuid, tags.KIND_SNAPSHOT), **options)

    def sent(self, work, *arguments):
        """Return the result, and what was sent for it but looks."""
        with self.client.statistics.record() as attempts:
            result = work(*arguments)
        return result, [
            (one.method, one.operation) for one in attempts
            if not one.is_poll]

    def attach(self, name):
        """Let a running machine have a disk, as the emulator does it."""
        nic = self.client.network_interfaces.create_or_update('nic', {
            'location': world.LOCATION, 'properties': {
                'ipConfigurations': [{'name': 'ip', 'properties': {
                    'subnet': {'id': self.azure.subnet_id('private')}}}]}})
        disk_id = self.model.disk_id(name)
        sku = self.model.get(name).kind.sku
        self.client.virtual_machines.create('vm', {
            'location': world.LOCATION,
            'properties': {
                'hardwareProfile': {'vmSize': 'Standard_D2s_v5'},
                'additionalCapabilities': {
                    'ultraSSDEnabled': sku == 'UltraSSD_LRS'},
                'storageProfile': {
                    'imageReference': IMAGE,
                    'osDisk': {'createOption': 'FromImage'},
                    'dataDisks': [self.model.describe_data_disk(
                        disk_id, 0, None)]},
                'osProfile': {'computerName': 'guest',
                              'adminUsername': 'azureuser',
                              'adminPassword': 'Correct-Horse-9'},
                'networkProfile': {'networkInterfaces': [
                    {'id': nic['id']}]}}})
