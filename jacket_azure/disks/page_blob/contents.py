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

"""The bytes of disks in page blobs, out and in."""

from __future__ import annotations

import logging

from jacket_azure import exceptions
from jacket_azure.blob import leases
from jacket_azure.blob import page_blobs
from jacket_azure.blob import reader
from jacket_azure.blob import writer
from jacket_azure.disks import models
from jacket_azure.disks.page_blob import rewriting
from jacket_azure.disks.page_blob import states
from jacket_azure.payload import vhd

LOG = logging.getLogger(__name__)


class Contents(rewriting.Rewriting):
    """Reading and filling disks."""

    def open_reader(self, name: str) -> models.RangedReader:
        blob = self._blob(name)
        found = self._settled(name, blob)
        size_bytes = self._check_footer(blob, found).size_bytes
        return reader.Reader(blob, size_bytes, found.etag)

    def open_snapshot_reader(self, name: str) -> models.RangedReader:
        blob, found = self._snapshot(name)
        size_bytes = states.parse(found).actual_bytes
        return reader.Reader(blob, size_bytes)

    def close_forgotten(self) -> None:
        """Do nothing: who reads has the account's key, or a token."""

    def open_writer(
        self, spec: models.VolumeSpec, anew: bool = False
    ) -> models.RangedWriter:
        self.check(spec.size_gib, spec.kind)
        size_bytes = spec.size_gib * models.GIB
        blob = self._blob(spec.name)
        metadata = self._metadata(spec, size_bytes, unfinished=True)
        try:
            self._put(blob, size_bytes, metadata)
        except exceptions.PreconditionFailed:
            self._put_anew(spec, blob, metadata, anew)
        # ends by itself when we do; until then nobody writes it anew
        lease = leases.Lease(blob)
        lease.acquire()

        def finish() -> None:
            footer = self._new_footer(spec.name, size_bytes)
            etag = lease.blob.write(size_bytes, footer)
            lease.blob.tag(self._metadata(spec, size_bytes), etag)

        def undo() -> None:
            try:
                lease.blob.delete()
            except exceptions.InUse:
                # the lease had run out, and somebody else may go on
                self._remove_abandoned(spec.name, blob)

        self._whose.note(spec.name, True)
        return writer.Writer(
            blob, size_bytes, lease=lease, finish=finish, undo=undo
        )

    def _remove_abandoned(
        self, name: str, blob: page_blobs.PageBlob
    ) -> None:
        """Delete a blob that nobody fills and nobody has finished."""
        try:
            found = blob.properties()
            if states.parse(found).unfinished:
                blob.delete(found.etag)
        except exceptions.AzureError as exc:
            LOG.warning('Leaving %s as it is: %s', name, exc)

    def _put_anew(
        self,
        spec: models.VolumeSpec,
        blob: page_blobs.PageBlob,
        metadata: dict[str, str],
        finished: bool,
    ) -> None:
        """Empty a blob whose filling was given up; its snapshots stay.

        :param finished: also one that is whole
        :raises Conflict: it is finished, or not ours
        :raises InUse: it is being filled, or a machine has it
        """
        found = blob.properties()
        self._check_same(spec, found)
        if not (finished or states.parse(found).unfinished):
            raise exceptions.Conflict(
                f'The volume {spec.name} is already there and finished.'
            )
        if found.is_leased:
            raise exceptions.InUse(
                f'The page blob {spec.name} is leased: another process '
                f'fills it, or a machine has it attached.',
                code='LeaseIdMissing',
            )
        blob.replace(
            spec.size_gib * models.GIB + vhd.FOOTER_BYTES,
            metadata,
            found.etag,
        )
