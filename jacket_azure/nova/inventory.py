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

"""Azure's quotas and sizes in Placement's words: inventories and traits."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping
import re
from typing import Any

import os_resource_classes as orc

from jacket_azure.payload import vm_sizes

# All resource classes and traits of ours start so; nothing else is touched.
PREFIX = 'CUSTOM_AZURE'
_NAME_CHARS = 255


def custom_name(*parts: str) -> str:
    """Build a custom trait or resource class name out of Azure's words.

    >>> custom_name('standardDSv5Family', 'VCPU')
    'CUSTOM_AZURE_STANDARDDSV5FAMILY_VCPU'
    """
    words = (re.sub('[^A-Z0-9]+', '_', part.upper()) for part in parts)
    return '_'.join((PREFIX, *words))[:_NAME_CHARS]


def family_class(family: str) -> str:
    """Build the resource class that counts the vCPUs of one size family.

    :param family: Azure's name, e.g. ``standardDSv5Family``
    """
    return custom_name(re.sub('family$', '', family, flags=re.I), 'VCPU')


def build_inventories(
    capacity: Any,
    families: Iterable[str],
    memory_mb: int,
    disk_gb: int,
    exhausted: Collection[str] = (),
) -> dict[str, dict[str, Any]]:
    """Build the inventories of the compute node.

    What others use of a quota is reserved; what this host uses is not, since
    Placement has it as allocations.

    :param capacity: ``catalogue.Capacity``
    :param families: size families to count by themselves
    :param exhausted: families of which Azure gives nothing now, whatever
        its quotas say
    :returns: as ``ProviderTree.update_inventory`` takes it; a class whose
        quota is 0 is left out, as Placement allows no empty inventory
    """
    found = {
        orc.MEMORY_MB: _record(memory_mb, 0),
        orc.DISK_GB: _record(disk_gb, 0),
    }
    wanted: list[tuple[str, str | None, Any]] = [
        (orc.VCPU, None, capacity.quotas.cores)
    ]
    wanted += [
        (family_class(family), family, capacity.quotas.family(family))
        for family in families
    ]
    for name, key, quota in wanted:
        if quota is not None and quota.limit > 0:
            others = quota.used - capacity.own_vcpus.get(key, 0)
            if key in exhausted:
                others = quota.limit
            found[name] = _record(quota.limit, others)
    return found


def build_traits(
    location: str,
    disk_model: str,
    zones: Iterable[str],
    sizes: Iterable[vm_sizes.VmSize],
    lacking: Collection[tuple[str, str]] = (),
) -> set[str]:
    """Build the traits by which flavors can ask for this region.

    :param zones: Azure zones of the mapping file
    :param sizes: sizes of the mapping file that the region has
    :param lacking: names of sizes that Azure had no room for lately, each
        with the zone it was asked for in, empty for none
    """
    places = set(zones) or {''}
    names = {size.name for size in sizes}
    full = {
        size
        for size in names
        if (size, '') in lacking
        or all((size, place) in lacking for place in places)
    }
    return {
        PREFIX,
        custom_name('LOCATION', location),
        custom_name('DISK', disk_model),
        *(custom_name('ZONE', zone) for zone in places if zone),
        *(custom_name('SIZE', size) for size in names - full),
        *(
            custom_name('NO_CAPACITY', *filter(None, (size, place)))
            for size, place in lacking
        ),
    }


def own_names(known: Iterable[str]) -> set[str]:
    """Return those traits or resource classes that are ours."""
    return {
        name
        for name in known
        if name == PREFIX or name.startswith(PREFIX + '_')
    }


def families_of(
    sizes: Mapping[str, vm_sizes.VmSize], known_classes: Iterable[str]
) -> set[str]:
    """Return the size families that Placement has classes for already.

    A class with allocations cannot be taken away, so what was once reported
    stays reported.
    """
    known = own_names(known_classes)
    return {
        size.family
        for size in sizes.values()
        if family_class(size.family) in known
    }


def _record(total: int, reserved: int) -> dict[str, Any]:
    return {
        'total': total,
        'reserved': max(0, min(reserved, total)),
        'min_unit': 1,
        'max_unit': total,
        'step_size': 1,
        'allocation_ratio': 1.0,
    }
