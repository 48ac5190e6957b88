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

"""Copies within the account: begun, found half done, finished.

Whoever finds a copy half done goes on with it: its state is Azure's, and its
metadata tell the size it shall have.
"""

from __future__ import annotations

from collections.abc import Callable
import logging

from jacket_azure import exceptions
from jacket_azure.blob import copies
from jacket_azure.blob import page_blobs
from jacket_azure.blob import properties
from jacket_azure.disks import models
from jacket_azure.disks.page_blob import snapshots
from jacket_azure.disks.page_blob import states
from jacket_azure.payload import vhd

LOG = logging.getLogger(__name__)

_ENDED_BADLY = ('failed', 'aborted')


class Copies(snapshots.Snapshots):
    """How a source that does not change any more becomes a disk."""

    def _copy(
        self,
        spec: models.VolumeSpec,
        source: page_blobs.PageBlob,
        content: int,
        adopted: Callable[[], None] = lambda: None,
    ) -> models.Disk:
        """Copy a source that does not change any more, and finish it.

        :param content: size of the source's disk in bytes
        :param adopted: called when an earlier try had got that far
        """
        target = self._blob(spec.name)
        metadata = self._metadata(spec, content, spec.size_gib * models.GIB)
        try:
            started = self._start(source, target, metadata)
        except exceptions.PreconditionFailed:
            found = self._begun(spec, target)
            adopted()
            if found is not None:
                return self._go_on(spec, target, found)
            started = self._start(source, target, metadata)
        found = self._follow(target, started)
        return self._finish(spec, target, found, content)

    def _start(
        self,
        source: page_blobs.PageBlob,
        target: page_blobs.PageBlob,
        metadata: dict[str, str],
    ) -> properties.Properties:
        try:
            return copies.start(source.address.url, target, metadata)
        except exceptions.NotFound:
            # the source has been seen: it is the container
            self._make_container(target)
            return copies.start(source.address.url, target, metadata)

    def _begun(
        self, spec: models.VolumeSpec, target: page_blobs.PageBlob
    ) -> properties.Properties | None:
        """Return what an earlier try has made; None once it is removed."""
        found = target.properties()
        self._check_same(spec, found)
        if found.copy is None or found.copy.status not in _ENDED_BADLY:
            return found
        LOG.info('The copy to %s had %s', spec.name, found.copy.status)
        target.delete(found.etag)
        return None

    def _follow(
        self,
        target: page_blobs.PageBlob,
        started: properties.Properties,
        progress: Callable[[int], None] | None = None,
    ) -> properties.Properties:
        """Wait for a copy, and remove what a bad one has left."""
        try:
            return copies.follow(target, started, progress)
        except (
            exceptions.OperationFailed,
            exceptions.OperationTimeout,
        ):
            found = target.properties()
            if found.copy is not None and (
                found.copy.status != properties.SUCCESS
            ):
                LOG.info('Removing %s, it is empty', target.address.path)
                copies.abort(target, found.copy.id)
                target.delete()
            raise

    def _finish(
        self,
        spec: models.VolumeSpec,
        target: page_blobs.PageBlob,
        found: properties.Properties,
        content: int,
    ) -> models.Disk:
        """Give a copy size and identity of its own.

        :param content: size of the copied disk
        """
        wanted = spec.size_gib * models.GIB
        footer = self._new_footer(spec.name, wanted)
        if content == wanted:
            etag = target.write(wanted, footer, found.etag)
            return self._made(spec, wanted, etag)
        ended = self._grow(
            target,
            properties.Properties(
                content + vhd.FOOTER_BYTES,
                properties.PAGE_BLOB,
                found.etag,
                self._metadata(spec, content, wanted),
                created=self._now(),
            ),
            wanted,
            footer,
            stale=content,
        )
        return self._disk(spec.name, ended)

    def _go_on(
        self,
        spec: models.VolumeSpec,
        target: page_blobs.PageBlob,
        found: properties.Properties,
    ) -> models.Disk:
        """Finish what an earlier try has begun, however far it came."""
        if found.copy is not None and (
            found.copy.status == properties.PENDING
        ):
            self._follow(target, found)
            found = target.properties()
        state = states.parse(found)
        wanted = max(spec.size_gib * models.GIB, state.target_bytes)
        if state.is_settled and state.actual_bytes == wanted:
            footer = self._check_footer(target, found)
            if footer.unique_id == self._identity(spec.name):
                return self._disk(spec.name, found)
        self._check_free(spec.name, found)
        return self._disk(
            spec.name,
            self._bring_to(target, found, wanted, own_identity=True),
        )
