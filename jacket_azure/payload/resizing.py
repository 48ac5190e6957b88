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
"""Whether a virtual machine that exists can get another size.

Azure refuses most of this as well, but some of it only when the machine is
stopped already, and in words that no user of OpenStack can make sense of.
"""

from __future__ import annotations

from collections import abc
from dataclasses import dataclass
from typing import Any

from jacket_azure import exceptions
from jacket_azure.payload import checks
from jacket_azure.payload import data_disk
from jacket_azure.payload import images
from jacket_azure.payload import security as securities
from jacket_azure.payload import vm_sizes

_ULTRA = 'UltraSSD_LRS'


@dataclass(frozen=True)
class Machine:
    """What binds a machine to its size.

    :param os_disk_sku: and *data_disk_skus*: None where Azure does not tell
    :param generation: None where Azure does not tell
    :param controller: ``SCSI`` or ``NVMe``
    """

    zone: str | None
    nics: int
    os_disk_sku: str | None
    data_disk_skus: tuple[str | None, ...]
    generation: str | None
    controller: str
    security_type: str
    spot: bool
    ultra: bool
    hibernation: bool
    host_encryption: bool


@dataclass(frozen=True)
class Wish:
    """What the new flavor says besides the size; None where it does not.

    :param ephemeral: it has ephemeral or swap disks
    """

    zone: str | None = None
    os_disk_sku: str | None = None
    security_type: str | None = None
    spot: bool = False
    ephemeral: bool = False


def parse(vm: abc.Mapping[str, Any]) -> Machine:
    """Read a virtual machine as read with its instance view.

    Source: Compute REST API 2026-04-01, VirtualMachine.
    """
    properties = vm['properties']
    storage = data_disk.profile_of(vm)
    security = properties.get('securityProfile') or {}
    extras = properties.get('additionalCapabilities') or {}
    network = properties.get('networkProfile') or {}
    view = properties.get('instanceView') or {}
    return Machine(
        zone=next(iter(vm.get('zones') or ()), None),
        nics=len(network.get('networkInterfaces') or ()),
        os_disk_sku=_sku(storage['osDisk']),
        data_disk_skus=tuple(
            _sku(entry) for entry in storage.get('dataDisks') or ()
        ),
        generation=view.get('hyperVGeneration'),
        controller=storage.get('diskControllerType') or 'SCSI',
        security_type=security.get('securityType') or securities.STANDARD,
        spot=properties.get('priority') in ('Spot', 'Low'),
        ultra=bool(extras.get('ultraSSDEnabled')),
        hibernation=bool(extras.get('hibernationEnabled')),
        host_encryption=bool(security.get('encryptionAtHost')),
    )


def check_wish(machine: Machine, wish: Wish) -> None:
    """Refuse a flavor that wants what a machine is made with, and keeps.

    :raises InvalidRequest: with one sentence for the user
    """
    for problem in _wishes(machine, wish):
        raise exceptions.InvalidRequest(problem)


def check(
    machine: Machine,
    old: vm_sizes.VmSize | None,
    new: vm_sizes.VmSize,
) -> None:
    """Refuse another size for a machine.

    :param old: None when the region has the present size no more
    :raises InvalidRequest: with one sentence for the user
    """
    checks.check(
        checks.Request(
            size=new,
            image=images.ImageFacts(
                generation=machine.generation,
                architecture=old.architecture if old else None,
            ),
            nics=machine.nics,
            data_disks=len(machine.data_disk_skus),
            zone=machine.zone,
            security=securities.Security(machine.security_type),
            os_disk_sku=machine.os_disk_sku or '',
            spot=machine.spot,
        )
    )
    for problem in (*_disks(machine, old, new), *_features(machine, new)):
        raise exceptions.InvalidRequest(problem)


def check_accelerated_networking(
    new: vm_sizes.VmSize, nics: abc.Iterable[abc.Mapping[str, Any]]
) -> None:
    """Refuse a size for network interfaces that are accelerated.

    :param nics: as read
    :raises InvalidRequest: with one sentence for the user
    """
    if new.accelerated_networking:
        return
    for nic in nics:
        if nic['properties'].get('enableAcceleratedNetworking'):
            raise exceptions.InvalidRequest(
                f'The VM size {new.name} has no accelerated networking, '
                f'which the network interfaces of this server use.'
            )


def _wishes(machine: Machine, wish: Wish) -> abc.Iterator[str]:
    if wish.ephemeral:
        yield checks.NO_EPHEMERAL
    if wish.zone is not None and wish.zone != machine.zone:
        yield (
            f'The flavor is for zone {wish.zone}, and a server cannot leave '
            f'{"zone " + machine.zone if machine.zone else "its region"}.'
        )
    if wish.spot != machine.spot:
        yield (
            f'The flavor is {"" if wish.spot else "not "}for Spot machines, '
            f'and Azure does not change that of a server.'
        )
    security = wish.security_type
    if security is not None and security != machine.security_type:
        yield (
            f'The flavor wants the security type {security}, and a resize '
            f'keeps {machine.security_type}.'
        )
    sku = wish.os_disk_sku
    if sku is not None and machine.os_disk_sku not in (None, sku):
        yield (
            f'The flavor wants an OS disk of the kind {sku}, and a resize '
            f'keeps {machine.os_disk_sku}.'
        )


def _disks(
    machine: Machine, old: vm_sizes.VmSize | None, new: vm_sizes.VmSize
) -> abc.Iterator[str]:
    if old is not None and bool(old.resource_disk_mb) != bool(
        new.resource_disk_mb
    ):
        words = ('no temporary disk', 'a temporary disk')
        yield (
            f'Azure does not resize between VM sizes with and without a '
            f'temporary disk; {old.name} has '
            f'{words[bool(old.resource_disk_mb)]}, {new.name} has '
            f'{words[bool(new.resource_disk_mb)]}.'
        )
    if machine.controller not in (new.disk_controllers or ('SCSI',)):
        yield (
            f'The disks of this server are on {machine.controller}, which '
            f'the VM size {new.name} does not have.'
        )
    for sku in machine.data_disk_skus:
        if sku and sku.startswith('Premium') and not new.premium_io:
            yield (
                f'The VM size {new.name} has no premium storage, which an '
                f'attached volume of the kind {sku} needs.'
            )


def _features(
    machine: Machine, new: vm_sizes.VmSize
) -> abc.Iterator[str]:
    ultra = machine.ultra or _ULTRA in machine.data_disk_skus
    if ultra and machine.zone not in new.ultra_zones:
        yield (
            f'The VM size {new.name} takes no ultra disks here, which this '
            f'server can have.'
        )
    if machine.hibernation and not new.hibernation:
        yield (
            f'The VM size {new.name} cannot hibernate, and this server was '
            f'made to.'
        )
    if machine.host_encryption and not new.encryption_at_host:
        yield (
            f'The VM size {new.name} has no encryption at host, which this '
            f'server uses.'
        )


def _sku(entry: abc.Mapping[str, Any]) -> str | None:
    found = (entry.get('managedDisk') or {}).get('storageAccountType')
    return str(found) if found else None
