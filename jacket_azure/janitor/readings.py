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

"""Readings of Azure's JSON that all kinds need."""

from __future__ import annotations

from collections.abc import Mapping
import datetime
from typing import Any

from jacket_azure.janitor import facts
from jacket_azure.payload import names
from jacket_azure.payload import tags

Body = Mapping[str, Any]

_UNATTACHED = 'unattached'
# Azure refuses to delete what a signed URL is out for
_UPLOADING = ('readytoupload', 'activeupload')
_BLOB_SUFFIX = '.vhd'
_TEMPORARY = 'temporary-'


def properties(body: Body) -> Body:
    """Return the properties, which may be missing."""
    return body.get('properties') or {}


def parse_time(text: Any) -> datetime.datetime | None:
    """Read an ISO 8601 time with a zone; None when it is none."""
    try:
        found = datetime.datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def parse_machine(vm: Body) -> facts.Machine:
    """Read what a virtual machine uses, whoever made it."""
    details = properties(vm)
    storage = details.get('storageProfile') or {}
    network = details.get('networkProfile') or {}
    entries = [
        *(network.get('networkInterfaces') or ()),
        *(
            entry.get(place) or {}
            for entry in (
                storage.get('osDisk') or {},
                *(storage.get('dataDisks') or ()),
            )
            for place in ('managedDisk', 'vhd')
        ),
    ]
    return facts.Machine(
        owner=tags.get(vm, tags.OWNER),
        host=tags.get(vm, tags.HOST),
        uuid=names.parse_uuid(tags.get(vm, tags.ID) or ''),
        uses=frozenset(
            str(entry[key]).lower()
            for entry in entries
            for key in ('id', 'uri')
            if entry.get(key)
        ),
    )


def disk_holder(body: Body) -> str | None:
    """Return what uses a disk, None when nothing does.

    Source: Disk REST API, Disk: managedBy, managedByExtended, shareInfo,
    DiskState.
    """
    state = str(properties(body).get('diskState', 'unknown'))
    if state.lower() == _UNATTACHED:
        return _disk_user(body)
    # being written to or read from through a signed URL, for example
    return _disk_user(body) or f'state {state}'


def upload_holder(body: Body) -> str | None:
    """Return what uses a disk that may be unfinished."""
    state = str(properties(body).get('diskState', 'unknown'))
    if state.lower() in _UPLOADING:
        return _disk_user(body)
    return disk_holder(body)


def snapshot_holder(body: Body) -> str | None:
    """Return what uses a snapshot, None when nothing does.

    Source: Disk REST API, Snapshot: diskState, completionPercent.
    """
    percent = properties(body).get('completionPercent')
    if percent is not None and percent < 100:
        return f'a copy, of which {percent} percent are there'
    return disk_holder(body)


def _disk_user(body: Body) -> str | None:
    details = properties(body)
    for holders in (
        body.get('managedBy'),
        body.get('managedByExtended'),
        details.get('shareInfo'),
    ):
        if holders:
            return str(holders)
    return None


def nic_holder(body: Body) -> str | None:
    """Return what uses a network interface, None when nothing does.

    Source: Network REST API, NetworkInterfacePropertiesFormat.
    """
    return _holder(
        body,
        'virtualMachine',
        'privateEndpoint',
        'privateLinkService',
        'hostedWorkloads',
        'tapConfigurations',
    )


def address_holder(body: Body) -> str | None:
    """Return what uses a public address, None when nothing does.

    Source: Network REST API, PublicIPAddressPropertiesFormat.
    """
    return _holder(
        body,
        'ipConfiguration',
        'natGateway',
        'linkedPublicIPAddress',
        'servicePublicIPAddress',
    )


def _holder(body: Body, *users: str) -> str | None:
    """Return the first of these properties that says anything."""
    details = properties(body)
    for name in users:
        if details.get(name):
            return f'{name} {details[name]}'
    return None


def blob_holder(body: Body) -> str | None:
    """Return what uses a page blob: a lease does not tell who has it."""
    return properties(body).get('heldBy')


def volume_uuid(name: str) -> str | None:
    """Return the volume a disk of this name was made for, or None.

    :param name: a managed disk's, or a blob's path
    """
    parsed = names.parse_volume_name(_short(name))
    return parsed.uuid if parsed else None


def os_disk_uuid(name: str) -> str | None:
    """Return the server that boots from a disk of this name; as above."""
    return names.parse_os_disk_name(_short(name))


def _short(name: str) -> str:
    return name.rpartition('/')[2].removesuffix(_BLOB_SUFFIX)


def is_temporary_name(name: str) -> bool:
    """Tell whether only a call that has ended can want what is named so.

    :param name: a managed disk's, or a blob's path
    """
    return name.rpartition('/')[2].lower().startswith(_TEMPORARY)


def nic_uuid(name: str) -> str | None:
    """Return the server an interface of this name is made for, or None."""
    parsed = names.parse_nic_name(name)
    return parsed.uuid if parsed else None
