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
"""Hosts that are full: what operations fail with when there is no room.

A test or an operator says what cannot be had; ``sizes.restrict`` is for what
a subscription may not have, which is refused at once and shows in the SKUs.
Source: arm-behaviour.md section 3, failed creates; public bug reports.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import store
from jacket_azure.emulator.compute import sizes

if TYPE_CHECKING:
    from jacket_azure.emulator import server

CODES = ('AllocationFailed', 'ZonalAllocationFailed',
         'OverconstrainedAllocationRequest',
         'OverconstrainedZonalAllocationRequest',
         'SkuNotAvailable')
_GUIDANCE = 'http://aka.ms/allocation-guidance'
_ANY = '*'
_FULL = 'compute.full'
_CLUSTER = 'compute.cluster'


def exhaust(emulator: server.Emulator, size: str = _ANY,
            location: str | None = None, in_zones: Iterable[str] = (),
            code: str | None = None) -> None:
    """Let there be no room for a size from now on.

    Creates, starts from deallocated and resizes of running machines are
    accepted and fail; what runs goes on.

    :param size: name, ``*`` for every size
    :param location: region, the emulator's own by default
    :param in_zones: only there; by default in the whole region
    :param code: one of ``CODES``; by default (Zonal)AllocationFailed
    """
    if code is not None and code not in CODES:
        raise ValueError(f'code is one of {", ".join(CODES)}')
    place = (location or emulator.location).lower()
    _full(emulator)[size.lower(), place] = {
        'zones': list(in_zones), 'code': code}


def restore(emulator: server.Emulator) -> None:
    """Let there be room for everything again."""
    emulator.state.pop(_FULL, None)
    emulator.state.pop(_CLUSTER, None)


def rules(emulator: server.Emulator) -> list[dict[str, Any]]:
    """What there is no room for: size, location, zones, code."""
    return [{'size': size, 'location': place, **rule}
            for (size, place), rule in _full(emulator).items()]


def _full(emulator: server.Emulator) -> dict[tuple[str, str], Any]:
    found: dict[tuple[str, str], Any] = emulator.state.setdefault(_FULL, {})
    return found


def set_cluster(emulator: server.Emulator, names: Iterable[str]) -> None:
    """Say which sizes the hardware under running machines offers.

    A running machine takes no other; all sizes by default.
    """
    emulator.state[_CLUSTER] = [name.lower() for name in names]


def check_cluster(emulator: server.Emulator, vm: store.Resource,
                  size: sizes.Size) -> None:
    """Refuse to resize a running machine beyond its hardware.

    :raises ArmError: 409 OperationNotAllowed with ``vmSize`` as its target
    """
    known = emulator.state.get(_CLUSTER)
    if (known is None or size.name.lower() in known
            or vm.private.get('power') == 'deallocated'):
        return
    names = [found.name for found in map(sizes.get, known) if found]
    raise errors.ArmError(
        409, 'OperationNotAllowed',
        f"Unable to resize the VM '{vm.name}' because the requested size "
        f"{size.name} is not available in the current hardware cluster. The "
        f"available sizes in this cluster are: {','.join(names)}. Read more "
        f"on VM resizing strategy at https://aka.ms/azure-resizevm.",
        target='vmSize')


def allocate(emulator: server.Emulator, vm: store.Resource) -> None:
    """Find a host for a machine that has none.

    :raises ArmError: there is no room, the code says in which way
    """
    size = sizes.get(vm.properties['hardwareProfile']['vmSize'])
    zones = list(vm.body.get('zones') or ())
    name = size.name if size else ''
    for key in (name.lower(), _ANY):
        rule = _full(emulator).get((key, vm.location))
        if rule and (not rule['zones'] or set(zones) & set(rule['zones'])):
            raise _failure(vm, name, zones, rule['code'])


def _failure(vm: store.Resource, size: str, zones: list[str],
             code: str | None) -> errors.ArmError:
    code = code or ('ZonalAllocationFailed' if zones else 'AllocationFailed')
    if code == 'AllocationFailed':
        return errors.ArmError(409, code, (
            'Allocation failed. We do not have sufficient capacity for the '
            'requested VM size in this region. Read more about improving '
            'likelihood of allocation success at ' + _GUIDANCE))
    if code == 'ZonalAllocationFailed':
        return errors.ArmError(409, code, (
            'Allocation failed. We do not have sufficient capacity for the '
            'requested VM size in this zone. Read more about improving '
            'likelihood of allocation success at ' + _GUIDANCE))
    if code == 'SkuNotAvailable':
        return errors.ArmError(409, code, (
            f"The requested VM size for resource 'Following SKUs have failed "
            f"for Capacity Restrictions: {size}' is currently not available "
            f"in location '{vm.location}'. Please try another size or deploy "
            f"to a different location or different zone. See "
            f"https://aka.ms/azureskunotavailable for details."))
    return errors.ArmError(409, code, (
        'Allocation failed. VM(s) with the following constraints cannot be '
        'allocated, because the condition is too restrictive. Please remove '
        'some constraints and try again. Constraints applied are:\n'
        + ''.join(f'  - {word}\n' for word in _constraints(vm, zones))))


def _constraints(vm: store.Resource, zones: list[str]) -> list[str]:
    found = ['Availability Zone'] if zones else []
    disk = vm.properties['storageProfile']['osDisk']
    if disk.get('diffDiskSettings'):
        found.append('Differencing (Ephemeral) Disks')
    if vm.properties.get('priority') == 'Spot':
        found.append('Low Priority VMs')
    found.append(
        'Networking Constraints (such as Accelerated Networking or IPv6)')
    return [*found, 'VM Size']


def reset(emulator: server.Emulator) -> None:
    """A new world has room."""
    restore(emulator)
