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

"""Deleting page blobs, and what stands against it."""

from __future__ import annotations

from collections.abc import Iterator

from jacket_azure import exceptions
from jacket_azure.blob import containers
from jacket_azure.blob import copies
from jacket_azure.blob import page_blobs
from jacket_azure.disks import places
from jacket_azure.disks.page_blob import growth
from jacket_azure.disks.page_blob import names
from jacket_azure.disks.page_blob import states
from jacket_azure.payload import tags as tag_names


class Deletion(growth.Growth):
    """Deleting disks, and the snapshots that calls have left of them."""

    def delete(self, name: str) -> bool:
        blob = self._blob(name)
        if not self._whose.is_ours(name):
            try:
                self._check_ours(name, blob.properties())
            except exceptions.NotFound:
                return False
        deleted = self._delete(name, blob)
        self._whose.note_gone(name)
        return deleted

    def delete_os_disk(self, uuid: str, name: str | None = None) -> bool:
        return places.delete(
            uuid, name, lambda one: self._delete_os_disk(names.os_disk(one))
        )

    def _delete_os_disk(self, name: str) -> bool:
        # Azure may have made it, and gave it no metadata: it is ours by its
        # name, unless somebody has put theirs on it
        blob = self._blob(name)
        try:
            found = blob.properties()
        except exceptions.NotFound:
            return False
        owner = states.parse(found).tags.get(tag_names.OWNER, self._owner)
        return owner == self._owner and self._delete(name, blob)

    def _delete(self, name: str, blob: page_blobs.PageBlob) -> bool:
        try:
            return blob.delete()
        except exceptions.Conflict as exc:
            if exc.code == 'SnapshotsPresent':
                self._delete_temporary(name)
            elif exc.code == 'PendingCopyOperation':
                self._give_up_copy(blob)
            else:
                raise
        return blob.delete()

    def _give_up_copy(self, blob: page_blobs.PageBlob) -> None:
        found = blob.properties()
        if found.copy is not None:
            copies.abort(blob, found.copy.id)

    def check_deletable(self, name: str) -> None:
        found = self._blob(name).properties()
        self._check_ours(name, found)
        if found.is_leased:
            raise exceptions.InUse(
                f'The page blob {name} is leased: a machine has it attached, '
                f'or something else is using it.',
                code='LeaseIdMissing',
            )
        kept = sum(
            not self._is_temporary(entry)
            for entry in self._snapshots_of(name)
        )
        _refuse_needed(name, kept)

    def _delete_temporary(self, name: str, uuid: str | None = None) -> None:
        """Delete what calls that died have left of snapshots.

        :param uuid: only of the call for this volume
        :raises InUse: there are other snapshots, and all were to go
        """
        kept = 0
        for entry in self._snapshots_of(name):
            if self._is_temporary(entry, uuid):
                self._blob(name).at(entry.address.snapshot).delete()
            else:
                kept += 1
        if uuid is None:
            _refuse_needed(name, kept)

    def _snapshots_of(self, name: str) -> Iterator[containers.Entry]:
        """Yield the snapshots of one blob."""
        container, _, short = name.partition('/')
        for entry in self._account.container(container).list(
            short, snapshots=True
        ):
            if entry.address.path == name and entry.address.snapshot:
                yield entry

    def _is_temporary(
        self, entry: containers.Entry, uuid: str | None = None
    ) -> bool:
        """Tell whether a call of ours took it and should have deleted it."""
        tags = states.parse(entry.properties).tags
        return (
            tags.get(tag_names.OWNER) == self._owner
            and tags.get(tag_names.KIND) == tag_names.KIND_TEMPORARY
            and uuid in (None, tags.get(tag_names.ID))
        )


def _refuse_needed(name: str, snapshots: int) -> None:
    if snapshots:
        raise exceptions.InUse(
            f'The volume {name} has snapshots ({snapshots}); they must be '
            f'deleted first.',
            code='SnapshotsPresent',
        )
