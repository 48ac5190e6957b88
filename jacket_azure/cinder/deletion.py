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

"""Delete a volume's disk, all that is left of it, and nothing of others.

Usually the disk has the name that was derived for the volume, and is deleted
by that name in one request. It has another one after a revert, after it was
taken into Cinder, and in the records that Cinder makes to migrate a volume,
into which it copies ``provider_id``; then the tags are read.
"""

from __future__ import annotations

from typing import Any

from cinder import context
from cinder import coordination
from cinder import objects
from oslo_log import log as logging

from jacket_azure import exceptions
from jacket_azure.cinder import backend as backends
from jacket_azure.cinder import facts
from jacket_azure.cinder import volume_names
from jacket_azure.cinder import volumeops
from jacket_azure.disks import models
from jacket_azure.payload import tags

LOG = logging.getLogger(__name__)


class Deletion:
    """Volumes of one backend that are to go."""

    def __init__(self, backend: backends.Backend) -> None:
        self._backend = backend
        self._disks = backend.disks

    @coordination.synchronized(volumeops.LOCK)
    def delete(self, volume: Any) -> None:
        """Delete a volume's disk, and what a broken revert left of it.

        :raises InUse: attached or leased
        """
        name = volume_names.of_volume(self._disks, volume)
        derived = volume_names.derived(self._disks, volume)
        known = facts.load(volume.provider_location)
        if self._is_another(name, volume):
            LOG.warning('Another volume has the disk %s: it stays', name)
        elif name == derived or self._belongs(name, volume):
            self._disks.delete(name)
        else:
            LOG.warning(
                'Volume %s does not own the disk %s, which stays',
                volume.id,
                name,
            )
        if name != derived and self._belongs(derived, volume):
            self._disks.delete(derived)
        # the record that a migration leaves shares its id with the volume
        if volume.migration_status != 'deleting' and (
            name != derived or (known is not None and known.reverting)
        ):
            self.sweep(volume, None)

    def sweep(self, volume: Any, keep: str | None) -> None:
        """Delete other disks of a volume, as a broken revert leaves them.

        :param keep: name of the one that stays
        """
        for disk in list(self._disks.list()):
            if disk.name != keep and self._carries_id(disk, {volume.id}):
                try:
                    self._disks.delete(disk.name)
                except exceptions.AzureError as exc:
                    LOG.warning(
                        'The disk %s, left over of volume %s, stays: %s',
                        disk.name,
                        volume.id,
                        exc,
                    )

    def _is_another(self, name: str, volume: Any) -> bool:
        """Say whether a disk is named after another volume that has it.

        A migration that died within its last two steps leaves two records
        of one disk.
        """
        return any(
            other.id != volume.id
            and volume_names.derived(self._disks, other) == name
            for other in objects.VolumeList.get_all(
                context.get_admin_context(), filters={'provider_id': name}
            )
        )

    def _belongs(self, name: str, volume: Any) -> bool:
        """Ask Azure whose a disk is.

        After a migration the record that is to be deleted has the id of the
        volume as its ``name_id``, which is in the old disk's tags.
        """
        try:
            disk = self._disks.get(name)
        except exceptions.NotFound:
            return False
        if tags.get({'tags': disk.tags}, tags.ID) is None:
            # those of a page blob get lost; the model asks for its footer
            return volume_names.tells(name, volume)
        return self._carries_id(disk, {volume.id, volume.name_id})

    def _carries_id(self, disk: models.Disk, ids: set[str]) -> bool:
        body = {'tags': disk.tags}
        return (
            self._backend.is_ours(dict(disk.tags))
            and tags.get(body, tags.KIND) == tags.KIND_VOLUME
            and tags.get(body, tags.ID) in ids
        )
