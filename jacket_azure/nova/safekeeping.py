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

"""A disk's content beside it, for as long as the disk is made anew.

A disk that exists takes no content from another, so one that is to get some
is deleted and made again under the name Cinder knows it by. What it held
before stays in a second disk until that has succeeded. Both carry the time
at which this began, by which a later try knows that the first disk holds a
copy of another and only the second what the volume held. After a day that is
believed no more: the disk has been used since, or can be.
"""

from __future__ import annotations

import dataclasses
import datetime

from oslo_log import log as logging
from oslo_utils import timeutils

from jacket_azure import exceptions
from jacket_azure.disks import interface
from jacket_azure.disks import models
from jacket_azure.payload import tags

LOG = logging.getLogger(__name__)

# of the name of the second disk
_GENERATION = 'kept'
_BELIEVED = datetime.timedelta(days=1)


class Safekeeping:
    """One volume's disk, and the copy of it that is kept.

    :param name: the disk's, as :mod:`jacket_azure.disks` finds it
    """

    def __init__(
        self, disks: interface.DiskModel, volume_id: str, name: str
    ) -> None:
        self._disks = disks
        self._volume_id = volume_id
        self._name = name
        self._kept = disks.volume_name(volume_id, _GENERATION)
        self._begun: str | None = None
        # whether the volume's own content is nowhere else
        self._needed = False

    def look(self) -> models.VolumeSpec:
        """Return what the disk is, or was before a try that was cut short.

        :raises InvalidRequest: it cannot be made anew: it is missing, in
            use, has snapshots, or is not ours
        """
        disk = self._find(self._name)
        if disk is not None:
            self._check(disk)
        if self._is_lost(disk):
            disk = self._find(self._kept)
        if disk is None or not disk.usable:
            raise exceptions.InvalidRequest(
                f'Volume {self._volume_id} has no disk in Azure that could '
                f'be used.'
            )
        return _spec_of(disk, self._name)

    def keep(self, spec: models.VolumeSpec) -> None:
        """Copy the disk, unless an earlier try did and has broken it.

        :param spec: from :meth:`look`
        """
        if self._is_lost(self._find(self._name)):
            self._needed = True
            kept = self._disks.get(self._kept)
            self._begun = _begun(kept)
            return
        # what is left of an earlier try is not what the disk holds now
        self._disks.delete(self._kept)
        self._begun = timeutils.utcnow().isoformat()
        self._disks.create_from_volume(
            dataclasses.replace(
                self.marked(spec),
                name=self._kept,
                tags={
                    **self.marked(spec).tags,
                    tags.KIND: tags.KIND_TEMPORARY,
                },
            ),
            self._name,
        )

    def marked(self, spec: models.VolumeSpec) -> models.VolumeSpec:
        """Return a disk to be made, and that it is not what is kept."""
        if self._begun is None:
            return spec
        return dataclasses.replace(
            spec, tags={**spec.tags, tags.KEPT: self._begun}
        )

    def remove(self) -> None:
        """Delete the disk; from now on the copy is all there is."""
        self._needed = True
        self._disks.delete(self._name)

    def give_back(self, spec: models.VolumeSpec) -> None:
        """Make the disk again as it was; what fails is logged.

        :param spec: from :meth:`look`
        """
        try:
            if self._needed:
                self._disks.delete(self._name)
                self._disks.create_from_volume(spec, self._kept)
        except exceptions.JacketAzureError as exc:
            LOG.error(
                'The disk %s of volume %s could not be made again; what it '
                'held is in the disk %s: %s',
                self._name,
                self._volume_id,
                self._kept,
                exc,
            )
            return
        self.forget()

    def forget(self) -> None:
        """Delete the copy; its tags tell that it was temporary."""
        try:
            self._disks.delete(self._kept)
        except exceptions.JacketAzureError as exc:
            LOG.warning('The disk %s stays behind: %s', self._kept, exc)

    def _check(self, disk: models.Disk) -> None:
        if disk.attached_to:
            raise exceptions.InvalidRequest(
                f'Volume {self._volume_id} is attached to another instance.'
            )
        try:
            self._disks.check_deletable(self._name)
        except exceptions.Conflict as exc:
            raise exceptions.InvalidRequest(
                f'Volume {self._volume_id} cannot take the content of '
                f'another: {exc}'
            ) from exc

    def _is_lost(self, disk: models.Disk | None) -> bool:
        """Say whether a disk does not hold what the volume held."""
        if disk is None or not disk.usable:
            return True
        begun = _begun(disk)
        if begun is None or _age(begun) > _BELIEVED:
            return False
        kept = self._find(self._kept)
        return kept is not None and kept.usable and _begun(kept) == begun

    def _find(self, name: str) -> models.Disk | None:
        try:
            return self._disks.get(name)
        except exceptions.NotFound:
            return None


def _begun(disk: models.Disk) -> str | None:
    return tags.get({'tags': disk.tags}, tags.KEPT)


def _age(begun: str) -> datetime.timedelta:
    try:
        return timeutils.utcnow() - datetime.datetime.fromisoformat(begun)
    except (TypeError, ValueError):
        return datetime.timedelta.max


def _spec_of(disk: models.Disk, name: str) -> models.VolumeSpec:
    found = {k: v for k, v in disk.tags.items() if k.lower() != tags.KEPT}
    return models.VolumeSpec(
        name,
        disk.size_gib,
        disk.kind,
        {**found, tags.KIND: tags.KIND_VOLUME},
        disk.os_type,
        disk.generation,
    )
