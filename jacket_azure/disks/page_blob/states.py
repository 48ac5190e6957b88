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

"""What a disk in a page blob is, from the blob's properties and metadata.

The metadata holds the tags and, beside them, what makes growth safe:

* ``jacket_size``, the size at which the disk was last complete. Where the
  blob has another one, it was being made larger when somebody died, and the
  footer of before may still lie at the old end;
* ``jacket_wanted``, the size it shall have, where a copy of something
  smaller is still to grow;
* ``jacket_unfinished``, while bytes are being put into it.
"""

from __future__ import annotations

from collections.abc import Mapping
import dataclasses

from jacket_azure.blob import properties
from jacket_azure.payload import blob_metadata
from jacket_azure.payload import tags as tag_names
from jacket_azure.payload import vhd

SIZE = 'jacket_size'
WANTED = 'jacket_wanted'
UNFINISHED = 'jacket_unfinished'
OS_TYPE = 'jacket_os_type'
GENERATION = 'jacket_generation'
_OWN = (SIZE, WANTED, UNFINISHED, OS_TYPE, GENERATION)
_OUR_TAGS = 'jacket-'
_OF_SNAPSHOTS = (tag_names.KIND_SNAPSHOT, tag_names.KIND_TEMPORARY)
# what Azure writes there while a machine has the disk
_AZURES = 'microsoftazurecompute_'


@dataclasses.dataclass(frozen=True)
class State:
    """What is known of a disk.

    :ivar actual_bytes: of the blob, without a footer
    :ivar complete_bytes: at which it was last complete; the actual size of
        a blob that is not ours
    :ivar wanted_bytes: that it shall have
    """

    actual_bytes: int
    complete_bytes: int
    wanted_bytes: int
    tags: Mapping[str, str]
    unfinished: bool = False
    os_type: str | None = None
    generation: str | None = None

    @property
    def is_settled(self) -> bool:
        """Whether no growth was interrupted."""
        sizes = {self.actual_bytes, self.complete_bytes, self.wanted_bytes}
        return len(sizes) == 1

    @property
    def target_bytes(self) -> int:
        """The size an interrupted growth was to reach."""
        return max(self.actual_bytes, self.complete_bytes, self.wanted_bytes)

    def metadata(
        self,
        complete_bytes: int,
        wanted_bytes: int | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> dict[str, str]:
        """Build the metadata after a change; it is finished then."""
        return build(
            self.tags if tags is None else tags,
            complete_bytes,
            wanted_bytes=wanted_bytes,
            os_type=self.os_type,
            generation=self.generation,
        )


def build(
    tags: Mapping[str, str],
    complete_bytes: int,
    *,
    wanted_bytes: int | None = None,
    unfinished: bool = False,
    os_type: str | None = None,
    generation: str | None = None,
) -> dict[str, str]:
    """Build the metadata of a disk.

    :raises InvalidRequest: the tags are too long
    """
    own = {
        SIZE: str(complete_bytes),
        WANTED: (
            str(wanted_bytes)
            if wanted_bytes and wanted_bytes != complete_bytes
            else None
        ),
        UNFINISHED: '1' if unfinished else None,
        OS_TYPE: os_type,
        GENERATION: generation,
    }
    metadata = {
        **blob_metadata.encode(tags),
        **{name: value for name, value in own.items() if value},
    }
    blob_metadata.check_size(metadata)
    return metadata


def parse(found: properties.Properties) -> State:
    """Read what a blob is."""
    actual = max(0, found.size_bytes - vhd.FOOTER_BYTES)
    metadata = found.metadata
    complete = _number(metadata.get(SIZE), actual)
    return State(
        actual_bytes=actual,
        complete_bytes=complete,
        wanted_bytes=_number(metadata.get(WANTED), max(actual, complete)),
        tags=blob_metadata.decode(
            {
                name: metadata[name]
                for name in metadata
                if name not in _OWN and not name.startswith(_AZURES)
            }
        ),
        unfinished=UNFINISHED in metadata,
        os_type=metadata.get(OS_TYPE),
        generation=metadata.get(GENERATION),
    )


def retag(
    found: properties.Properties, tags: Mapping[str, str]
) -> dict[str, str]:
    """Build the metadata with other tags, and nothing else changed."""
    own = {
        name: found.metadata[name] for name in _OWN if name in found.metadata
    }
    metadata = {**blob_metadata.encode(tags), **own}
    blob_metadata.check_size(metadata)
    return metadata


def of_snapshot(
    tags: Mapping[str, str], os_type: str | None, generation: str | None
) -> dict[str, str]:
    """Build the metadata of a snapshot, which nobody changes any more."""
    own = {OS_TYPE: os_type, GENERATION: generation}
    metadata = {
        **blob_metadata.encode(tags),
        **{name: value for name, value in own.items() if value},
    }
    blob_metadata.check_size(metadata)
    return metadata


def tags_of_snapshot(found: properties.Properties) -> Mapping[str, str]:
    """Return the tags of a snapshot itself, not those of its blob.

    Azure gives a snapshot that is taken without metadata those of the blob.
    Ours have a kind of their own; with another one, what we wrote tells of
    the blob alone.
    """
    tags = parse(found).tags
    if tags.get(tag_names.KIND) in (None, *_OF_SNAPSHOTS):
        return tags
    return {
        name: value
        for name, value in tags.items()
        if not name.startswith(_OUR_TAGS)
    }


def release(
    found: properties.Properties, tags: Mapping[str, str]
) -> dict[str, str]:
    """Build the metadata of what was ours: its sizes are its owner's now.

    What a guest needs to boot from it is written nowhere else, nor is that
    its bytes are not all there.
    """
    kept = (UNFINISHED, OS_TYPE, GENERATION)
    return {
        **blob_metadata.encode(tags),
        **{
            name: found.metadata[name]
            for name in kept
            if name in found.metadata
        },
    }


def is_ours(found: properties.Properties, owner: str) -> bool:
    """Say whether this deployment made the blob."""
    return parse(found).tags.get(tag_names.OWNER) == owner


def _number(text: str | None, default: int) -> int:
    return int(text) if text and text.isdigit() else default
