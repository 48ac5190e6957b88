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

"""What the disk models take and answer: frozen facts, never ARM's JSON."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
import dataclasses
import datetime
from typing import Any
from typing import Protocol

from jacket_azure.disks.image_models import GENERALIZED as GENERALIZED
from jacket_azure.disks.image_models import SPECIALIZED as SPECIALIZED
from jacket_azure.disks.image_models import Boot as Boot
from jacket_azure.disks.image_models import Image as Image
from jacket_azure.disks.image_models import ImageSpec as ImageSpec
from jacket_azure.payload import names
from jacket_azure.payload.volume_kind import Kind as Kind

GIB = 1024**3


@dataclasses.dataclass(frozen=True)
class OsDiskSpec:
    """The OS disk of a virtual machine that is made from an image.

    :param uuid: the instance's
    :param size_gib: None for as large as the image
    :param sku: kind of storage, e.g. ``StandardSSD_LRS``
    :param caching: host caching, ``None``, ``ReadOnly`` or ``ReadWrite``;
        the Python None chooses by the rules
    :param cascade_delete: whether the disk goes with the machine
    :param zone: of the machine; only needed to prepare a disk, like tags
        and security type
    :param tags: of the kind ``os-disk``, with the instance's id
    :param security_type: ``TrustedLaunch``, or None
    :param name: of :func:`jacket_azure.payload.names.os_disk_names`, or
        ``rescue_disk_name``; None for the first
    """

    uuid: str
    size_gib: int | None = None
    sku: str = 'StandardSSD_LRS'
    caching: str | None = None
    cascade_delete: bool = True
    zone: str | None = None
    tags: Mapping[str, str] = dataclasses.field(default_factory=dict)
    security_type: str | None = None
    name: str | None = None

    @property
    def disk_name(self) -> str:
        """What a machine calls the disk."""
        return self.name or names.os_disk_name(self.uuid)


@dataclasses.dataclass(frozen=True)
class VolumeSpec:
    """A volume that is to be made.

    :param name: what the model calls it, see :meth:`.DiskModel.volume_name`
    :param tags: as :func:`jacket_azure.payload.tags.build` makes them
    :param os_type: ``Linux`` or ``Windows`` when a machine shall boot from
        what :meth:`.DiskModel.open_writer` writes; else not needed
    :param generation: ``V1`` or ``V2``, of such a disk
    :param security_type: ``TrustedLaunch`` of such a disk, and of one made
        from an image; None leaves it to Azure
    """

    name: str
    size_gib: int
    kind: Kind
    tags: Mapping[str, str]
    os_type: str | None = None
    generation: str | None = None
    security_type: str | None = None


@dataclasses.dataclass(frozen=True)
class SnapshotSpec:
    """A snapshot that is to be made.

    :param uuid: of the Cinder snapshot
    :param volume_name: the disk it is of
    :param incremental: keep only what changed since the one before
    :param size_gib: of the volume, where the caller knows; saves the model
        a request
    :param os_type: of the volume, where the caller knows
    :param generation: of the volume, where the caller knows
    """

    uuid: str
    volume_name: str
    tags: Mapping[str, str]
    incremental: bool = True
    size_gib: int | None = None
    os_type: str | None = None
    generation: str | None = None


@dataclasses.dataclass(frozen=True)
class Disk:
    """A volume's disk as Azure shows it.

    :ivar name: what the model finds it by; Cinder keeps it as
        ``provider_id``
    :ivar id: full ARM id of a managed disk, URL of a page blob without a
        signature; what a virtual machine refers to
    :ivar size_bytes: what a guest sees
    :ivar state: ``Unattached``, ``Attached``, ``Reserved`` (its machine is
        deallocated), ``ActiveSAS``, ``ReadyToUpload``, ...
    :ivar attached_to: full ids of virtual machines; for a page blob, whose
        lease names nobody, ``('lease',)``
    :ivar os_type: ``Linux`` or ``Windows`` of a disk made from an image
    :ivar security_type: ``Standard`` or ``TrustedLaunch`` of the machines
        that can boot from it; None where disks have none
    :ivar usable: False while it is copied, or when that failed
    :ivar etag: of what was read, where a change can be bound to it
    """

    name: str
    id: str
    size_bytes: int
    kind: Kind
    state: str
    attached_to: tuple[str, ...]
    tags: Mapping[str, str]
    created: datetime.datetime | None
    location: str | None = None
    os_type: str | None = None
    generation: str | None = None
    usable: bool = True
    etag: str | None = None
    security_type: str | None = None

    @property
    def size_gib(self) -> int:
        """Whole GiB that hold it."""
        return -(-self.size_bytes // GIB)


@dataclasses.dataclass(frozen=True)
class Snapshot:
    """A snapshot of a volume as Azure shows it.

    :ivar name: what the model finds it by; Cinder keeps it as
        ``provider_id``
    :ivar source: name of the disk it is of, where that is still known
    :ivar stamp: a page blob's time stamp, the notes' ``azure_snapshot_id``
    """

    name: str
    id: str
    size_bytes: int
    source: str | None
    tags: Mapping[str, str]
    created: datetime.datetime | None
    incremental: bool = False
    stamp: str | None = None
    usable: bool = True

    @property
    def size_gib(self) -> int:
        """Whole GiB that hold it."""
        return -(-self.size_bytes // GIB)


@dataclasses.dataclass(frozen=True)
class Pool:
    """One SKU of volumes, and the room there is for it.

    :ivar total_gib: what quotas and limits allow at most
    :ivar free_gib: 0 when not one further disk can be made
    :ivar provisioned_gib: sum of the sizes of the disks there are
    :ivar volumes: how many disks there are
    :ivar max_size_gib: of one disk
    :ivar shared: whether several machines may have one attached
    :ivar performance: whether IOPS and MB/s can be provisioned
    """

    sku: str
    total_gib: int
    free_gib: int
    provisioned_gib: int
    volumes: int
    max_size_gib: int
    shared: bool = False
    performance: bool = False


class RangedReader(Protocol):
    """The bytes of a disk or snapshot; safe to share between threads."""

    size_bytes: int

    def ranges(self) -> Iterator[tuple[int, int]]:
        """Yield offset and length in bytes of what is not all zeros."""

    def read(self, offset: int, length: int) -> bytes:
        """Return bytes; fewer only at the end."""

    def close(self) -> None:
        """Give back access."""


class RangedWriter(Protocol):
    """Puts bytes into a disk; offsets and lengths are multiples of 512."""

    size_bytes: int

    def write(self, offset: int, data: bytes) -> None:
        """Write, whatever was there."""

    def clear(self, offset: int, length: int) -> None:
        """Make it zeros and free the space."""

    def close(self) -> None:
        """Finish: only now the disk can be used."""

    def abort(self) -> None:
        """Give up instead of ``close``: nothing of the disk stays."""


# An image as a virtual machine or disk names it: ``{'id': ...}`` or
# publisher, offer, sku and version, in ARM's spelling.
ImageReference = Mapping[str, Any]
