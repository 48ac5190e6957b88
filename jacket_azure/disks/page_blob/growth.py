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

"""Disks in page blobs made larger, so that dying at any moment is harmless.

1. The blob gets its new size. It now differs from ``jacket_size``, which
   tells whoever comes after us that a growth is under way and where the old
   footer is.
2. A footer is written to the new end.
3. The old footer, which now lies among the data, is cleared.
4. ``jacket_size`` becomes the new size.

Each step is bound to the ETag of the one before, so nobody's change in
between is lost. Whoever finds it half done goes on; the old footer is then
cleared only if it still is one, for a guest may have written there.
"""

from __future__ import annotations

import logging

from jacket_azure import exceptions
from jacket_azure.blob import page_blobs
from jacket_azure.blob import properties
from jacket_azure.disks import models
from jacket_azure.disks.page_blob import base
from jacket_azure.disks.page_blob import limits
from jacket_azure.disks.page_blob import states
from jacket_azure.payload import vhd

LOG = logging.getLogger(__name__)


class Growth(base.Base):
    """Growing, and finishing the growth of others."""

    @property
    def grows_attached(self) -> bool:
        return False

    def check_growth(self, disk: models.Disk, size_gib: int) -> None:
        limits.check_growth(disk, size_gib, self._max_size_gib)

    def grow(self, name: str, size_gib: int) -> models.Disk:
        blob = self._blob(name)
        found = blob.properties()
        self._check_ours(name, found)
        state = states.parse(found)
        target = max(size_gib * models.GIB, state.target_bytes)
        if state.is_settled and target == state.actual_bytes:
            return self._disk(name, found)
        self._check_free(name, found)
        self._check_copied(name, found)
        if size_gib > self._max_size_gib:
            raise exceptions.InvalidRequest(
                f'A volume in a page blob has {self._max_size_gib} GiB at '
                f'most, not {size_gib}.'
            )
        return self._disk(name, self._bring_to(blob, found, target))

    def _settled(
        self, name: str, blob: page_blobs.PageBlob
    ) -> properties.Properties:
        """Return what a disk is, after finishing an interrupted growth.

        :raises Conflict: its bytes are still being put into it
        """
        found = blob.properties()
        state = states.parse(found)
        self._check_finished(name, found)
        self._check_copied(name, found)
        if state.is_settled or not self._is_ours(found):
            return found
        self._check_free(name, found)
        LOG.info('Finishing the interrupted growth of %s', name)
        return self._bring_to(blob, found, state.target_bytes)

    def _check_free(self, name: str, found: properties.Properties) -> None:
        """Refuse to change what somebody holds or is still filling."""
        if found.is_leased:
            raise exceptions.InUse(
                f'The page blob {name} is leased: a machine has it attached, '
                f'or something else is using it.',
                code='LeaseIdMissing',
            )
        self._check_finished(name, found)

    @staticmethod
    def _check_finished(name: str, found: properties.Properties) -> None:
        if states.parse(found).unfinished:
            raise exceptions.Conflict(
                f'The page blob {name} is unfinished: its bytes are still '
                f'being put into it, or that was given up.'
            )

    @staticmethod
    def _check_copied(name: str, found: properties.Properties) -> None:
        copy = found.copy
        if copy is not None and copy.status != properties.SUCCESS:
            raise exceptions.Conflict(
                f'The page blob {name} has no content yet: its copy is '
                f'{copy.status}.',
                code='PendingCopyOperation',
            )

    def _bring_to(
        self,
        blob: page_blobs.PageBlob,
        found: properties.Properties,
        target: int,
        own_identity: bool = False,
    ) -> properties.Properties:
        """Grow a blob, from wherever a growth of it stands.

        :param own_identity: give it the id of a disk of ours, whatever
            footer there is
        """
        state = states.parse(found)
        if not state.is_settled and target > state.target_bytes:
            # first to where it was going: a footer may be there already
            found = self._bring_to(
                blob, found, state.target_bytes, own_identity
            )
            state = states.parse(found)
        name = blob.address.path
        old = state.complete_bytes
        before = self._footer_at(blob, found, old)
        after = self._footer_at(blob, found, target) if (
            not state.is_settled) else None
        if state.is_settled and before is None:
            # not half done but damaged: say how, and change nothing
            self._check_footer(blob, found)
        known = before or after
        if own_identity or known is None:
            footer = self._new_footer(name, target)
        else:
            footer = vhd.build(
                target, known.unique_id, known.created, known.original_bytes
            )
        written = after is not None and (
            not own_identity or after.unique_id == self._identity(name)
        )
        return self._grow(
            blob,
            found,
            target,
            None if written else footer,
            stale=old if before is not None and old != target else None,
        )

    @staticmethod
    def _grow(
        blob: page_blobs.PageBlob,
        found: properties.Properties,
        target: int,
        footer: bytes | None,
        stale: int | None,
    ) -> properties.Properties:
        """Do the steps that are left.

        :param footer: to be written, None when it is there
        :param stale: where the old footer lies, None when it is gone
        """
        state = states.parse(found)
        etag = found.etag
        if state.actual_bytes != target:
            etag = blob.resize(target + vhd.FOOTER_BYTES, etag)
        if footer is not None:
            etag = blob.write(target, footer, etag)
        if stale is not None:
            etag = blob.clear(stale, vhd.FOOTER_BYTES, etag)
        metadata = state.metadata(target)
        if dict(found.metadata) != metadata:
            etag = blob.tag(metadata, etag)
        return properties.Properties(
            target + vhd.FOOTER_BYTES,
            properties.PAGE_BLOB,
            etag,
            metadata,
            created=found.created,
        )

    @staticmethod
    def _footer_at(
        blob: page_blobs.PageBlob,
        found: properties.Properties,
        size_bytes: int,
    ) -> vhd.Footer | None:
        """Return the footer of a disk of that size, if there is one."""
        if size_bytes + vhd.FOOTER_BYTES > found.size_bytes:
            return None
        data = blob.read(size_bytes, vhd.FOOTER_BYTES, found.etag)
        if vhd.problem(data, size_bytes):
            return None
        return vhd.parse(data, size_bytes)
