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

"""Names of what we make, and the ARM ids they are part of.

Every name derives from an OpenStack id, so that a process that knows the
instance finds all of its parts again without a list and without a record.
"""

from __future__ import annotations

import hashlib
import re
from typing import NamedTuple

from jacket_azure import exceptions
from jacket_azure.mapping.resource_id import ResourceId
from jacket_azure.mapping.resource_id import parse as _parse
from jacket_azure.mapping.resource_id import same_id as same_id

VIRTUAL_MACHINE = 'Microsoft.Compute/virtualMachines'
DISK = 'Microsoft.Compute/disks'
SNAPSHOT = 'Microsoft.Compute/snapshots'
IMAGE = 'Microsoft.Compute/images'
STORAGE_ACCOUNT = 'Microsoft.Storage/storageAccounts'
NETWORK_INTERFACE = 'Microsoft.Network/networkInterfaces'
PUBLIC_IP_ADDRESS = 'Microsoft.Network/publicIPAddresses'
NETWORK_SECURITY_GROUP = 'Microsoft.Network/networkSecurityGroups'
VIRTUAL_NETWORK = 'Microsoft.Network/virtualNetworks'
SUBNET = 'Microsoft.Network/virtualNetworks/subnets'

_UUID = r'[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
_IS_UUID = re.compile(_UUID)
_OS_DISK = re.compile(rf'(?P<uuid>{_UUID})(-b|-rescue)?')
_NIC = re.compile(rf'(?P<uuid>{_UUID})(-(?P<port>{_UUID}))?')
_VOLUME = re.compile(rf'volume-(?P<uuid>{_UUID})(-(?P<generation>[a-z0-9]+))?')
_SNAPSHOT = re.compile(rf'snapshot-(?P<uuid>{_UUID})')
_KEY = re.compile(r'[0-9a-f]{32}')
_GENERATION = re.compile(r'[a-z0-9]{0,16}')
_NOT_HOSTNAME = re.compile(r'[^a-z0-9-]+')

# Azure "Naming rules and restrictions": disks and network interfaces 80
_MAX_NAME = 80
_NAME = re.compile(r'[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9_])?')
_MAX_COMPUTER_NAME = {'windows': 15, 'linux': 64}


class NicName(NamedTuple):
    """What a network interface's name tells.

    :param port_id: None for the primary one, which is named by the instance
    """

    uuid: str
    port_id: str | None


class VolumeName(NamedTuple):
    """What the name of a volume's disk tells.

    :param generation: empty for the disk that was made first
    """

    uuid: str
    generation: str


def vm_name(uuid: str) -> str:
    """Return the virtual machine's name for an instance."""
    return _checked_uuid(uuid)


def os_disk_name(uuid: str) -> str:
    """Return the name of the OS disk that an instance is made with."""
    return _checked_uuid(uuid)


def os_disk_names(uuid: str) -> tuple[str, str]:
    """Return the two places of an instance's OS disk.

    The machine has one; a rebuild makes the next disk in the other.
    """
    return os_disk_name(uuid), f'{os_disk_name(uuid)}-b'


def rescue_disk_name(uuid: str) -> str:
    """Return the name of the disk that an instance is rescued with."""
    return f'{os_disk_name(uuid)}-rescue'


def boot_disk_names(uuid: str) -> tuple[str, ...]:
    """Return all names that what an instance boots from may have."""
    return *os_disk_names(uuid), rescue_disk_name(uuid)


def parse_os_disk_name(name: str) -> str | None:
    """Return whose OS or rescue disk this is, None when not named by us."""
    found = _OS_DISK.fullmatch(name.lower())
    return found['uuid'] if found else None


def nic_name(uuid: str, port_id: str, primary: bool) -> str:
    """Return the network interface's name for one port of an instance.

    The primary one carries the instance's name alone, as operators of the
    first design expect; 73 characters at most, of 80.
    """
    if primary:
        return _checked_uuid(uuid)
    return f'{_checked_uuid(uuid)}-{_checked_uuid(port_id)}'


def parse_nic_name(name: str) -> NicName | None:
    """Return whose network interface this is, None when not named by us."""
    found = _NIC.fullmatch(name.lower())
    return NicName(found['uuid'], found['port']) if found else None


def parse_uuid(name: str) -> str | None:
    """Return the uuid a virtual machine or disk is named by, or None."""
    lower = name.lower()
    return lower if _IS_UUID.fullmatch(lower) else None


