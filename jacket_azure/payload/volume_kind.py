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

"""Volume types: from Cinder's extra specs to a kind of disk."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
import dataclasses
from typing import Any
from typing import NoReturn

from jacket_azure import exceptions
from jacket_azure.payload import disk_skus
from jacket_azure.payload import names

PREFIX = 'azure:'
MULTIATTACH = 'multiattach'
_ENCRYPTION_SET = 'Microsoft.Compute/diskEncryptionSets'
_SNAPSHOTS = ('incremental', 'full')
_MEGA = 1_000_000


@dataclasses.dataclass(frozen=True)
class Kind:
    """What sort of disk a volume is, from its volume type.

    :param sku: e.g. ``Premium_LRS``
    :param zone: Azure zone, None for a disk without one
    :param caching: host caching where it is attached; the Python None
        chooses by the rules
    :param iops: provisioned, only where the SKU has it; None for the default
    :param mbps: provisioned MB/s, as *iops*
    :param tier: performance tier of Premium SSD, e.g. ``P30``
    :param max_shares: machines that may have it attached at once
    :param sector_bytes: logical sector of Premium SSD v2 and Ultra
    :param encryption_set: full id of a disk encryption set
    :param snapshots: ``incremental`` or ``full``
    """

    sku: str
    zone: str | None = None
    caching: str | None = None
    iops: int | None = None
    mbps: int | None = None
    tier: str | None = None
    max_shares: int = 1
    sector_bytes: int | None = None
    encryption_set: str | None = None
    snapshots: str = 'incremental'


def parse(
    extra_specs: Mapping[str, str],
    qos_specs: Mapping[str, str],
    default_sku: str,
    size_gib: int,
    default_zone: str | None = None,
) -> Kind:
    """Read a volume type; whether there are such disks, the model knows.

    Extra specs that do not begin with ``azure:`` are others' business,
    ``multiattach`` apart.

    :param qos_specs: of the back end; they say nothing but IOPS and MB/s
    :param default_sku: where the type names none
    :param size_gib: of the volume; how many may share it depends on it
    :param default_zone: of the volume's availability zone
    :raises InvalidRequest: names the key and what is allowed
    """
    told: dict[str, Any] = {}
    for key, value in extra_specs.items():
        if not key.startswith(PREFIX):
            continue
        if key not in _READERS:
            _refuse_key('extra spec', key, _READERS)
        field, read = _READERS[key]
        told[field] = read(key, value)
    told.setdefault('sku', default_sku)
    if not disk_skus.is_zone_redundant(told['sku']):
        # the others are in all zones, that of the machine among them
        told['zone'] = _zone(told.get('zone'), default_zone)
    told['max_shares'] = _max_shares(
        extra_specs, told.get('max_shares'), told['sku'], size_gib
    )
    told.update(_performance(qos_specs))
    return Kind(**told)


def _refuse(key: str, value: object, allowed: str) -> NoReturn:
    raise exceptions.InvalidRequest(
        f'{key} is {value!r}, and must be {allowed}.'
    )


def _refuse_key(noun: str, key: str, allowed: Mapping[str, Any]) -> NoReturn:
    raise exceptions.InvalidRequest(
        f'There is no {noun} {key}; allowed are {", ".join(allowed)}.'
    )


def _word(*allowed: str) -> Callable[[str, str], str]:
    def read(key: str, value: str) -> str:
        if value not in allowed:
            _refuse(key, value, f'one of {", ".join(allowed)}')
        return value

    return read


def _number(key: str, value: str) -> int:
    # int() alone takes signs, spaces and digits of any script
    if not (value.isascii() and value.isdigit() and int(value) > 0):
        _refuse(key, value, 'a whole number above 0')
    return int(value)


def _sector(key: str, value: str) -> int:
    sizes = [str(size) for size in disk_skus.SECTOR_BYTES]
    return int(_word(*sizes)(key, value))


def _name(key: str, value: str) -> str:
    if not value or not value.isascii() or not value.isprintable():
        _refuse(key, value, 'a name')
    return value


def _encryption_set(key: str, value: str) -> str:
    try:
        found = names.parse_resource_id(value)
    except ValueError:
        found = None
    if found is None or not found.is_type(_ENCRYPTION_SET):
        _refuse(key, value, 'the full id of a disk encryption set')
    return value


_READERS: Mapping[str, tuple[str, Callable[[str, str], Any]]] = {
    'azure:sku': ('sku', _name),
    'azure:zone': ('zone', _name),
    'azure:caching': ('caching', _word(*disk_skus.CACHING)),
    'azure:snapshots': ('snapshots', _word(*_SNAPSHOTS)),
    'azure:tier': ('tier', _name),
    'azure:sector_bytes': ('sector_bytes', _sector),
    'azure:encryption_set': ('encryption_set', _encryption_set),
    'azure:max_shares': ('max_shares', _number),
}
# Cinder's own names of what can be limited, and ours
_QOS = {
    'iops': ('iops', 1),
    'mbps': ('mbps', 1),
    'total_iops_sec': ('iops', 1),
    'total_bytes_sec': ('mbps', _MEGA),
}


def _zone(told: str | None, default: str | None) -> str | None:
    if told is not None and default is not None and told != default:
        raise exceptions.InvalidRequest(
            f'azure:zone is {told!r}, but the availability zone of the '
            f'volume is the zone {default!r} of Azure.'
        )
    return told or default


def _max_shares(
    extra_specs: Mapping[str, str],
    told: int | None,
    sku: str,
    size_gib: int,
) -> int:
    """Return how many may share a disk; of itself as many as Azure lets."""
    wanted = extra_specs.get(MULTIATTACH, '')
    if wanted.removeprefix('<is>').strip().lower() != 'true':
        if told is not None:
            raise exceptions.InvalidRequest(
                f"azure:max_shares needs {MULTIATTACH}='<is> True' beside it."
            )
        return 1
    if told is not None:
        return told
    limits = disk_skus.DOCUMENTED.get(sku)
    # where none can be shared, two is what the model refuses
    return max(2, limits.most_shares(size_gib) if limits else 2)


def _performance(qos_specs: Mapping[str, str]) -> dict[str, int]:
    told: dict[str, int] = {}
    for key, value in qos_specs.items():
        if key not in _QOS:
            _refuse_key('qos spec', key, _QOS)
        field, unit = _QOS[key]
        number = -(-_number(key, value) // unit)
        if told.setdefault(field, number) != number:
            raise exceptions.InvalidRequest(
                f'The qos specs tell two different {field}: '
                f'{told[field]} and {number}.'
            )
    return told
