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

"""Cinder's half of an attachment, for tests of Nova alone.

Disks are made by our disk model, as Cinder's driver makes them; everything
else is Nova's fixture.
"""

import copy
import uuid

import fixtures
from nova import exception
from nova.tests import fixtures as nova_fixtures

from jacket_azure.disks import models
from tests import volumes

IMAGE = {'publisher': 'Canonical', 'offer': 'ubuntu-24_04-lts',
         'sku': 'server', 'version': 'latest'}


class VolumesFixture(nova_fixtures.CinderFixture):
    """Volumes with disks in the emulator.

    :ivar deleted: ids of volumes that Nova has deleted
    :param disks: the disk model, kept as an attribute
    :param conf: the ``[azure]`` options
    """

    def __init__(self, test, disks, conf):
        super().__init__(test)
        self.disks = disks
        self._conf = conf
        self._infos = {}
        self.deleted = []

    def setUp(self):
        super().setUp()
        self.useFixture(fixtures.MockPatch(
            'nova.volume.cinder.API.delete',
            side_effect=self.fake_delete, autospec=False))

    def make(self, size_gib=4, metadata=None, bootable=False, data=None,
             **kind):
        """Make a volume; return its id.

        :param metadata: ``volume_image_metadata``
        :param data: what connection_info is to say differently
        """
        volume_id = str(uuid.uuid4())
        info = volumes.make(
            self.disks, self._conf, size_gib, volume_id=volume_id, **kind)
        info['data'].update(data or {})
        return self._keep(volume_id, size_gib, info, bootable, metadata)

    def _keep(self, volume_id, size_gib, info, bootable, metadata):
        self._infos[volume_id] = info
        self.volumes[volume_id] = {
            'id': volume_id, 'display_name': volume_id, 'size': size_gib,
            'multiattach': info['data']['shared'],
            'availability_zone': self.az, 'bootable': bootable,
            'migration_status': None, 'volume_type_id': None,
            'volume_image_metadata': metadata or {}}
        return volume_id

    def info(self, volume_id):
        """Return the ``connection_info`` of a volume."""
        return copy.deepcopy(self._infos[volume_id])

    def disk(self, volume_id):
        """Return a volume's disk as Azure has it now."""
        return self.disks.get(self._infos[volume_id]['data']['disk_name'])

    def grow(self, volume_id, size_gib):
        """Extend a volume as Cinder does."""
        self.disks.grow(
            self._infos[volume_id]['data']['disk_name'], size_gib)
        self.volumes[volume_id]['size'] = size_gib

    def _is_multiattach(self, volume_id):
        return (volume_id in self.volumes
                and self.volumes[volume_id]['multiattach'])

    def _find_connection_info(self, volume_id, attachment_id):
        return {**self.info(volume_id), 'attachment_id': attachment_id}

    def fake_get(self, context, volume_id, microversion=None):
        if volume_id not in self.volumes:
            raise exception.VolumeNotFound(volume_id=volume_id)
        volume = dict(self.volumes[volume_id])
        attachments = self.volume_to_attachment[volume_id]
        volume['attachments'] = {
            each['instance_uuid']: {
                'attachment_id': each['id'], 'mountpoint': '/dev/vdb'}
            for each in attachments.values()}
        used = bool(attachments)
        volume['status'] = 'in-use' if used else 'available'
        volume['attach_status'] = 'attached' if used else 'detached'
        return volume

    def fake_attachment_update(self, context, attachment_id, connector,
                               mountpoint=None):
        volume_id, attachment, attachments = self._find_attachment(
            attachment_id)
        if not self._is_multiattach(volume_id):
            return super().fake_attachment_update(
                context, attachment_id, connector, mountpoint)
        attachment['connector'] = dict(connector, device=mountpoint)
        return {'id': attachment_id, 'connection_info':
                self._find_connection_info(volume_id, attachment_id)}

    def fake_migrate_volume_completion(self, context, old_volume_id,
                                       new_volume_id, error):
        return {'save_volume_id': new_volume_id}

    def fake_vol_create(self, context, size, name, description, snapshot=None,
                        image_id=None, **options):
        """Make the volume Nova asks for: empty, or from the image."""
        volume_id = self.make(size)
        if image_id is None:
            return self.volumes[volume_id]
        old = self.disk(volume_id)
        self.disks.delete(old.name)
        disk = self.disks.create_from_image(
            models.VolumeSpec(old.name, size, old.kind, old.tags), IMAGE)
        self._keep(volume_id, size, volumes.connection_info(
            disk, self._conf, volume_id), True, {'image_id': image_id})
        return self.volumes[volume_id]

    def fake_delete(self, context, volume_id):
        if self.disk(volume_id).attached_to:
            raise exception.InvalidInput(reason='it is attached')
        self.disks.delete(self._infos[volume_id]['data']['disk_name'])
        self.deleted.append(volume_id)
        del self.volumes[volume_id]