def volume_name(uuid: str, generation: str = '') -> str:
    """Return the disk's name for a volume.

    :param generation: at most 16 letters and digits that tell a later disk
        of the same volume from the first, as after a revert
    """
    if not _GENERATION.fullmatch(generation):
        raise ValueError(f'{generation!r} is not up to 16 of a-z and 0-9')
    name = f'volume-{_checked_uuid(uuid)}'
    return f'{name}-{generation}' if generation else name


def parse_volume_name(name: str) -> VolumeName | None:
    """Return whose disk this is, None when it is not named by us."""
    found = _VOLUME.fullmatch(name.lower())
    if found is None:
        return None
    return VolumeName(found['uuid'], found['generation'] or '')


def snapshot_name(uuid: str) -> str:
    """Return the name in Azure of a Cinder snapshot."""
    return f'snapshot-{_checked_uuid(uuid)}'


def parse_snapshot_name(name: str) -> str | None:
    """Return whose snapshot this is, None when it is not named by us."""
    found = _SNAPSHOT.fullmatch(name.lower())
    return found['uuid'] if found else None


def cached_image_name(key: str) -> str:
    """Return the name in Azure of an image whose bytes came from Glance.

    :param key: 32 hexadecimal digits
    """
    return f'image-{_checked_key(key)}'


def temporary_name(key: str) -> str:
    """Return the name of what is deleted before a call ends.

    :param key: 32 hexadecimal digits
    """
    return f'temporary-{_checked_key(key)}'


def is_valid_name(name: str) -> bool:
    """Say whether Azure accepts *name* for a disk or network interface."""
    return len(name) <= _MAX_NAME and bool(_NAME.fullmatch(name))


def resource_id(
    subscription: str, group: str, type_: str, *names: str
) -> str:
    """Build a full ARM id.

    :param type_: e.g. ``Microsoft.Network/virtualNetworks/subnets``
    :param names: one for each part of the type after the namespace
    """
    namespace, *types = type_.split('/')
    if len(types) != len(names):
        raise ValueError(f'{type_} needs {len(types)} names, got {names}')
    return str(
        ResourceId(subscription, group, namespace, tuple(types), names)
    )


def parse_resource_id(text: str) -> ResourceId:
    """Take a full ARM id apart.

    :raises ValueError: *text* is none
    """
    return _parse(text)


def full_id(
    subscription: str, group: str, type_: str, name_or_id: str
) -> str:
    """Return *name_or_id* as a full id; a name is one in our own group."""
    if name_or_id.startswith('/'):
        return str(_parse(name_or_id))
    return resource_id(subscription, group, type_, name_or_id)


def subnet_id(
    subscription: str, group: str, virtual_network: str, subnet: str
) -> str:
    """Return the full id of a subnet.

    :param virtual_network: name (in *group*) or full ARM id
    """
    network = full_id(subscription, group, VIRTUAL_NETWORK, virtual_network)
    return str(_parse(network).child('subnets', subnet))


def computer_name(hostname: str | None, uuid: str, os_type: str) -> str:
    """Return the name the guest knows itself by; the same on every call.

    A hostname that fits is kept. One that must be cut keeps its beginning
    and ends with a digest of the uuid, so that servers whose names begin
    alike stay different.

    :param hostname: ``instance.hostname``; may be empty
    :param os_type: ``windows`` allows 15 characters and not only digits,
        ``linux`` 64

    Source: Compute REST API 2026-04-01, OSProfile.computerName.
    """
    limit = _MAX_COMPUTER_NAME[os_type]
    short = (hostname or '').split('.')[0].lower()
    clean = _NOT_HOSTNAME.sub('-', short).strip('-')
    fits = 0 < len(clean) <= limit
    if fits and not (os_type == 'windows' and clean.isdigit()):
        return clean
    digest = hashlib.sha256(uuid.encode()).hexdigest()[:6]
    # a letter in front of the digest: never digits alone
    tail = f'h{digest}'
    head = clean[: limit - len(tail) - 1].strip('-')
    return f'{head}-{tail}' if head else tail


def _checked_uuid(text: str) -> str:
    lower = str(text).lower()
    if not _IS_UUID.fullmatch(lower):
        raise exceptions.InvalidRequest(
            f'{text!r} is no UUID; names on Azure derive from UUIDs only.'
        )
    return lower


def _checked_key(key: str) -> str:
    if not _KEY.fullmatch(key):
        raise ValueError(f'{key!r} is not 32 hexadecimal digits')
    return key
