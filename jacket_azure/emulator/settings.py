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

"""What may be changed while an emulator runs."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import retry_hints

if TYPE_CHECKING:
    from jacket_azure.emulator import server

LATENCIES = ('none', 'observed')


def read(emulator: server.Emulator) -> dict[str, Any]:
    """Return every setting."""
    return {
        'latency': emulator.latency,
        'list_lag': emulator.list_lag,
        'page_size': emulator.page_size,
        'retry_after': emulator.retry_after,
        'throttling': emulator.ratelimits.enforced,
        'unmanaged_disks': emulator.unmanaged_disks,
        'limits': dict(emulator.ratelimits.limits),
        'token_lifetime_seconds': emulator.identity.lifetime_seconds,
        'clock_offset_seconds': emulator.identity.clock_offset_seconds,
    }


def change(emulator: server.Emulator, asked: Any) -> None:
    """Change the settings named, all or none.

    :raises ValueError: a name or a value cannot be; the text says which
    """
    if not isinstance(asked, dict):
        raise ValueError('a JSON object is expected')
    for name, value in asked.items():
        if name not in _CHECKS:
            raise ValueError(f'{name}: there are {", ".join(_CHECKS)}')
        if not _CHECKS[name](value):
            raise ValueError(f'{name}: cannot be {value!r}')
    for name, value in asked.items():
        if name == 'throttling':
            emulator.ratelimits.enforced = value
        elif name == 'limits':
            emulator.ratelimits.limits = {**value}
        elif name == 'token_lifetime_seconds':
            emulator.identity.lifetime_seconds = value
        elif name == 'clock_offset_seconds':
            emulator.identity.clock_offset_seconds = value
        else:
            setattr(emulator, name, value)


def _number(value: Any) -> bool:
    return (isinstance(value, int | float) and not isinstance(value, bool)
            and value >= 0)


def _whole(value: Any) -> bool:
    return _number(value) and isinstance(value, int)


_CHECKS = {
    'latency': lambda value: value in LATENCIES,
    'list_lag': _number,
    'page_size': lambda value: _whole(value) and value > 0,
    'retry_after': lambda value: (
        value in (None, retry_hints.OBSERVED) or _whole(value)),
    'throttling': lambda value: isinstance(value, bool),
    'unmanaged_disks': lambda value: isinstance(value, bool),
    'limits': lambda value: (isinstance(value, dict) and
                             all(_whole(one) for one in value.values())),
    'token_lifetime_seconds': _whole,
    'clock_offset_seconds': lambda value: _number(abs(value)),
}
