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

"""Reading and writing managed disks from outside of Azure."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
import datetime
from typing import Any
import uuid

from jacket_azure import exceptions
from jacket_azure.blob import reader as readers
from jacket_azure.blob import signed
from jacket_azure.blob import writer as writers
from jacket_azure.disks import models
from jacket_azure.disks.managed import base
from jacket_azure.disks.managed import doors
from jacket_azure.disks.managed import facts
from jacket_azure.payload import disk as disk_payload
from jacket_azure.payload import tags as tag_names
from jacket_azure.payload import vhd

# kinds of what is read or written from outside
_READ_DISKS = (tag_names.KIND_VOLUME, tag_names.KIND_TEMPORARY)
_READ_SNAPSHOTS = (
    tag_names.KIND_SNAPSHOT,
    tag_names.KIND_IMAGE,
    tag_names.KIND_TEMPORARY,
)


class Contents(base.Base):
    """Part of :class:`.managed.ManagedDisks`."""

    def __init__(self, conf: Any, azure: Any) -> None:
        super().__init__(conf, azure)
        self._disk_doors = doors.Doors(
            azure, azure.disks, self._disks
        )
        self._snapshot_doors = doors.Doors(
            azure, azure.snapshots, self._snapshots
        )

    def open_reader(self, name: str) -> models.RangedReader:
        disk = facts.disk_of(self._disks.get(name))
        self._disks.check_ours(name)
        if disk.state == 'Attached':
            raise exceptions.InUse(
                f'The disk {name} cannot be read while it is attached to a '
                f'running machine; read a snapshot of it.'
            )
        if not disk.usable:
            raise exceptions.Conflict(
                f'The disk {name} cannot be read: it is unfinished.'
            )
        return self._reader(self._disk_doors, name, disk.size_bytes)

    def open_snapshot_reader(self, name: str) -> models.RangedReader:
        snapshot = facts.snapshot_of(self._snapshots.get(name))
        self._snapshots.check_ours(name)
        if not snapshot.usable:
            self._azure.snapshots.wait_for_copy(name)
        return self._reader(self._snapshot_doors, name, snapshot.size_bytes)

    def close_forgotten(self) -> None:
        for kinds, resources, doors_of in (
            (_READ_DISKS, self._disks, self._disk_doors),
            (_READ_SNAPSHOTS, self._snapshots, self._snapshot_doors),
        ):
            doors_of.close_forgotten(
                body
                for body in resources.list()
                if resources.is_ours(body)
                and tag_names.get(body, tag_names.KIND) in kinds
                and facts.state_of(body) not in facts.UNFINISHED
            )

    def _reader(
        self, doors: doors.Doors, name: str, size_bytes: int
    ) -> models.RangedReader:
        blob = signed.open_blob(self._azure.wire, doors.open(name))
        return _Reader(
            readers.Reader(blob, size_bytes),
            lambda: doors.close_quietly(name),
        )

    def open_writer(
        self, spec: models.VolumeSpec, anew: bool = False
    ) -> models.RangedWriter:
        self._check_upload(spec)
        found = self._disks.find(spec.name)
        if found is not None:
            self._make_room(facts.disk_of(found), anew)
        body = disk_payload.build(
            disk_payload.DiskSpec(
                location=self._azure.location,
                kind=spec.kind,
                creation=disk_payload.upload(spec.size_gib),
                # until it is whole nobody takes it for the volume
                tags={**spec.tags, tag_names.KIND: tag_names.KIND_TEMPORARY},
                access=self._closed,
                os_type=spec.os_type,
                generation=spec.generation,
                security_type=spec.security_type,
            )
        )
        self._disks.create(spec.name, body)
        try:
            source = self._disk_doors.open(spec.name, write=True)
        except BaseException:
            self._disks.delete(spec.name)
            raise
        return _Writer(
            signed.open_blob(self._azure.wire, source),
            spec.size_gib * models.GIB,
            lambda: self._disk_doors.close(spec.name, spec.tags),
            lambda: self._give_up(spec.name),
        )

    def _check_upload(self, spec: models.VolumeSpec) -> None:
        self.check(spec.size_gib, spec.kind)
        if spec.size_gib > disk_payload.MAX_UPLOAD_GIB:
            raise exceptions.InvalidRequest(
                f'A disk that is written from outside has at most '
                f'{disk_payload.MAX_UPLOAD_GIB} GiB, not {spec.size_gib}.'
            )

    def _make_room(self, disk: models.Disk, finished: bool) -> None:
        """Delete what an upload that never ended has left behind.

        :param finished: also a disk that is whole
        """
        self._disks.check_ours(disk.name)
        kind = disk.tags.get(tag_names.KIND)
        if not finished and disk.state not in facts.UNFINISHED and (
            kind != tag_names.KIND_TEMPORARY
        ):
            raise exceptions.Conflict(
                f'The disk {disk.name} is already in Azure and finished.'
            )
        self._disks.delete(disk.name)

    def _give_up(self, name: str) -> None:
        self._disk_doors.close_quietly(name)
        self._disks.delete(name)


class _Reader:
    """A blob's reader that closes the disk behind itself, once."""

    def __init__(self, inner: Any, close: Callable[[], None]) -> None:
        self._inner = inner
        self._close: Callable[[], None] | None = close
        self.size_bytes: int = inner.size_bytes

    def ranges(self) -> Iterator[tuple[int, int]]:
        ranges: Iterator[tuple[int, int]] = self._inner.ranges()
        return ranges

    def read(self, offset: int, length: int) -> bytes:
        data: bytes = self._inner.read(offset, length)
        return data

    def close(self) -> None:
        close, self._close = self._close, None
        if close is not None:
            try:
                self._inner.close()
            finally:
                close()


class _Writer:
    """A page blob's writer that makes a usable disk of it in the end."""

    def __init__(
        self,
        blob: Any,
        size_bytes: int,
        finish: Callable[[], None],
        give_up: Callable[[], None],
    ) -> None:
        self._blob = blob
        self._inner = writers.Writer(
            blob, size_bytes, finish=self._write_footer
        )
        self._finish = finish
        self._give_up = give_up
        self._over = False
        self.size_bytes = size_bytes

    def write(self, offset: int, data: bytes) -> None:
        self._inner.write(offset, data)

    def clear(self, offset: int, length: int) -> None:
        self._inner.clear(offset, length)

    def close(self) -> None:
        if not self._over:
            self._inner.close()
            self._finish()
            self._over = True

    def abort(self) -> None:
        # after a close that failed as well
        if not self._over:
            self._over = True
            try:
                self._inner.abort()
            finally:
                self._give_up()

    def _write_footer(self) -> None:
        """Azure takes the bytes for a fixed VHD, which ends with one."""
        now = datetime.datetime.now(datetime.UTC)
        self._blob.write(
            self.size_bytes, vhd.build(self.size_bytes, uuid.uuid4(), now)
        )
