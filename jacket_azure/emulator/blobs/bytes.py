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

"""Azurite as the front uses it: who has which key, and what is where."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from jacket_azure.emulator.blobs import signing
from jacket_azure.emulator.blobs.answer import Answer
from jacket_azure.emulator.blobs.backend import Backend
from jacket_azure.emulator.blobs.request import BlobRequest
from jacket_azure.emulator.compute import contents

if TYPE_CHECKING:
    from jacket_azure.emulator import server


class Bytes:
    """The Azurite of one emulator, started when it is first needed."""

    def __init__(self, emulator: server.Emulator) -> None:
        self._emulator = emulator
        self._local = threading.local()

    @property
    def contents(self) -> contents.Contents:
        """Azurite and what belongs to it, started if need be."""
        found = contents.of(self._emulator)
        found.client  # noqa: B018
        return found

    def send(self, request: BlobRequest) -> Answer:
        """Pass a request on over this thread's own connection.

        The body of the answer before must not be needed any more.
        """
        port = self.contents.azurite.port
        found: Backend | None = getattr(self._local, 'backend', None)
        if found is None or found.port != port:
            found = self._local.backend = Backend(port)
        return found.send(request)

    def close(self) -> None:
        """Close this thread's connection."""
        found: Backend | None = getattr(self._local, 'backend', None)
        if found is not None:
            found.close()

    def send_alone(self, request: BlobRequest) -> Answer:
        """Pass a request on over a connection of its own."""
        backend = Backend(self.contents.azurite.port)
        try:
            found = backend.send(request)
            found.read()
            return found
        finally:
            backend.close()

    def keys_of(self, account: str) -> tuple[str, ...]:
        """Keys of a storage account, base64; none when it is unknown."""
        return self.contents.azurite.keys_of(account)

    def key_of(self, account: str) -> str:
        """A key of a storage account, base64; empty when it is unknown."""
        keys = self.keys_of(account)
        return keys[0] if keys else ''

    def look(self, request: BlobRequest) -> Answer:
        """Return a HEAD of the blob of a request, whoever asks."""
        asked = BlobRequest('HEAD', request.path,
                            (('x-ms-version', '2021-12-02'),))
        return self.send(signing.signed(
            asked, self.key_of(request.account)))

    def size_of(self, request: BlobRequest) -> int | None:
        """Size of the page blob of a request; None when it is none."""
        if not self.key_of(request.account):
            return None
        found = self.look(request)
        if found.header('x-ms-blob-type') != 'PageBlob':
            return None
        return found.length
