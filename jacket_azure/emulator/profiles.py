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

"""What sets Azure Stack Hub apart from public Azure.

An emulator has one of these profiles from its start. Stack Hub knows the
api-versions of its newest API profile, 2020-09-01-hybrid, and nothing that
came later. Source: learn.microsoft.com, azure-stack/user: api-version
profiles, managed-disk considerations, VM considerations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator.compute import sizes

if TYPE_CHECKING:
    from jacket_azure.emulator import server

PUBLIC = 'public'
STACK_HUB = 'stack_hub'
NAMES = (PUBLIC, STACK_HUB)
# by type or namespace, in lower case
_NEWEST = {
    'microsoft.compute': '2020-06-01',
    'microsoft.compute/disks': '2019-07-01',
    'microsoft.compute/snapshots': '2019-07-01',
    'microsoft.compute/skus': '2019-04-01',
    'microsoft.network': '2018-11-01',
    'microsoft.storage': '2019-06-01',
    '': '2019-10-01',
}
# types and actions it has never had, as the last words of a route
_MISSING = ('/attachdetachdatadisks', '/converttomanageddisks')
# properties that came after its api-versions
_LATER = ('deleteOption', 'securityType', 'hibernationEnabled', 'userData',
          'dataAccessAuthMode', 'publicNetworkAccess', 'burstingEnabled')


def is_stack_hub(emulator: server.Emulator) -> bool:
    """Tell whether the emulator stands for Azure Stack Hub."""
    return emulator.profile == STACK_HUB


def zones(emulator: server.Emulator, location: str) -> list[str]:
    """Availability zones of a region."""
    return [] if is_stack_hub(emulator) else sizes.zones(location)


def newest(emulator: server.Emulator, template: str) -> str | None:
    """Newest api-version of a route; None for the documents' own.

    :param template: path template of the route
    :returns: the empty string for what Stack Hub does not have
    """
    if not is_stack_hub(emulator):
        return None
    text = template.lower().rstrip('/')
    if '/microsoft.compute/galleries' in text or text.endswith(_MISSING):
        return ''
    provided = text.rpartition('/providers/')[2] if (
        '/providers/microsoft' in text) else ''
    namespace, _, rest = provided.partition('/')
    kind = f'{namespace}/{rest.partition("/")[0]}'
    return _NEWEST.get(kind) or _NEWEST[namespace]


def unknown_property(emulator: server.Emulator, body: Any,
                     path: str = '') -> str | None:
    """Path of a property Stack Hub's api-versions do not have, or None."""
    if not is_stack_hub(emulator):
        return None
    if isinstance(body, list):
        pairs = [(f'{path}[{number}]', item)
                 for number, item in enumerate(body)]
    elif isinstance(body, dict):
        pairs = [(f'{path}.{name}'.lstrip('.'), item)
                 for name, item in body.items() if name != 'tags']
        for where, _ in pairs:
            if where.rpartition('.')[2] in _LATER:
                return where
    else:
        return None
    for where, item in pairs:
        found = unknown_property(emulator, item, where)
        if found is not None:
            return found
    return None
