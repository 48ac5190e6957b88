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

"""The storage accounts of a running Azurite, in a file that it reads.

Azurite knows accounts from its environment only, which a running process
cannot be given; ``node_packages/storage_accounts.js`` makes it look into
this file as well, at each request for an account it does not know.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
import tempfile
import threading


class Accounts:
    """Accounts with two keys each; what is written counts at once."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix='jacket-azurite-')
        self._lock = threading.Lock()
        self._keys: dict[str, tuple[str, str]] = {}
        self.file = Path(self._folder.name) / 'accounts.json'
        self._write()

    def put(self, name: str, keys: tuple[str, str]) -> None:
        """Add an account, or change its keys (base64)."""
        with self._lock:
            self._keys[name] = keys
            self._write()

    def keys(self, name: str) -> tuple[str, ...]:
        """Return both keys of an account, none when it is unknown."""
        with self._lock:
            return self._keys.get(name, ())

    def remove(self, name: str) -> None:
        """Forget an account; its blobs cannot be reached any more."""
        with self._lock:
            self._keys.pop(name, None)
            self._write()

    def _write(self) -> None:
        # renamed into place: a reader sees the old file or the new one
        handle, name = tempfile.mkstemp(dir=self._folder.name)
        with os.fdopen(handle, 'w') as file:
            json.dump(self._keys, file)
        os.replace(name, self.file)
