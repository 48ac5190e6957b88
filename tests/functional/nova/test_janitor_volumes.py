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
"""J4: what is left of volumes goes away, and nothing that Cinder has."""

import uuid

from jacket_azure.disks import models
from jacket_azure.payload import disk as disk_payload
from jacket_azure.payload import tags
from tests import world
from tests.functional.nova import passes
from tests.functional.nova import with_cinder

ALL = ['nic', 'os-disk', 'public-ip', 'temporary', 'upload', 'volume']
DAY = 86400


class VolumeJanitorTest(passes.Passes, with_cinder.CinderTestCase):
    """With a Cinder that is asked over HTTP, as administrator."""

    def setUp(self):
        super().setUp()
        # the credentials themselves are the test's
        self.flags(group='cinder', auth_type='v3password', http_retries=0)
        self.flags(group='azure', janitor_kinds=ALL)

    @property
    def disks(self):
        """The disk model of the compute service."""
        return self.compute.driver._backend.disks

    def tags(self, kind, uuid_):
        return tags.build(
            world.OWNER, kind, uuid_, 'project', '2026-01-01T00:00:00Z')[0]

    def spec(self, volume_id, generation=''):
        return models.VolumeSpec(
            self.disks.volume_name(volume_id, generation), 1,
            models.Kind(self.disks.skus()[-1] if (
                self.disk_model == 'page_blob') else 'StandardSSD_LRS'),
            self.tags(tags.KIND_VOLUME, volume_id))

    def leave_disk(self, volume_id, generation=''):
        """As a revert, or a Cinder that died, leaves one."""
        return self.disks.create(self.spec(volume_id, generation)).name

    def leave_upload(self, volume_id, generation=''):
        """As a service leaves one that dies while it writes."""
        spec = self.spec(volume_id, generation)
        with self.looking() as client:
            client.disks.create_or_update(spec.name, disk_payload.build(
                disk_payload.DiskSpec(
                    location='eastus', kind=spec.kind,
                    creation=disk_payload.upload(1),
                    tags=self.tags(tags.KIND_TEMPORARY, volume_id))))
        return spec.name

    def leave_snapshot(self, volume_id):
        """As a clone leaves one that is cut short."""
        return self.disks.create_snapshot(models.SnapshotSpec(
            str(uuid.uuid4()), self.disks.volume_name(volume_id),
            self.tags(tags.KIND_TEMPORARY, str(uuid.uuid4())))).name

    def there(self):
        found = [*self.disks.list(), *self.disks.list_snapshots()]
        return {each.name for each in found}

    def restarted(self):
        """Let the janitor have the options as they are now."""
        driver = self.compute.driver
        driver.janitorops = type(driver.janitorops)(driver._backend)

    def test_j4_what_is_left_of_volumes(self):
        self.restarted()
        known, snapshotted = self.make(), self.make()
        kept = {self.disks.volume_name(each) for each in (known, snapshotted)}
        taken = self.ask('POST', '/snapshots', {'snapshot': {
            'volume_id': snapshotted}})['snapshot']
        self.wait_until(
            lambda: self.ask('GET', f'/snapshots/{taken["id"]}')[
                'snapshot']['status'] == 'available', 'snapshot taken')
        kept = self.there()
        gone = str(uuid.uuid4())
        left = {
            self.leave_disk(gone), self.leave_disk(known, 'a1'),
            self.leave_upload(str(uuid.uuid4())), self.leave_snapshot(known)}
        # one that a volume may still need
        kept.add(self.leave_upload(known, 'kept'))
        self.assertEqual(kept | left, self.there())
        self.pass_by(DAY)
        self.cinder_is_away()
        self.assertEqual(kept | left, self.there())
        self.run_passes()
        self.assertEqual(kept, self.there(), self.log.text[-3000:])
        self.assertIn(f'Cinder has no record of volume {gone}', self.log.text)
        self.assertIn(f'volume {known} has the disk', self.log.text)

    def cinder_is_away(self):
        """No answer is no evidence, and no credentials are none."""
        endpoint = self.cinder.endpoint
        self.flags(group='cinder', endpoint_template=(
            'http://127.0.0.1:9/v3/%(project_id)s'))
        before = self.there()
        self.run_passes()
        self.assertIn('Janitor pass ended early: Cinder', self.log.text)
        self.flags(group='cinder', endpoint_template=(
            endpoint + '/%(project_id)s'))
        self.flags(group='cinder', auth_type=None)
        self.run_pass()
        self.assertEqual(before, self.there())
        self.flags(group='cinder', auth_type='v3password')


class PageBlobVolumeJanitorTest(with_cinder.OnPageBlobs, VolumeJanitorTest):
    """The same on Azure Stack Hub."""

    def leave_upload(self, volume_id, generation=''):
        spec = self.spec(volume_id, generation)
        size = models.GIB
        self.disks._put(
            self.disks._blob(spec.name), size,
            self.disks._metadata(spec, size, unfinished=True))
        return spec.name
