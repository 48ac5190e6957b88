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

"""What one sandbox decided at its first start, kept in its state folder.

Ports, the password and the back ends must stay as they are as long as the
folder lives: endpoints in Keystone and every configuration file hold them.
"""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import json
import os
import pathlib
import secrets
from typing import Any

from jacket_azure.sandbox import errors
from jacket_azure.sandbox import ports

FILE = 'sandbox.json'
LOCK = 'lock'
PORTS = ('keystone', 'glance', 'placement', 'neutron', 'nova', 'cinder',
         'emulator', 'serialproxy')
FOLDERS = ('etc', 'log', 'run', 'data')


@dataclasses.dataclass(frozen=True)
class Settings:
    """One sandbox.

    :ivar state: the state folder, absolute
    :ivar name: distinguishes databases of several sandboxes on one server
    :ivar password: of every user in Keystone, admin too
    :ivar transport_url: None means in-memory messages
    :ivar database_url: such as ``mysql+pymysql://user:pw@host``; None means
        sqlite files
    :ivar azure_file: file with an ``[azure]`` section; None means the emulator
    :ivar latency: of the emulator, ``none`` or ``observed``
    """

    state: pathlib.Path
    name: str
    password: str
    ports: dict[str, int]
    transport_url: str | None = None
    database_url: str | None = None
    azure_file: str | None = None
    latency: str = 'observed'
    compute_driver: str = 'jacket_azure.nova.AzureDriver'

    def url(self, service: str) -> str:
        """Return the base URL of one service."""
        return f'http://{ports.HOST}:{self.ports[service]}'

    def path(self, *parts: str) -> pathlib.Path:
        """Return a path in the state folder."""
        return self.state.joinpath(*parts)

    @property
    def clouds_file(self) -> pathlib.Path:
        return self.state / 'clouds.yaml'


def load(state: pathlib.Path) -> Settings | None:
    """Return the settings of an existing sandbox, or None."""
    try:
        text = (state / FILE).read_text()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return Settings(state=state, **json.loads(text))


def load_or_create(state: pathlib.Path, **wanted: Any) -> Settings:
    """Return the settings of the sandbox in *state*, made if need be.

    :param wanted: what the command line asks for; None means no wish
    :raises SandboxError: an existing sandbox was made with something else
    """
    wanted = {key: value for key, value in wanted.items() if value}
    found = load(state)
    if found is None:
        found = Settings(
            state=state, name=secrets.token_hex(3),
            password=secrets.token_urlsafe(16),
            ports=ports.choose(PORTS), **wanted)
    for key, value in wanted.items():
        if getattr(found, key) != value:
            option = '--' + key.removesuffix('_file').replace('_', '-')
            raise errors.SandboxError(
                f'the sandbox in {state} was made with another {option}; '
                'use another --state, or take it down with --purge first')
    missing = [name for name in PORTS if name not in found.ports]
    if missing:
        # it was made by an older release
        found.ports.update(ports.choose(missing))
    for folder in FOLDERS:
        found.path(folder).mkdir(parents=True, exist_ok=True)
    # passwords and the Azure secret are in there
    state.chmod(0o700)
    save(found)
    return found


def check_usable(state: pathlib.Path) -> None:
    """Refuse a folder with foreign files: ``down --purge`` removes it all."""
    if state.exists() and not state.is_dir():
        raise errors.SandboxError(f'{state} is not a folder')
    if state.is_dir() and any(
            entry.name not in (*FOLDERS, LOCK) for entry in state.iterdir()):
        raise errors.SandboxError(
            f'{state} is not empty and holds no sandbox; choose another '
            '--state')


def save(settings: Settings) -> None:
    """Write the settings; a reader sees the old or the new ones, whole."""
    values = dataclasses.asdict(settings)
    del values['state']
    new = settings.path(FILE + '.new')
    new.write_text(json.dumps(values, indent=2) + '\n')
    os.replace(new, settings.path(FILE))


@contextlib.contextmanager
def locked(state: pathlib.Path):
    """Let only one ``up``, ``demo`` or ``down`` at a time into the folder.

    :raises SandboxError: another one is at work, or the folder is not ours
    """
    if load(state) is None:
        check_usable(state)
    state.mkdir(parents=True, exist_ok=True)
    with open(state / LOCK, 'w') as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise errors.SandboxError(
                f'another command is at work on the sandbox in {state}'
            ) from None
        yield
