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

"""Resource SKUs, and vmSizes, the short form of them.

Source: Skus REST API 2021-07-01, resource-skus/list; Compute REST API,
virtual-machine-sizes.
"""

from __future__ import annotations

from collections.abc import Iterable
import functools
import re
from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import profiles
from jacket_azure.emulator.compute import disk_catalogue
from jacket_azure.emulator.compute import sizes
from jacket_azure.emulator.router import ArmRequest
from jacket_azure.emulator.router import ArmResponse
from jacket_azure.emulator.router import route

if TYPE_CHECKING:
    from jacket_azure.emulator import server

SUBSCRIPTION = '/subscriptions/{sub}/providers/Microsoft.Compute'


@functools.cache
def _capabilities(name: str) -> list[dict[str, str]]:
    size = sizes.by_name()[name.lower()]
    values: dict[str, Any] = {
        'MaxResourceVolumeMB': size.temp_mb,
        'OSVhdSizeMB': 1047552,
        'vCPUs': size.vcpus,
        'MemoryPreservingMaintenanceSupported': True,
        'HyperVGenerations': size.generations,
        'DiskControllerTypes': size.controllers,
        'MemoryGB': f'{size.memory_gb:g}',
        'MaxDataDiskCount': size.disks,
        'CpuArchitectureType': size.architecture,
        'LowPriorityCapable': True,
        'HibernationSupported': size.hibernation,
        'PremiumIO': size.premium,
        'VMDeploymentTypes': 'IaaS',
        'vCPUsAvailable': size.vcpus_available or size.vcpus,
        'vCPUsPerCore': 2 if size.vcpus > 1 else 1,
        'UncachedDiskIOPS': size.iops,
        'EphemeralOSDiskSupported': size.ephemeral,
        'EncryptionAtHostSupported': True,
        'CapacityReservationSupported': False,
        'AcceleratedNetworkingEnabled': size.accelerated,
        'RdmaEnabled': False,
        'MaxNetworkInterfaces': size.nics,
    }
    if size.ephemeral:
        values['CachedDiskBytes'] = size.temp_mb * 1024 ** 2
    if not size.trusted:
        values['TrustedLaunchDisabled'] = True
    if size.gpus:
        values['GPUs'] = size.gpus
    return [{'name': key, 'value': str(value)}
            for key, value in values.items()]


def _restrictions(emulator: server.Emulator, size: sizes.Size,
                  location: str) -> list[dict[str, Any]]:
    rule = sizes.restriction(emulator, size, location)
    if rule is None:
        return []
    info = {'locations': [location],
            'zones': rule.get('zones', profiles.zones(emulator, location))}
    zonal = {'type': 'Zone', 'values': [location], 'restrictionInfo': info,
             'reasonCode': rule['reason']}
    if 'zones' in rule:
        return [zonal]
    regional = {'type': 'Location', 'values': [location],
                'restrictionInfo': {'locations': [location]},
                'reasonCode': rule['reason']}
    if not profiles.zones(emulator, location):
        return [regional]
    return [regional, zonal]


def _sku(emulator: server.Emulator, size: sizes.Size,
         location: str) -> dict[str, Any]:
    details = [{'Name': [zone], 'capabilities': [
        {'name': 'UltraSSDAvailable', 'value': 'True'}]}
        for zone in profiles.zones(emulator, location)] if size.ultra else []
    return {
        'resourceType': 'virtualMachines', 'name': size.name,
        'tier': size.name.split('_')[0],
        'size': size.name.partition('_')[2], 'family': size.family,
        'locations': [location],
        'locationInfo': [{
            'location': location, 'zoneDetails': details,
            'zones': profiles.zones(emulator, location)}],
        'capabilities': _capabilities(size.name),
        'restrictions': _restrictions(emulator, size, location)}


@route('GET', SUBSCRIPTION + '/skus')
def list_skus(request: ArmRequest) -> ArmResponse:
    """All kinds of SKUs, of one region when ``$filter`` says so."""
    wanted = request.query.get('$filter')
    if wanted:
        found = re.fullmatch(r"\s*location eq '([^']+)'\s*", wanted)
        if found is None:
            raise errors.ArmError(
                400, 'InvalidFilter',
                f"The filter '{wanted}' is not supported. Only "
                f"\"location eq '...'\" is.")
        places = [found.group(1).lower().replace(' ', '')]
    else:
        places = sorted({*sizes.locations(), request.emulator.location})
    value: list[dict[str, Any]] = []
    for place in places:
        value.extend(disk_catalogue.rows(request.emulator, place))
        value.extend(_sku(request.emulator, size, place)
                     for size in sizes.by_name().values())
    return ArmResponse(body={'value': value})


def _brief(size: sizes.Size) -> dict[str, Any]:
    return {'name': size.name, 'numberOfCores': size.vcpus,
            'osDiskSizeInMB': 1047552, 'resourceDiskSizeInMB': size.temp_mb,
            'memoryInMB': int(size.memory_gb * 1024),
            'maxDataDiskCount': size.disks}


@route('GET', SUBSCRIPTION + '/locations/{location}/vmSizes')
def list_sizes(request: ArmRequest) -> ArmResponse:
    """The short form of the catalogue; restrictions do not show here."""
    return ArmResponse(body={
        'value': [_brief(size) for size in sizes.by_name().values()]})


@route('GET', '/subscriptions/{sub}/resourceGroups/{rg}/providers'
              '/Microsoft.Compute/virtualMachines/{name}/vmSizes')
def list_sizes_of_machine(request: ArmRequest) -> ArmResponse:
    """The sizes a VM could take now: those that boot its generation."""
    vm = request.resource()
    return ArmResponse(body={'value': available(
        request.emulator, vm.location, vm.body.get('zones') or (),
        vm.private.get('generation', 'V1'))})


def available(emulator: server.Emulator, location: str,
              zones: Iterable[str] = (),
              generation: str | None = None) -> list[dict[str, Any]]:
    """The sizes to be had there, in their short form.

    :param generation: V1 or V2 when they have to boot it
    """
    return [_brief(size) for size in sizes.by_name().values()
            if generation in (None, *size.generations.split(','))
            and not sizes.forbidden(emulator, size, location, zones)]


def reset(emulator: server.Emulator) -> None:
    """Have the catalogue of the beginning again."""
    sizes.reset(emulator)
