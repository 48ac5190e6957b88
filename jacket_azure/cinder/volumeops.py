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

"""Make, copy and grow volumes; ``deletion`` deletes them."""

from __future__ import annotations

import dataclasses
from typing import Any

from cinder import context
from cinder import coordination
from cinder import objects
from oslo_log import log as logging

from jacket_azure import exceptions
from jacket_azure.cinder import backend as backends
from jacket_azure.cinder import facts
from jacket_azure.cinder import kinds
from jacket_azure.cinder import volume_names
from jacket_azure.disks import models
from jacket_azure.payload import tags

LOG = logging.getLogger(__name__)

# of a volume, where two services of a cluster could meet
LOCK = 'azure-{volume.id}'

Update = dict[str, Any]


class VolumeOps:
    """Volumes of one backend; keeps nothing between two calls."""

    def __init__(self, backend: backends.Backend) -> None:
        self._backend = backend
        self._disks = backend.disks

    # -- create: one request each for managed disks, some more for page blobs

    def create(self, volume: Any) -> Update:
        """Make an empty volume."""
        spec = self.spec(volume)
        if kinds.is_migration_target(volume):
            return self._create_target(volume, spec)
        update = self.made(volume, self._disks.create(spec))
        # an image may follow, see ImageOps.clone
        return {**update, **_still_bootable(volume, update)}

    def _create_target(
        self, volume: Any, spec: models.VolumeSpec
    ) -> Update:
        """Make what another volume is to be copied into.

        When that fails, or takes too long, Cinder forgets the volume
        without deleting it (volume/manager.py, ``_clean_temporary_volume``
        with ``clean_db_only``), so that nobody else would.
        """
        try:
            update = self.made(volume, self._disks.create(spec))
            if not objects.Volume.exists(
                context.get_admin_context(), volume.id
            ):
                raise exceptions.Conflict(
                    f'Cinder has given up volume {volume.id} meanwhile.'
                )
        except exceptions.JacketAzureError:
            self._remove_target(spec.name)
            raise
        # the record is a copy of the source's: it will be as bootable
        return {**update, **_still_bootable(volume, update)}

    def _remove_target(self, name: str) -> None:
        try:
            self._disks.delete(name)
        except exceptions.JacketAzureError as exc:
            # its tags tell the janitor whose it was
            LOG.warning('The disk %s may stay behind: %s', name, exc)

    def create_from_snapshot(self, volume: Any, snapshot: Any) -> Update:
        """Make a volume with a snapshot's content, maybe larger."""
        name = volume_names.of_snapshot(self._disks, snapshot)
        return self.made(
            volume,
            self._disks.create_from_snapshot(self.spec(volume), name),
        )

    def create_from_volume(self, volume: Any, source: Any) -> Update:
        """Make a volume with what another holds now, maybe larger."""
        name = volume_names.of_volume(self._disks, source)
        return self.made(
            volume, self._disks.create_from_volume(self.spec(volume), name)
        )

    def spec(self, volume: Any, generation: str = '') -> models.VolumeSpec:
        """Describe the disk of a volume, refusing what cannot be.

        :param generation: see :meth:`.DiskModel.volume_name`
        """
        if volume.encryption_key_id is not None:
            raise exceptions.InvalidRequest(
                'Volumes of an encrypted type are not supported: Azure '
                'encrypts all disks itself. For a key of your own use the '
                'extra spec azure:encryption_set.'
            )
        kind = kinds.of_volume(self._backend, volume)
        return models.VolumeSpec(
            name=self._disks.volume_name(volume.name_id, generation),
            size_gib=volume.size,
            kind=kind,
            tags=self.tags(volume),
        )

    def tags(self, volume: Any, project: str | None = None) -> dict[str, str]:
        """Build the tags of a volume's disk."""
        return self._backend.tags(
            tags.KIND_VOLUME, volume.id, project or volume.project_id
        )

    @staticmethod
    def made(volume: Any, disk: models.Disk) -> Update:
        """Return what Cinder has to know of a volume's disk."""
        return {
            'provider_id': disk.name,
            'provider_location': facts.dump(facts.of_disk(disk)),
            **kinds.placement(volume, disk.kind.sku),
        }

    # -- change

    @coordination.synchronized(LOCK)
    def grow(self, volume: Any, size_gib: int) -> None:
        """Make a volume larger, also a second time."""
        name = volume_names.of_volume(self._disks, volume)
        known = facts.of_volume(volume, self._disks, name)
        # its size alone: host caching ends by itself where it must
        self._disks.check(
            size_gib,
            models.Kind(
                sku=known.sku, zone=known.zone, max_shares=known.shares
            ),
        )
        if volume.volume_attachment:
            disk = self._disks.get(name)
            if disk.size_gib < size_gib:
                self._disks.check_growth(disk, size_gib)
        self._disks.grow(name, size_gib)

    def give_to(self, volume: Any, project_id: str) -> None:
        """Let the tags follow a transfer to another project."""
        name = volume_names.of_volume(self._disks, volume)
        disk = self._disks.get(name)
        self._disks.tag(name, {**disk.tags, tags.PROJECT: project_id})

    def take_over(self, volume: Any, new_volume: Any) -> Update:
        """Finish a migration: the new disk becomes the old volume's.

        Cinder swaps ``provider_id`` itself (objects/volume.py,
        ``finish_volume_migration``); ``name_id`` lets the disk's name tell
        whose it is even where its tags cannot change, as those of a page
        blob that a machine has leased.
        """
        name = volume_names.of_volume(self._disks, new_volume)
        try:
            disk = self._disks.get(name)
            self._disks.tag(name, {**disk.tags, **self.tags(volume)})
        except exceptions.JacketAzureError as exc:
            LOG.warning(
                'The disk %s, now of volume %s, keeps its old tags: %s',
                name,
                volume.id,
                exc,
            )
        known = facts.load(new_volume.provider_location)
        old = facts.load(volume.provider_location)
        if known is not None and old is not None and old.reverting:
            # what a broken revert left is still this volume's
            known = dataclasses.replace(known, reverting=True)
        return {
            '_name_id': new_volume.name_id,
            'provider_location': facts.dump(known)
            if known is not None
            else new_volume.provider_location,
        }


def _still_bootable(volume: Any, update: Update) -> Update:
    source = facts.load(volume.provider_location)
    made = facts.load(update['provider_location'])
    if source is None or made is None:
        return {}
    return {
        'provider_location': facts.dump(
            dataclasses.replace(
                made, os_type=source.os_type, generation=source.generation
            )
        )
    }
