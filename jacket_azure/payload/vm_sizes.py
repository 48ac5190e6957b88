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

"""The size catalogue: what each VM size has and where it may be used."""

from __future__ import annotations

from collections import abc
from dataclasses import dataclass
from typing import Any

_TRUE = 'true'


@dataclass(frozen=True)
class VmSize:
    """One VM size in one location.

    :param vcpus: what the guest sees; fewer than the hardware's for the
        constrained sizes
    :param resource_disk_mb: temporary disk, 0 for none
    :param zones: zones that have this size at all
    :param restricted_zones: of those, where this subscription may not use it
    :param restriction: why it may not be used in the whole location, None
        when it may
    :param disk_controllers: ``SCSI``, ``NVMe``; empty when not told, which
        means SCSI
    :param ultra_zones: zones where ultra disks are possible with it
    """

    name: str
    family: str
    vcpus: int
    memory_mb: int
    max_nics: int
    max_data_disks: int
    generations: tuple[str, ...] = ('V1',)
    disk_controllers: tuple[str, ...] = ()
    premium_io: bool = False
    accelerated_networking: bool = False
    ephemeral_os_disk: bool = False
    hibernation: bool = False
    spot: bool = False
    trusted_launch_disabled: bool = False
    encryption_at_host: bool = False
    architecture: str = 'x64'
    gpus: int = 0
    resource_disk_mb: int = 0
    zones: tuple[str, ...] = ()
    restricted_zones: tuple[str, ...] = ()
    restriction: str | None = None
    ultra_zones: tuple[str, ...] = ()

    @property
    def usable_zones(self) -> tuple[str, ...]:
        """Return the zones where this subscription may use the size."""
        refused = self.restricted_zones
        return tuple(z for z in self.zones if z not in refused)

    @property
    def is_nvme_only(self) -> bool:
        """Say whether it has no SCSI controller."""
        return self.disk_controllers == ('NVMe',)


def parse_skus(
    skus: abc.Iterable[abc.Mapping[str, Any]], location: str
) -> dict[str, VmSize]:
    """Read the catalogue of one location.

    Sizes without vCPUs or memory told are left out: nothing could be
    decided about them.

    :param skus: the ``value`` of resourceSkus, all resource types
    :param location: short name; other locations' facts are ignored
    :returns: by name in lower case, since Azure ignores the case

    Source: Compute REST API, resource-skus/list, 2021-07-01.
    """
    sizes = {}
    for sku in skus:
        if str(sku.get('resourceType')).lower() != 'virtualmachines':
            continue
        locations = [str(name).lower() for name in sku.get('locations') or ()]
        size = _parse(sku, location.lower())
        if size is not None and location.lower() in locations:
            sizes[size.name.lower()] = size
    return sizes


def _parse(sku: abc.Mapping[str, Any], location: str) -> VmSize | None:
    capabilities = _capabilities(sku)
    vcpus = _integer(capabilities, 'vcpus')
    memory_mb = round(_number(capabilities, 'memorygb') * 1024)
    if not sku.get('name') or not vcpus or not memory_mb:
        return None
    info = _location_info(sku, location)
    restriction, restricted_zones = _restrictions(sku, location)

    def flag(name: str) -> bool:
        return capabilities.get(name, '').lower() == _TRUE

    return VmSize(
        name=str(sku['name']),
        family=str(sku.get('family') or ''),
        # constrained sizes: fewer vCPUs available than the hardware has
        vcpus=_integer(capabilities, 'vcpusavailable') or vcpus,
        memory_mb=memory_mb,
        max_nics=_integer(capabilities, 'maxnetworkinterfaces') or 1,
        max_data_disks=_integer(capabilities, 'maxdatadiskcount'),
        generations=_words(capabilities, 'hypervgenerations') or ('V1',),
        disk_controllers=_words(capabilities, 'diskcontrollertypes'),
        premium_io=flag('premiumio'),
        accelerated_networking=flag('acceleratednetworkingenabled'),
        ephemeral_os_disk=flag('ephemeralosdisksupported'),
        hibernation=flag('hibernationsupported'),
        spot=flag('lowprioritycapable'),
        trusted_launch_disabled=flag('trustedlaunchdisabled'),
        encryption_at_host=flag('encryptionathostsupported'),
        architecture=capabilities.get('cpuarchitecturetype') or 'x64',
        gpus=_integer(capabilities, 'gpus'),
        resource_disk_mb=_integer(capabilities, 'maxresourcevolumemb'),
        zones=tuple(sorted(str(z) for z in info.get('zones') or ())),
        restricted_zones=restricted_zones,
        restriction=restriction,
        ultra_zones=_zones_with(info, 'ultrassdavailable'),
    )


def _capabilities(holder: abc.Mapping[str, Any]) -> dict[str, str]:
    """Return name to value, names in lower case."""
    return {
        str(item.get('name')).lower(): str(item.get('value') or '')
        for item in holder.get('capabilities') or ()
    }


def _location_info(
    sku: abc.Mapping[str, Any], location: str
) -> abc.Mapping[str, Any]:
    for info in sku.get('locationInfo') or ():
        if str(info.get('location')).lower() == location:
            return dict(info)
    return {}


def _zones_with(
    info: abc.Mapping[str, Any], capability: str
) -> tuple[str, ...]:
    zones: set[str] = set()
    for detail in info.get('zoneDetails') or ():
        if _capabilities(detail).get(capability, '').lower() == _TRUE:
            # older documents spell it "name", the service sends "Name"
            zones.update(detail.get('Name') or detail.get('name') or ())
    return tuple(sorted(zones))


def _restrictions(
    sku: abc.Mapping[str, Any], location: str
) -> tuple[str | None, tuple[str, ...]]:
    """Return why the whole location is refused, and the refused zones."""
    reason = None
    zones: set[str] = set()
    for item in sku.get('restrictions') or ():
        info = item.get('restrictionInfo') or {}
        values = item.get('values') or info.get('locations') or ()
        if location not in [str(value).lower() for value in values]:
            continue
        if item.get('type') == 'Location':
            reason = str(item.get('reasonCode') or 'restricted')
        elif item.get('type') == 'Zone':
            zones.update(str(zone) for zone in info.get('zones') or ())
    return reason, tuple(sorted(zones))


def _words(capabilities: dict[str, str], name: str) -> tuple[str, ...]:
    words = capabilities.get(name, '').split(',')
    return tuple(word.strip() for word in words if word.strip())


def _number(capabilities: dict[str, str], name: str) -> float:
    try:
        return float(capabilities.get(name) or 0)
    except ValueError:
        return 0.0


def _integer(capabilities: dict[str, str], name: str) -> int:
    return int(_number(capabilities, name))
