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

"""Installs, starts and stops Azurite, which holds the bytes of disks.

The npm packages are installed once per user, by exact version and hash
(``node_packages/package-lock.json``): a loose dependency of Azurite 3.37.0
(applicationinsights 3.17.0) cannot be installed from every mirror.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
import contextlib
import fcntl
import http.client
import json
import logging
import os
from pathlib import Path
import secrets
import shutil
import socket
import subprocess
import tempfile
import threading
import time

from jacket_azure.emulator import azurite_accounts
from jacket_azure.emulator import node

LOG = logging.getLogger(__name__)

PACKAGES = Path(__file__).parent / 'node_packages'
ACCOUNT = 'jacketdisks'
INSTALL_TIMEOUT_SECONDS = 900
START_TIMEOUT_SECONDS = 90
_ATTEMPTS = 3
_MAIN = 'node_modules/azurite/dist/src/blob/main.js'


class AzuriteError(RuntimeError):
    """Azurite could not be installed or started."""


def version() -> str:
    """The version of Azurite that belongs to this emulator."""
    manifest = json.loads((PACKAGES / 'package.json').read_text())
    found: str = manifest['dependencies']['azurite']
    return found


def cache_directory() -> Path:
    """Where Azurite is installed for this user."""
    cache = os.environ.get('XDG_CACHE_HOME') or Path.home() / '.cache'
    return Path(cache) / 'jacket_azure' / f'azurite-{version()}'


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock between processes; the kernel drops it if we die."""
    with path.open('w') as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def ensure_installed(directory: Path | None = None) -> Path:
    """Install Azurite unless it is there; safe to call from many processes.

    :param directory: where to install, default :func:`cache_directory`
    :returns: the script that starts the blob service
    :raises AzuriteError: npm failed; its last lines are in the text
    :raises node.NodeNotFound: there is no Node.js
    """
    directory = directory or cache_directory()
    main = directory / _MAIN
    if main.exists():
        return main
    directory.parent.mkdir(parents=True, exist_ok=True)
    with _locked(directory.with_name(directory.name + '.lock')):
        if not main.exists():
            _install(directory)
    return main


def _install(directory: Path) -> None:
    LOG.info('Installing Azurite %s into %s, once', version(), directory)
    npm = node.find()
    with tempfile.TemporaryDirectory(
            prefix=directory.name + '.', dir=directory.parent) as scratch:
        for name in ('package.json', 'package-lock.json'):
            shutil.copy(PACKAGES / name, scratch)
        # npm's own scripts look for node on PATH
        path = os.pathsep.join(
            (str(Path(npm.node[0]).parent), os.environ.get('PATH', '')))
        try:
            done = subprocess.run(  # noqa: S603
                [*npm.npm, 'ci', '--ignore-scripts', '--no-audit',
                 '--no-fund'],
                cwd=scratch, capture_output=True, text=True,
                env=dict(os.environ, PATH=path),
                timeout=INSTALL_TIMEOUT_SECONDS)
        except (OSError, subprocess.SubprocessError) as exc:
            raise AzuriteError(f'npm could not install Azurite: {exc}') \
                from exc
        if done.returncode:
            tail = '\n'.join(done.stderr.splitlines()[-15:])
            raise AzuriteError(f'npm could not install Azurite:\n{tail}')
        complete = Path(scratch) / 'complete'
        complete.mkdir()
        os.rename(Path(scratch) / 'node_modules', complete / 'node_modules')
        # Whoever sees the final name sees a complete installation
        shutil.rmtree(directory, ignore_errors=True)
        os.rename(complete, directory)


class Azurite:
    """One blob service on loopback with one account and a random key.

    :param location: folder that keeps the bytes; None keeps them in memory
    :ivar accounts: further accounts, which come and go while it runs
    """

    def __init__(self, location: Path | str | None = None) -> None:
        self.accounts = azurite_accounts.Accounts()
        self.account = ACCOUNT
        self.key = base64.b64encode(secrets.token_bytes(64)).decode()
        self.port = 0
        self._location = location
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f'http://127.0.0.1:{self.port}'

    @property
    def endpoint(self) -> str:
        """URL of the account, without a slash at the end."""
        return self.endpoint_of(self.account)

    def endpoint_of(self, account: str) -> str:
        """URL of one of the accounts, without a slash at the end."""
        return f'{self.url}/{account}'

    def keys_of(self, account: str) -> tuple[str, ...]:
        """Keys of one of the accounts; none when it is unknown."""
        return ((self.key,) if account == self.account
                else self.accounts.keys(account))

    def start(self) -> None:
        """Install if needed, start, and return once it answers.

        :raises AzuriteError: it ended or did not listen in time
        """
        with self._lock:
            for left in range(_ATTEMPTS, 0, -1):
                if self.running:
                    return
                try:
                    self._start(ensure_installed())
                except AzuriteError as exc:
                    # somebody took the port before Azurite could
                    if left == 1 or 'EADDRINUSE' not in str(exc):
                        raise

    def _start(self, main: Path) -> None:
        self.port = _free_port()
        if self._location is None:
            store = ['--inMemoryPersistence']
        else:
            Path(self._location).mkdir(parents=True, exist_ok=True)
            store = ['--location', str(self._location)]
        self._stderr = tempfile.TemporaryFile()
        # Clients of any api-version are welcome; telemetry is on by default
        self._process = subprocess.Popen(  # noqa: S603
            [*node.find().node,
             '--require', str(PACKAGES / 'exit_with_parent.js'),
             '--require', str(PACKAGES / 'storage_accounts.js'),
             '--require', str(PACKAGES / 'page_ranges.js'),
             '--require', str(PACKAGES / 'checksums.js'), str(main),
             '--blobHost', '127.0.0.1', '--blobPort', str(self.port),
             '--silent', '--disableTelemetry', '--skipApiVersionCheck',
             *store],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
            stderr=self._stderr, start_new_session=True,
            env=dict(os.environ,
                     AZURITE_ACCOUNTS=f'{self.account}:{self.key}',
                     JACKET_STORAGE_ACCOUNTS=str(self.accounts.file)))
        self._wait_until_listening(self._process)
        LOG.info('Azurite listens on port %d', self.port)

    def _wait_until_listening(self,
                              process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while time.monotonic() < deadline:
            if process.poll() is not None:
                self._stderr.seek(0)
                words = self._stderr.read().decode(errors='replace')
                raise AzuriteError(
                    'Azurite ended while starting: ' + words[-2000:])
            if _is_azurite(self.port):
                return
            time.sleep(0.05)
        self.stop()
        raise AzuriteError(
            f'Azurite did not listen within {START_TIMEOUT_SECONDS} s')

    def stop(self) -> None:
        """End it; SIGTERM first, which makes it write its metadata."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdin is not None:
            process.stdin.close()
        self._stderr.close()


def _is_azurite(port: int) -> bool:
    """Ask who listens there.

    A connection alone proves nothing: the port may have become another
    program's, and a client that asks for a free port again and again can
    be connected to itself.
    """
    connection = http.client.HTTPConnection('127.0.0.1', port, timeout=5)
    try:
        connection.request('GET', '/')
        name = connection.getresponse().getheader('Server') or ''
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return name.startswith('Azurite')


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return int(probe.getsockname()[1])
