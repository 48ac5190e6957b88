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
            entry.get('managedDisk') or {}
            for entry in (
                storage.get('osDisk') or {},
                *(storage.get('dataDisks') or ()),
            )
        ),
    ]
    return facts.Machine(
        owner=tags.get(vm, tags.OWNER),
        host=tags.get(vm, tags.HOST),
        uuid=names.parse_uuid(tags.get(vm, tags.ID) or ''),
        uses=frozenset(
            str(entry['id']).lower() for entry in entries if entry.get('id')
        ),
    )


def disk_holder(body: Body) -> str | None:
    """Return what uses a disk, None when nothing does.

    Source: Disk REST API, Disk: managedBy, managedByExtended, shareInfo,
    DiskState.
    """
    details = properties(body)
    for holders in (
        body.get('managedBy'),
        body.get('managedByExtended'),
        details.get('shareInfo'),
    ):
        if holders:
            return str(holders)
    # being written to or read from through a signed URL, for example
    state = str(details.get('diskState', 'unknown'))
    return None if state.lower() == _UNATTACHED else f'state {state}'


def nic_holder(body: Body) -> str | None:
    """Return what uses a network interface, None when nothing does.

    Source: Network REST API, NetworkInterfacePropertiesFormat.
    """
    details = properties(body)
    for holder in (
        'virtualMachine',
        'privateEndpoint',
        'privateLinkService',
        'hostedWorkloads',
        'tapConfigurations',
    ):
        if details.get(holder):
            return f'{holder} {details[holder]}'
    return None


def nic_uuid(name: str) -> str | None:
    """Return the server an interface of this name is made for, or None."""
    parsed = names.parse_nic_name(name)
    return parsed.uuid if parsed else None
