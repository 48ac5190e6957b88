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

"""The bytes of disks and snapshots: page blobs in an Azurite of our own.

Azurite is started, and a disk's blob made, when someone first asks for
access; until then a disk is all zeros and costs nothing. A copy of a disk
whose blob exists is made at once by Azurite, so that snapshots keep their
point in time.
"""

from __future__ import annotations

import datetime
import logging
import pathlib
import shutil
import threading
from typing import TYPE_CHECKING
import uuid

from jacket_azure.emulator import azurite
from jacket_azure.emulator import blob_client
from jacket_azure.emulator import errors
from jacket_azure.emulator import store
from jacket_azure.emulator import vhd_footer

if TYPE_CHECKING:
    from jacket_azure.emulator import server

LOG = logging.getLogger(__name__)
# The name every exported disk has on Azure; its container differs
_BLOB = 'abcd'
_KEY = 'compute.contents'


class Contents:
    """All disk contents of one emulator.

    :param location: folder of Azurite's files, None for memory
    """

    def __init__(self, location: pathlib.Path | None = None) -> None:
        self._location = location
        self.azurite = azurite.Azurite(location)
        self._client: blob_client.BlobClient | None = None
        self._lock = threading.Lock()

    @property
    def running(self) -> bool:
        """Whether Azurite is up, so that nothing below takes long."""
        return self._client is not None

    @property
    def client(self) -> blob_client.BlobClient:
        """A client of the running Azurite; starts it if need be."""
        with self._lock:
            if self._client is None:
                self.azurite.start()
                self._client = blob_client.BlobClient(
                    self.azurite.endpoint, self.azurite.key)
            return self._client

    def stop(self) -> None:
        """Stop Azurite and remove its files."""
        with self._lock:
            self._client = None
            self.azurite.stop()
            if self._location is not None:
                shutil.rmtree(self._location, ignore_errors=True)

    def create(self, size_bytes: int, *, footer: bool = True,
               first_sector: bytes = b'') -> str:
        """Make a blob of a disk and return its container's name.

        :param size_bytes: size of the disk, without the footer
        :param footer: write a VHD footer; False leaves it to an upload
        """
        container = uuid.uuid4().hex[:12]
        path = f'{container}/{_BLOB}'
        self.client.create_container(container)
        self.client.create_page_blob(path, size_bytes + vhd_footer.SIZE_BYTES)
        if first_sector:
            self.client.write_pages(path, 0, first_sector)
        if footer:
            self._write_footer(path, size_bytes)
        return container

    def copy(self, container: str) -> str:
        """Copy a blob as it is now; return the copy's container."""
        target = uuid.uuid4().hex[:12]
        self.client.create_container(target)
        # A copy in Azurite 3.37 shares the list of page ranges with its
        # source, so that a later write to one shows in the other; a
        # snapshot has a list of its own (LokiBlobMetadataStore)
        source = f'{container}/{_BLOB}'
        snapshot = self.client.create_snapshot(source)
        self.client.copy(self.client.url(source) + f'?snapshot={snapshot}',
                         f'{target}/{_BLOB}')
        self.client.delete_snapshot(source, snapshot)
        return target

    def resize(self, container: str, old_bytes: int, new_bytes: int) -> None:
        """Grow a disk; its footer moves to the new end."""
        path = f'{container}/{_BLOB}'
        self.client.resize(path, new_bytes + vhd_footer.SIZE_BYTES)
        self.client.clear_pages(path, old_bytes, vhd_footer.SIZE_BYTES)
        self._write_footer(path, new_bytes)

    def _write_footer(self, path: str, size_bytes: int) -> None:
        self.client.write_pages(path, size_bytes, vhd_footer.build(
            size_bytes, uuid.uuid4()))

    def grant(self, container: str, permission: str, seconds: int) -> str:
        """Let whoever holds the returned URL in; replaces other grants."""
        # Azurite knows the machine's time only, whatever our clock says
        until = (datetime.datetime.now(datetime.UTC)
                 + datetime.timedelta(seconds=seconds))
        policy = str(uuid.uuid4())
        self.client.set_policies(
            container, {policy: (permission, blob_client.iso(until))})
        return self.client.policy_sas(f'{container}/{_BLOB}', policy)

    def revoke(self, container: str) -> None:
        """Make every URL given out for the blob worthless."""
        self.client.set_policies(container, {})

    def delete(self, container: str) -> None:
        """Forget a blob; what cannot be deleted is only logged."""
        try:
            self.client.delete_container(container)
        except (blob_client.BlobError, OSError) as exc:
            LOG.warning('Container %s stays behind: %s', container, exc)

    def publish(self, container: str, name: str, data: bytes,
                minutes: int) -> str:
        """Put data into a blob, made anew; return a URL that reads it."""
        until = (datetime.datetime.now(datetime.UTC)
                 + datetime.timedelta(minutes=minutes))
        self.client.create_container(container, exist_ok=True)
        self.client.put_block_blob(f'{container}/{name}', data)
        return self.client.sas(f'{container}/{name}', 'r',
                               blob_client.iso(until))


def of(emulator: server.Emulator) -> Contents:
    """Return the contents of that emulator.

    :raises ArmError: 501, it was started without contents
    """
    found: Contents | None = emulator.state.get(_KEY)
    if found is None:
        raise errors.not_implemented(
            'the contents of disks, for it was started without contents')
    return found


def setup(emulator: server.Emulator) -> None:
    """Prepare, but do not start Azurite yet."""
    if emulator.contents:
        # resources do not outlive an emulator, so neither do their bytes
        emulator.state[_KEY] = Contents(
            emulator.state_dir / f'azurite-{uuid.uuid4().hex[:8]}')


def teardown(emulator: server.Emulator) -> None:
    """Stop Azurite if it runs and remove its files."""
    found = emulator.state.pop(_KEY, None)
    if found is not None:
        found.stop()


def inherit(emulator: server.Emulator, source: store.Resource,
            target: store.Resource) -> None:
    """Give *target* the bytes *source* has now."""
    target.private['origin'] = source.private.get('origin', '')
    container = source.private.get('container')
    if container is None:
        return
    contents = of(emulator)
    target.private['container'] = contents.copy(container)
    old = source.properties['diskSizeBytes']
    new = target.properties['diskSizeBytes']
    if new > old:
        contents.resize(target.private['container'], old, new)


def materialise(emulator: server.Emulator, disk: store.Resource) -> None:
    """Make the blob of a disk or snapshot unless it exists."""
    if disk.private.get('container') is not None:
        return
    uploads = disk.private.get('upload_bytes')
    if uploads is not None:
        size, footer = uploads - vhd_footer.SIZE_BYTES, False
    else:
        size, footer = disk.properties['diskSizeBytes'], True
    # Where a disk came from an image, its first sector says so
    origin = disk.private.get('origin', '').encode()[:510]
    sector = origin.ljust(510, b'\0') + b'\x55\xaa' if origin else b''
    disk.private['container'] = of(emulator).create(
        size, footer=footer, first_sector=sector)


def forget(emulator: server.Emulator, disk: store.Resource) -> None:
    """Delete the bytes of a disk, a snapshot or an image that goes."""
    hidden = disk.private.get('os_disk')
    if hidden is not None:
        forget(emulator, hidden)
    container = disk.private.pop('container', None)
    if container is not None and emulator.state.get(_KEY) is not None:
        of(emulator).delete(container)
