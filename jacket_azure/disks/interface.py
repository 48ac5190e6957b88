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

"""What every disk model can do; Nova and Cinder never ask which one runs.

A name is what the model finds a disk or snapshot by, opaque to everyone
else: a managed disk's name, or a blob's path and time stamp. All calls wait
until Azure has done it, may be repeated after any failure, and raise only
:mod:`jacket_azure.exceptions`; what the model cannot do is an
``InvalidRequest`` before anything is changed.
"""

from __future__ import annotations

import abc
from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any

from jacket_azure.disks import image_interface
from jacket_azure.disks import models


class DiskModel(image_interface.ImageModel):
    """One way to keep disks on Azure."""

    # -- what Nova writes into a virtual machine; no request is made

    @abc.abstractmethod
    def describe_os_disk(self, spec: models.OsDiskSpec) -> dict[str, Any]:
        """Build ``storageProfile.osDisk`` for a new machine from an image.

        :raises InvalidRequest: a kind, size or caching the model cannot
        """

    @abc.abstractmethod
    def describe_boot_volume(
        self, disk_id: str, os_type: str, caching: str | None
    ) -> dict[str, Any]:
        """Build ``storageProfile.osDisk`` that boots from a volume.

        The volume outlives the machine: Cinder deletes it.

        :param disk_id: see :class:`.models.Disk`
        :param os_type: ``Linux`` or ``Windows``
        """

    @abc.abstractmethod
    def describe_data_disk(
        self, disk_id: str, lun: int, caching: str | None
    ) -> dict[str, Any]:
        """Build one of ``storageProfile.dataDisks`` for a volume."""

    # -- what a machine leaves behind

    @abc.abstractmethod
    def delete_os_disk(self, uuid: str, name: str | None = None) -> bool:
        """Delete disks that an instance's machine booted from.

        Nothing that is not ours.

        :param uuid: the instance's
        :param name: the only one to delete; else all of
            :func:`jacket_azure.payload.names.boot_disk_names`
        :returns: False when there was none of ours
        :raises InUse: a machine has it
        """

    # -- limits, known without a request

    @abc.abstractmethod
    def skus(self) -> tuple[str, ...]:
        """Return the SKUs of volumes, the default first."""

    @abc.abstractmethod
    def pools(self) -> Iterable[models.Pool]:
        """Return the SKUs and their room, from one listing and the quotas.

        SKUs that this subscription cannot have here are left out.
        """

    @property
    @abc.abstractmethod
    def grows_attached(self) -> bool:
        """Whether disks can grow under a running machine, as a rule."""

    @abc.abstractmethod
    def check(self, size_gib: int, kind: models.Kind) -> None:
        """Refuse what cannot be made.

        :raises InvalidRequest: a size, SKU, zone, caching, performance or
            sharing out of the rules, with what is allowed
        """

    @abc.abstractmethod
    def check_growth(self, disk: models.Disk, size_gib: int) -> None:
        """Refuse a growth that Azure would refuse.

        :raises InvalidRequest: not larger, too large, or attached where
            the model cannot grow what is attached
        """

    @abc.abstractmethod
    def volume_name(self, uuid: str, generation: str = '') -> str:
        """Return the name of a volume's disk.

        :param generation: a few characters that tell a later disk of the
            same volume from the first, as after a revert
        """

    @abc.abstractmethod
    def disk_id(self, name: str) -> str:
        """Return what a virtual machine refers to, see :class:`.Disk`."""

    # -- volumes

    @abc.abstractmethod
    def get(self, name: str) -> models.Disk:
        """Return a disk; raises NotFound."""

    @abc.abstractmethod
    def is_gone(self, disk_id: str) -> bool:
        """Ask whether a disk that a machine lists exists no more.

        :param disk_id: see :meth:`disk_id`
        :returns: False also for a disk where the model keeps none
        """

    @abc.abstractmethod
    def list(self) -> Iterable[models.Disk]:
        """Return every disk there is, ours or not, in a listing or two."""

    @abc.abstractmethod
    def create(self, spec: models.VolumeSpec) -> models.Disk:
        """Make an empty disk, or return that which is there and is ours.

        :raises Conflict: the name is taken by a disk of others
        """

    @abc.abstractmethod
    def create_from_snapshot(
        self, spec: models.VolumeSpec, snapshot_name: str
    ) -> models.Disk:
        """Make a disk with a snapshot's content, as large or larger."""

    @abc.abstractmethod
    def create_from_volume(
        self, spec: models.VolumeSpec, source_name: str
    ) -> models.Disk:
        """Make a disk with the content another has now."""

    @abc.abstractmethod
    def create_from_image(
        self, spec: models.VolumeSpec, image: models.ImageReference
    ) -> models.Disk:
        """Make a bootable disk from an image of Azure's, in Azure.

        :raises InvalidRequest: the model cannot, so the content has to be
            carried there
        """

    @abc.abstractmethod
    def delete(self, name: str) -> bool:
        """Delete a disk; False when there was none.

        :raises InUse: attached, leased, or its snapshots need it
        """

    @abc.abstractmethod
    def check_deletable(self, name: str) -> None:
        """Refuse what :meth:`delete` would refuse, and change nothing.

        :raises NotFound: there is no such disk
        :raises InUse: attached, leased, or its snapshots need it
        :raises Conflict: it is not ours
        """

    @abc.abstractmethod
    def grow(self, name: str, size_gib: int) -> models.Disk:
        """Make a disk larger; one that is as large already stays."""

    @abc.abstractmethod
    def change(
        self, name: str, kind: models.Kind, tags: Mapping[str, str]
    ) -> models.Disk:
        """Change SKU and performance in place, and the tags.

        :raises InvalidRequest: this change needs a new disk
        """

    @abc.abstractmethod
    def tag(
        self, name: str, tags: Mapping[str, str], etag: str | None = None
    ) -> models.Disk:
        """Replace all tags (blob: metadata): to manage, unmanage, rename.

        :param etag: only if it still is as :class:`.Disk` told; a managed
            disk has none, for Azure changes disks unconditionally
        :raises PreconditionFailed: it has changed meanwhile
        """

    # -- snapshots

    @abc.abstractmethod
    def snapshot_name(self, uuid: str, volume_name: str) -> str:
        """Return a name that finds a snapshot by its Cinder id.

        For one whose own name was lost, because the process that took it
        died: all methods that take a snapshot's name take this one too.

        :param volume_name: the disk it is of
        """

    @abc.abstractmethod
    def get_snapshot(self, name: str) -> models.Snapshot:
        """Return a snapshot; raises NotFound."""

    @abc.abstractmethod
    def list_snapshots(self) -> Iterable[models.Snapshot]:
        """Return every snapshot there is, ours or not."""

    @abc.abstractmethod
    def create_snapshot(
        self, spec: models.SnapshotSpec
    ) -> models.Snapshot:
        """Take a snapshot, or return that which is there and is ours."""

    @abc.abstractmethod
    def delete_snapshot(self, name: str) -> bool:
        """Delete a snapshot, in any order; False when there was none."""

    @abc.abstractmethod
    def tag_snapshot(
        self, name: str, tags: Mapping[str, str]
    ) -> models.Snapshot:
        """Replace all tags of a snapshot, as far as the model keeps them."""

    @abc.abstractmethod
    def revert(
        self, spec: models.VolumeSpec, name: str, snapshot_name: str
    ) -> models.Disk:
        """Give a volume the content and, if smaller, keep its size.

        :param spec: the volume as it shall be; its name is that of the
            disk which takes over where the model cannot write in place
        :param name: the disk now in use, deleted once it is replaced
        :returns: the disk that holds the volume from now on; the caller
            must keep its name before the old one is deleted, so the old is
            deleted by the caller when the name changed
        """

    @abc.abstractmethod
    def rewrite_from_image(
        self,
        spec: models.VolumeSpec,
        name: str,
        image: models.ImageReference,
    ) -> models.Disk:
        """Give a volume an image's content, and zeros behind it.

        As :meth:`revert` otherwise.

        :raises InvalidRequest: the image is larger than the volume
        """

    # -- contents

    @abc.abstractmethod
    def open_reader(self, name: str) -> models.RangedReader:
        """Read a disk that nobody writes."""

    @abc.abstractmethod
    def open_snapshot_reader(self, name: str) -> models.RangedReader:
        """Read a snapshot."""

    @abc.abstractmethod
    def close_forgotten(self) -> None:
        """Close what a process that died while it read has left open.

        At the start of a service; nothing where a model opens nothing.
        """

    @abc.abstractmethod
    def open_writer(
        self, spec: models.VolumeSpec, anew: bool = False
    ) -> models.RangedWriter:
        """Make a disk and fill it; until ``close`` it is unfinished.

        A disk of that name that is ours and unfinished is written anew.

        :param anew: so is a finished one, of whose bytes none is needed;
            its snapshots stay
        :raises InUse: it is attached, or being filled
        """
