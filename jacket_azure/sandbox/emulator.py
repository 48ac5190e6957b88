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

"""The emulator as a process of the sandbox."""

from __future__ import annotations

import json
import pathlib
import sys
from typing import Any

from jacket_azure.sandbox import ports
from jacket_azure.sandbox import supervise
from jacket_azure.sandbox.settings import Settings

NAME = 'emulator'


def command(settings: Settings) -> list[str]:
    """Return the command line: ``jacket-azure emulator``."""
    return [sys.executable, '-m', 'jacket_azure.cmd.main', '--quiet',
            'emulator', '--port', str(settings.ports[NAME]),
            '--state-dir', str(folder(settings)),
            '--latency', settings.latency,
            # who tries it out should not wait for the next look
            '--retry-after', '1']


def folder(settings: Settings) -> pathlib.Path:
    """Return where the emulator keeps certificate and credentials."""
    return settings.path('data', NAME)


def url(settings: Settings) -> str:
    """Return the base URL of the emulated ARM."""
    return f'https://{ports.HOST}:{settings.ports[NAME]}'


def ensure_running(settings: Settings) -> None:
    """Start the emulator unless it runs.

    Certificate and credentials survive a restart, resources do not.
    """
    folder(settings).mkdir(0o700, parents=True, exist_ok=True)
    arguments = command(settings)
    supervise.ensure_running(
        settings, NAME, arguments, url(settings), version=repr(arguments))


def options(settings: Settings) -> dict[str, Any]:
    """Return the options of ``[azure]`` that lead to the emulator."""
    return json.loads((folder(settings) / 'azure.json').read_text())
