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

"""Disks as page blobs with a VHD footer: make, copy, grow.

The blob of a managed disk and the page blob of a storage account are the
same thing here; only who may reach them differs.
"""

from __future__ import annotations

import dataclasses
import datetime
import uuid

from jacket_azure.emulator import blob_client
from jacket_azure.emulator import vhd_footer

_COPY_SECONDS = 600


@dataclasses.dataclass(frozen=True)
class Blob:
    """One blob; *path* is ``container/blob``."""

    client: blob_client.BlobClient
    path: str
    lease: str = ''

    @property
    def container(self) -> str:
        """Name of the blob's container."""
        return self.path.partition('/')[0]


def create(blob: Blob, size_bytes: int, *, footer: bool = True,
           first_sector: bytes = b'') -> None:
    """Make the blob of an empty disk, and its container.

    :param size_bytes: size of the disk, without the footer
    :param footer: write a VHD footer; False leaves it to an upload
    """
    blob.client.create_container(blob.container, exist_ok=True)
    blob.client.create_page_blob(
        blob.path, size_bytes + vhd_footer.SIZE_BYTES)
    if first_sector:
        blob.client.write_pages(blob.path, 0, first_sector)
    if footer:
        _write_footer(blob, size_bytes)


def copy(source: Blob, target: Blob) -> None:
    """Copy a blob as it is now, also from another account."""
    target.client.create_container(target.container, exist_ok=True)
    url = source.client.url(source.path)
    if source.client.endpoint != target.client.endpoint:
        until = (datetime.datetime.now(datetime.UTC)
                 + datetime.timedelta(seconds=_COPY_SECONDS))
        url += '?' + source.client.account_sas(blob_client.iso(until))
    target.client.copy(url, target.path)


def resize(blob: Blob, old_bytes: int, new_bytes: int) -> None:
    """Grow a disk; its footer moves to the new end."""
    blob.client.resize(blob.path, new_bytes + vhd_footer.SIZE_BYTES,
                       blob.lease)
    blob.client.clear_pages(blob.path, old_bytes, vhd_footer.SIZE_BYTES,
                            blob.lease)
    _write_footer(blob, new_bytes)


def _write_footer(blob: Blob, size_bytes: int) -> None:
    blob.client.write_pages(blob.path, size_bytes, vhd_footer.build(
        size_bytes, uuid.uuid4()), blob.lease)
