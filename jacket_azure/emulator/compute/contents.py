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

import copy
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
from jacket_azure.emulator import vhd_blobs
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

    def client_of(self, account: str, key: str) -> blob_client.BlobClient:
        """A client of another account; starts Azurite if need be."""
        # it has no address before
        _ = self.client
        return blob_client.BlobClient(self.azurite.endpoint_of(account), key)

    def blob(self, container: str) -> vhd_blobs.Blob:
        """The blob of a managed disk."""
        return vhd_blobs.Blob(self.client, f'{container}/{_BLOB}')

    def create(self, size_bytes: int, *, footer: bool = True,
               first_sector: bytes = b'') -> str:
        """Make a blob of a disk and return its container's name.

        :param size_bytes: size of the disk, without the footer
        :param footer: write a VHD footer; False leaves it to an upload
        """
        container = uuid.uuid4().hex[:12]
        vhd_blobs.create(self.blob(container), size_bytes, footer=footer,
                         first_sector=first_sector)
        return container

    def copy(self, source: vhd_blobs.Blob) -> str:
        """Copy a blob as it is now; return the copy's container."""
        target = uuid.uuid4().hex[:12]
        vhd_blobs.copy(source, self.blob(target))
        return target

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

    def publish(self, container: str, name: str, data: bytes | None,
                minutes: int) -> str:
        """Put data into a blob, made anew; return a URL that reads it.

        :param data: None makes no blob, so the URL answers 404 for now
        """
        until = (datetime.datetime.now(datetime.UTC)
                 + datetime.timedelta(minutes=minutes))
        self.client.create_container(container, exist_ok=True)
        if data is not None:
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


class Starting(threading.Thread):
    """Starts Azurite without holding up other calls."""

    def __init__(self, keeper: Contents) -> None:
        super().__init__(name='start of Azurite', daemon=True)
        self._keeper = keeper
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            self._keeper.client  # noqa: B018
        except Exception as exc:
            LOG.exception('Azurite does not start')
            self.error = exc

    def ready(self) -> bool:
        """Whether it is up, or has failed."""
        return not self.is_alive()


def start(emulator: server.Emulator) -> Starting | None:
    """Begin to start Azurite; None when there is nothing to start."""
    if not emulator.contents or of(emulator).running:
        return None
    starting = Starting(of(emulator))
    starting.start()
    return starting


def inherit(emulator: server.Emulator, source: store.Resource,
            target: store.Resource) -> None:
    """Give *target* the bytes *source* has now."""
    target.private['origin'] = source.private.get('origin', '')
    if 'guest' in source.private:
        # who is in the system that the bytes are of
        target.private['guest'] = copy.deepcopy(source.private['guest'])
    container = source.private.get('container')
    if container is None:
        return
    contents = of(emulator)
    _fill(contents, target, contents.blob(container),
          source.properties['diskSizeBytes'])


def inherit_blob(emulator: server.Emulator, source: vhd_blobs.Blob,
                 size_bytes: int, target: store.Resource) -> None:
    """Give *target* the bytes a blob of *size_bytes* plus footer has now."""
    _fill(of(emulator), target, source, size_bytes)


def _fill(contents: Contents, target: store.Resource,
          source: vhd_blobs.Blob, old: int) -> None:
    container = target.private['container'] = contents.copy(source)
    new = target.properties['diskSizeBytes']
    if new > old:
        vhd_blobs.resize(contents.blob(container), old, new)


def materialise(emulator: server.Emulator, disk: store.Resource) -> None:
    """Make the blob of a disk or snapshot unless it exists."""
    if disk.private.get('container') is not None:
        return
    uploads = disk.private.get('upload_bytes')
    if uploads is not None:
        size, footer = uploads - vhd_footer.SIZE_BYTES, False
    else:
        size, footer = disk.properties['diskSizeBytes'], True
    disk.private['container'] = of(emulator).create(
        size, footer=footer,
        first_sector=first_sector(disk.private.get('origin', '')))


def first_sector(origin: str) -> bytes:
    """The boot sector of a disk from an image says which image it was."""
    if not origin:
        return b''
    return origin.encode()[:510].ljust(510, b'\0') + b'\x55\xaa'


def forget(emulator: server.Emulator, disk: store.Resource) -> None:
    """Delete the bytes of a disk, a snapshot or an image that goes."""
    for hidden in disk.private.pop('hidden', ()):
        forget(emulator, hidden)
    container = disk.private.pop('container', None)
    if container is not None and emulator.state.get(_KEY) is not None:
        of(emulator).delete(container)
