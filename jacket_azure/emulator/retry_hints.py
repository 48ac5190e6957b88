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

"""After how many seconds Azure asks a client to come again.

As seen in recordings of 2019 to 2025: Compute 2019-03-01 to 2022-03-01,
disks 2020-09-30 and 2024-03-02, network 2020-11-01 to 2024-03-01. Network
operations double the time at each poll, as seen from 2024 on; what has
ended, and what is not named here, has no header.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jacket_azure.emulator.operation import Operation

OBSERVED = 'observed'
# what is refused because of another operation
REFUSED_SECONDS = 10
_MOST_SECONDS = 160
_FIRST = {
    'virtualNetworks.write': 3, 'subnets.write': 3,
    'publicIPAddresses.write': 1, 'networkSecurityGroups.write': 1,
    'networkSecurityGroups.delete': 1, 'securityRules.write': 1,
    'applicationSecurityGroups.write': 1,
    'routeTables.write': 2, 'routes.write': 2,
    'disks.write': 2, 'snapshots.write': 2}
_STYLES = {'network': 10, 'group': 15}
_POLLS = {'compute': 30, 'group': 15}


def first(operation: Operation) -> int | None:
    """Seconds that the answer tells which started an operation."""
    if operation.kind in _FIRST:
        return _FIRST[operation.kind]
    if operation.style == 'compute' and (
            operation.kind.startswith('virtualMachines.')):
        return 10
    return _STYLES.get(operation.style)


def again(operation: Operation) -> int | None:
    """Seconds that one more poll of it tells."""
    if operation.style == 'network':
        seconds = first(operation) or REFUSED_SECONDS
        return min(seconds * 2 ** (operation.polls - 1), _MOST_SECONDS)
    return _POLLS.get(operation.style)
