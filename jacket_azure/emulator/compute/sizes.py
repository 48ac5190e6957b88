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

"""VM sizes: their limits, zones and restrictions."""

from __future__ import annotations

from collections.abc import Iterable
import dataclasses
import functools
import json
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

if TYPE_CHECKING:
    from jacket_azure.emulator import server

_DATA = Path(__file__).parent / 'data'


@dataclasses.dataclass(frozen=True)
class Size:
    """One VM size; ``iops`` is the uncached limit, ``temp_mb`` in MiB."""

    name: str
    family: str
    vcpus: int
    memory_gb: float
    disks: int
    nics: int
    iops: int
    generations: str
    controllers: str
    architecture: str
    premium: bool
    accelerated: bool
    ephemeral: bool
    trusted: bool
    temp_mb: int
    ultra: bool
    hibernation: bool
    vcpus_available: int = 0
    gpus: int = 0
    restrictions: dict[str, Any] = dataclasses.field(default_factory=dict)


@functools.cache
def _file() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        (_DATA / 'sizes.json').read_text())
    return found


@functools.cache
def by_name() -> dict[str, Size]:
    """All sizes by lower-case name."""
    defaults = _file()['defaults']
    return {row['name'].lower(): Size(**{**defaults, **row})
            for row in _file()['sizes']}


def get(name: str) -> Size | None:
    """Return the size of that name in any case, or None."""
    return by_name().get(name.lower())


def locations() -> list[str]:
    """The regions of the catalogue."""
    return list(_file()['locations'])


def zones(location: str) -> list[str]:
    """Zones of a region; a region the catalogue lacks is like eastus."""
    known: dict[str, list[str]] = _file()['locations']
    return known.get(location.lower(), known['eastus'])


def restrict(emulator: server.Emulator, size: str, location: str,
             in_zones: Iterable[str] = (),
             reason: str = 'NotAvailableForSubscription') -> None:
    """Forbid a size from now on, in a whole region or in some zones."""
    rule: dict[str, Any] = {'reason': reason}
    if in_zones:
        rule['zones'] = list(in_zones)
    _own_rules(emulator)[size.lower(), location.lower()] = rule


def _own_rules(emulator: server.Emulator) -> dict[tuple[str, str], Any]:
    rules: dict[tuple[str, str], Any] = emulator.state.setdefault(
        'compute.sizes', {})
    return rules


def restriction(emulator: server.Emulator, size: Size,
                location: str) -> dict[str, Any] | None:
    """Return the rule ``{'reason', 'zones'?}`` on a size, or None."""
    location = location.lower()
    own = _own_rules(emulator).get((size.name.lower(), location))
    return (own or size.restrictions.get(location)
            or size.restrictions.get('*'))


def forbidden(emulator: server.Emulator, size: Size, location: str,
              in_zones: Iterable[str]) -> bool:
    """Tell whether the size cannot be had there."""
    rule = restriction(emulator, size, location)
    if rule is None:
        return False
    return 'zones' not in rule or bool(set(in_zones) & set(rule['zones']))


def reset(emulator: server.Emulator) -> None:
    """Take every rule of :func:`restrict` back."""
    emulator.state.pop('compute.sizes', None)
