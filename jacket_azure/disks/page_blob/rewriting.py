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


"""New content for a volume that is there: a snapshot's, or an image's.

Azure copies it over the blob, in place: the snapshots of the volume stay,
and so does the old content where the copy cannot begin.
"""

from __future__ import annotations

from jacket_azure.blob import copies as blob_copies
from jacket_azure.blob import page_blobs
from jacket_azure.blob import properties
from jacket_azure.disks import models
from jacket_azure.disks.page_blob import clones
from jacket_azure.disks.page_blob import limits
from jacket_azure.disks.page_blob import states
from jacket_azure.payload import vhd


class Rewriting(clones.Clones):
    """Going back, and beginning anew."""

    def revert(
        self, spec: models.VolumeSpec, name: str, snapshot_name: str
    ) -> models.Disk:
        base = self._blob(name)
        found = self._free(name, base)
        source, frozen = self._snapshot(snapshot_name)
        state = states.parse(found)
        content = frozen.size_bytes - vhd.FOOTER_BYTES
        target = max(
            spec.size_gib * models.GIB, state.target_bytes, content
        )
        metadata = state.metadata(content, target, spec.tags or None)
        return self._copy_over(name, base, found, source, metadata, target)

    def rewrite_from_image(
        self,
        spec: models.VolumeSpec,
        name: str,
        image: models.ImageReference,
    ) -> models.Disk:
        if spec.name != name and self._blob(name).properties().is_leased:
            # the machine that has it goes over to the new one
            return self.create_from_image(spec, image)
        source = self._blob(self._image_path(image))
        like = source.properties()
        content = self._check_footer(source, like).size_bytes
        limits.check_source('image', content, spec.size_gib)
        base = self._blob(name)
        found = self._free(name, base)
        target = max(
            spec.size_gib * models.GIB, states.parse(found).target_bytes
        )
        other = states.parse(like)
        metadata = states.build(
            spec.tags or states.parse(found).tags,
            content,
            wanted_bytes=target,
            os_type=spec.os_type or other.os_type,
            generation=spec.generation or other.generation,
        )
        return self._copy_over(
            name, base, found, source, metadata, target, own_identity=True
        )

    def _free(
        self, name: str, base: page_blobs.PageBlob
    ) -> properties.Properties:
        """Return the properties of a volume that can be written.

        :raises InUse: a machine has it
        """
        found = base.properties()
        self._check_ours(name, found)
        self._check_free(name, found)
        if found.copy is not None and found.copy.status == properties.PENDING:
            # of an earlier try, and perhaps of another source
            blob_copies.abort(base, found.copy.id)
            found = base.properties()
        return found

    def _copy_over(
        self,
        name: str,
        base: page_blobs.PageBlob,
        found: properties.Properties,
        source: page_blobs.PageBlob,
        metadata: dict[str, str],
        target: int,
        own_identity: bool = False,
    ) -> models.Disk:
        """Copy a snapshot or image over a volume, and grow it.

        :param metadata: with the size of the source as the complete one
        :param target: bytes the volume shall have
        :param own_identity: the source's footer is not one of the volume's
        """
        content = int(metadata[states.SIZE])
        started = blob_copies.start(
            source.address.url, base, metadata, etag=found.etag
        )
        ended = blob_copies.follow(base, started)
        ended = properties.Properties(
            content + vhd.FOOTER_BYTES,
            properties.PAGE_BLOB,
            ended.etag,
            metadata,
            created=found.created,
        )
        if target > content or own_identity:
            ended = self._bring_to(base, ended, target, own_identity)
        return self._disk(name, ended)
