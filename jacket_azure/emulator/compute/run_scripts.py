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
"""Scripts brought into a guest: recorded, and answered as a test says."""

from __future__ import annotations

import copy
import dataclasses
import functools
import json
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import store
from jacket_azure.emulator.compute import guest

if TYPE_CHECKING:
    from jacket_azure.emulator import server

_FILE = Path(__file__).parent / 'data' / 'run_commands.json'
_ANSWERS = 'compute.script_answers'


@dataclasses.dataclass(frozen=True)
class Output:
    """What a script wrote and how it ended."""

    out: str = ''
    err: str = ''
    exit_code: int = 0


def answer(emulator: server.Emulator, part: str, out: str = '',
           err: str = '', exit_code: int = 0) -> None:
    """Say what a script with *part* in it writes from now on.

    No script is ever executed: one nobody prepared writes nothing, except
    that ``hostname`` and ``echo words`` are answered.
    """
    emulator.state.setdefault(_ANSWERS, []).append(
        (part, Output(out, err, exit_code)))


def run(emulator: server.Emulator, vm: store.Resource,
        script: guest.Script) -> Output:
    """Note a script in its guest and return what it writes."""
    there = guest.of(emulator, vm)
    there.scripts.append(script)
    for part, output in reversed(emulator.state.get(_ANSWERS, ())):
        if part in script.text:
            return output
    written = []
    for line in script.text.splitlines():
        if line.strip() == 'hostname':
            written.append(there.host_name)
        elif line.strip().startswith('echo ') and '$' not in line:
            written.append(line.strip()[5:].strip('"\''))
    return Output('\n'.join(written))


@functools.cache
def _read() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(_FILE.read_text())['documents']
    return found


def documents() -> list[dict[str, Any]]:
    """The run command documents of every location."""
    return [{'$schema': 'http://schema.management.azure.com/schemas/'
                        '2016-11-17/runcommands.json', **copy.deepcopy(one)}
            for one in _read()]


def reset(emulator: server.Emulator) -> None:
    """Forget prepared answers."""
    emulator.state.pop(_ANSWERS, None)
