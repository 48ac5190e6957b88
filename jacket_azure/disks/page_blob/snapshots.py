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

"""Snapshots of page blobs, with metadata of their own.

Azure names a snapshot by the time it was taken, and its metadata can never
be changed. One may be deleted whenever it is, in any order.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
import datetime

from jacket_azure import exceptions
from jacket_azure.blob import containers
from jacket_azure.blob import errors as blob_errors
from jacket_azure.blob import page_blobs
from jacket_azure.blob import properties
from jacket_azure.disks import models
from jacket_azure.disks.page_blob import names
from jacket_azure.disks.page_blob import states
from jacket_azure.disks.page_blob import volumes
from jacket_azure.payload import tags as tag_names
from jacket_azure.payload import vhd

# each looked after when its answer was lost
_TRIES = 3


class Snapshots(volumes.Volumes):
    """Snapshots of volumes."""

    def snapshot_name(self, uuid: str, volume_name: str) -> str:
        return names.snapshot_by_id(volume_name, uuid)

    def get_snapshot(self, name: str) -> models.Snapshot:
        blob, found = self._snapshot(name)
        return self._snapshot_of(blob, found)

    def list_snapshots(self) -> Iterable[models.Snapshot]:
        return [
            self._snapshot_of(
                self._account.blob(entry.address.path, entry.address.snapshot),
                entry.properties,
            )
            for entry in self._all()
            if entry.address.snapshot
        ]

    def create_snapshot(
        self, spec: models.SnapshotSpec
    ) -> models.Snapshot:
        blob = self._blob(spec.volume_name)
        os_type, generation = spec.os_type, spec.generation
        if spec.size_gib is None or (
            not self._capabilities.attached_blob_snapshots
        ):
            found = blob.properties()
            self._check_snapshot(spec.volume_name, found)
            size_bytes = found.size_bytes
            state = states.parse(found)
            os_type = os_type or state.os_type
            generation = generation or state.generation
        else:
            size_bytes = spec.size_gib * models.GIB + vhd.FOOTER_BYTES
        metadata = states.of_snapshot(spec.tags, os_type, generation)
        stamp = self._take(blob, metadata, spec.uuid)
        return self._snapshot_of(
            blob.at(stamp),
            properties.Properties(
                size_bytes, properties.PAGE_BLOB, '', metadata
            ),
        )

    def _check_snapshot(
        self, name: str, found: properties.Properties
    ) -> None:
        """Refuse what this cloud cannot take a snapshot of."""
        allowed = self._capabilities.attached_blob_snapshots
        if found.is_leased and not allowed:
            raise exceptions.InvalidRequest(
                f'The page blob {name} is attached to a machine; on this '
                f'cloud no snapshot can be taken of it until it is detached.'
            )

    def _take(
        self,
        blob: page_blobs.PageBlob,
        metadata: Mapping[str, str],
        uuid: str,
    ) -> str:
        """Take a snapshot, exactly one, and return its stamp."""
        for _ in range(_TRIES):
            try:
                return blob.snapshot(metadata)
            except exceptions.Unavailable as exc:
                failure = exc
            # Azure may have taken it although we saw no answer
            for entry in self._snapshots_of(blob.address.path):
                if _id_of(entry) == uuid and self._is_ours(entry.properties):
                    return str(entry.address.snapshot)
        raise failure

    def delete_snapshot(self, name: str) -> bool:
        parsed = names.parse_snapshot(name)
        if parsed.stamp is None:
            return self._delete_by_id(parsed.path, str(parsed.uuid))
        blob = self._account.blob(parsed.path, parsed.stamp)
        if not self._whose_snapshots.is_ours(name):
            try:
                self._check_snapshot_ours(name, blob.properties())
            except exceptions.NotFound:
                return False
        deleted = blob.delete()
        self._whose_snapshots.note_gone(name)
        return deleted

    def _check_snapshot_ours(
        self, name: str, found: properties.Properties
    ) -> None:
        """Refuse a snapshot that is not ours.

        One that names nobody was taken by hand, and then given to Cinder:
        its metadata cannot be changed, so it is whose its blob is.
        """
        if tag_names.OWNER in states.tags_of_snapshot(found):
            self._check_ours(name, found)
            return
        path = names.parse_snapshot(name).path
        self._check_ours(path, self._blob(path).properties())

    def _delete_by_id(self, path: str, uuid: str) -> bool:
        ours = [
            entry
            for entry in self._snapshots_of(path)
            if _id_of(entry) == uuid and self._is_ours(entry.properties)
        ]
        return any(
            [
                self._account.blob(path, entry.address.snapshot).delete()
                for entry in ours
            ]
        )

    def tag_snapshot(
        self, name: str, tags: Mapping[str, str]
    ) -> models.Snapshot:
        # the metadata of a snapshot stays what it was
        return self.get_snapshot(name)

    # -- how

    def _snapshot(
        self, name: str
    ) -> tuple[page_blobs.PageBlob, properties.Properties]:
        """Return a snapshot by either kind of name.

        :raises NotFound: there is none
        """
        parsed = names.parse_snapshot(name)
        if parsed.stamp is not None:
            blob = self._account.blob(parsed.path, parsed.stamp)
            return blob, blob.properties()
        for entry in self._snapshots_of(parsed.path):
            if _id_of(entry) == parsed.uuid and (
                self._is_ours(entry.properties)
            ):
                return (
                    self._account.blob(parsed.path, entry.address.snapshot),
                    entry.properties,
                )
        raise exceptions.NotFound(
            f'The page blob {parsed.path} has no snapshot {parsed.uuid}',
            resource_id=name,
            resource_type=blob_errors.BLOB_TYPE,
        )

    def _snapshot_of(
        self, blob: page_blobs.PageBlob, found: properties.Properties
    ) -> models.Snapshot:
        path, stamp = blob.address.path, str(blob.address.snapshot)
        name = names.snapshot(path, stamp)
        tags = states.tags_of_snapshot(found)
        self._whose_snapshots.note(
            name, tags.get(tag_names.OWNER) == self._owner
        )
        state = states.parse(found)
        return models.Snapshot(
            name=name,
            id=blob.address.url,
            size_bytes=state.actual_bytes,
            source=path,
            tags=tags,
            created=_time(stamp),
            incremental=True,
            stamp=stamp,
        )


def _id_of(entry: containers.Entry) -> str | None:
    return states.parse(entry.properties).tags.get(tag_names.ID)


def _time(stamp: str) -> datetime.datetime | None:
    """Read ``2026-11-21T09:31:49.2780000Z``, which has seven decimals."""
    try:
        return datetime.datetime.strptime(
            stamp[:19], '%Y-%m-%dT%H:%M:%S'
        ).replace(tzinfo=datetime.UTC)
    except ValueError:
        return None
