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

"""What all parts of the page-blob model share."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
import datetime
import uuid

from jacket_azure import exceptions
from jacket_azure.arm import cloud as clouds
from jacket_azure.blob import account as accounts
from jacket_azure.blob import page_blobs
from jacket_azure.blob import properties
from jacket_azure.disks import interface
from jacket_azure.disks import models
from jacket_azure.disks import ownership
from jacket_azure.disks.page_blob import limits
from jacket_azure.disks.page_blob import states
from jacket_azure.payload import tags as tag_names
from jacket_azure.payload import vhd

_IN_USE = ('lease',)


class Base(interface.DiskModel):
    """A storage account whose page blobs are disks.

    :param owner: ``[azure] owner``
    :param capabilities: of the cloud
    :param now: aware time, for footers and temporary things
    """

    def __init__(
        self,
        account: accounts.Account,
        owner: str,
        capabilities: clouds.Capabilities,
        now: Callable[[], datetime.datetime],
    ) -> None:
        self._account = account
        self._owner = owner
        self._capabilities = capabilities
        self._max_size_gib = min(
            capabilities.unmanaged_disk_gib, limits.MAX_BLOB_GIB
        )
        self._now = now
        self._whose = ownership.Ownership()
        self._whose_snapshots = ownership.Ownership()

    # -- places

    def disk_id(self, name: str) -> str:
        return self._account.address(name).url

    def _blob(self, name: str) -> page_blobs.PageBlob:
        return self._account.blob(name)

    def _make_container(self, blob: page_blobs.PageBlob) -> None:
        self._account.container(blob.address.container).ensure()

    # -- facts

    def _disk(
        self, name: str, found: properties.Properties
    ) -> models.Disk:
        """Tell about a blob as the model's users see it."""
        state = states.parse(found)
        self._whose.note(name, self._is_ours(found))
        usable = state.is_settled and not state.unfinished
        if found.copy is not None:
            usable = usable and found.copy.status == properties.SUCCESS
        return models.Disk(
            name=name,
            id=self.disk_id(name),
            size_bytes=state.actual_bytes,
            kind=models.Kind(self._account.facts.sku),
            state='Attached' if found.is_leased else 'Unattached',
            attached_to=_IN_USE if found.is_leased else (),
            tags=state.tags,
            created=found.created,
            location=self._account.facts.location,
            os_type=state.os_type,
            generation=state.generation,
            usable=usable,
            etag=found.etag,
        )

    def _made(
        self,
        spec: models.VolumeSpec,
        size_bytes: int,
        etag: str,
    ) -> models.Disk:
        """Tell about a blob that we have just made as *spec* says."""
        return self._disk(
            spec.name,
            properties.Properties(
                size_bytes + vhd.FOOTER_BYTES,
                properties.PAGE_BLOB,
                etag,
                self._metadata(spec, size_bytes),
                created=self._now(),
            ),
        )

    def _metadata(
        self,
        spec: models.VolumeSpec,
        complete_bytes: int,
        wanted_bytes: int | None = None,
        unfinished: bool = False,
    ) -> dict[str, str]:
        return states.build(
            spec.tags,
            complete_bytes,
            wanted_bytes=wanted_bytes,
            unfinished=unfinished,
            os_type=spec.os_type,
            generation=spec.generation,
        )

    # -- whose

    def _is_ours(self, found: properties.Properties) -> bool:
        return states.is_ours(found, self._owner)

    def _check_ours(self, name: str, found: properties.Properties) -> None:
        """Refuse to change what is not ours.

        Where there is no word on whose a blob is, its footer tells: a
        machine may have had it, and its metadata be lost.
        """
        tags = states.parse(found).tags
        if tag_names.OWNER not in tags and self._is_by_footer(name, found):
            return
        if not self._is_ours(found):
            raise exceptions.Conflict(
                f'The blob {name} in the storage account is not ours: its '
                f'metadata does not name {self._owner} as '
                f'{tag_names.OWNER}.'
            )

    def _is_by_footer(
        self, name: str, found: properties.Properties
    ) -> bool:
        """Say whether a blob has the id that only we give it."""
        try:
            footer = self._check_footer(self._blob(name), found)
        except exceptions.InvalidRequest:
            return False
        return footer.unique_id == self._identity(name)

    def _check_same(
        self, spec: models.VolumeSpec, found: properties.Properties
    ) -> None:
        """Refuse a blob that is not the one *spec* was begun with."""
        self._check_ours(spec.name, found)
        tags = states.parse(found).tags
        if tags.get(tag_names.ID) != spec.tags.get(tag_names.ID):
            raise exceptions.Conflict(
                f'The name {spec.name} is taken by a blob of another '
                f'{tag_names.ID}.'
            )

    def _temporary_tags(self, uuid_: str) -> Mapping[str, str]:
        """Tags of what is deleted before the call ends."""
        return {
            tag_names.OWNER: self._owner,
            tag_names.KIND: tag_names.KIND_TEMPORARY,
            tag_names.ID: uuid_,
            tag_names.CREATED: self._now().isoformat(timespec='seconds'),
        }

    # -- footers

    def _identity(self, name: str) -> uuid.UUID:
        """Return the id in the footer of a disk that we make.

        Derived from place and owner, so that a process that finds the disk
        again can tell a footer of ours from one that came with a copy.
        """
        return uuid.uuid5(
            uuid.NAMESPACE_URL, f'{self.disk_id(name)}#{self._owner}'
        )

    def _new_footer(self, name: str, size_bytes: int) -> bytes:
        return vhd.build(size_bytes, self._identity(name), self._now())

    @staticmethod
    def _read_footer(
        blob: page_blobs.PageBlob, found: properties.Properties
    ) -> bytes:
        """Read the last 512 bytes."""
        if found.kind != properties.PAGE_BLOB:
            raise exceptions.InvalidRequest(
                f'{blob.address.path} is no page blob but a {found.kind}.'
            )
        if found.size_bytes < 2 * vhd.FOOTER_BYTES:
            raise exceptions.InvalidRequest(
                f'{blob.address.path} has {found.size_bytes} bytes, too few '
                f'for a VHD.'
            )
        return blob.read(
            found.size_bytes - vhd.FOOTER_BYTES, vhd.FOOTER_BYTES, found.etag
        )

    def _check_footer(
        self, blob: page_blobs.PageBlob, found: properties.Properties
    ) -> vhd.Footer:
        """Refuse what is no fixed VHD.

        :raises InvalidRequest: says what is wrong
        """
        data = self._read_footer(blob, found)
        size_bytes = found.size_bytes - vhd.FOOTER_BYTES
        wrong = vhd.problem(data, size_bytes)
        if wrong:
            raise exceptions.InvalidRequest(
                f'{blob.address.path} is no fixed VHD: {wrong}.'
            )
        return vhd.parse(data, size_bytes)
