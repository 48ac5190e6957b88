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

"""The kinds of resources that janitors may delete, and how to read them.

A kind is a declaration: where it is listed, which tag marks it, what counts
as being in use, when it was made, and whose OpenStack id it carries. What is
of no kind is never deleted.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
import dataclasses
import datetime
from typing import Any

from jacket_azure.janitor import facts
from jacket_azure.payload import names
from jacket_azure.payload import tags

Body = Mapping[str, Any]

SERVER = 'server'
_SETTLED = frozenset({'succeeded', 'failed', 'canceled'})
_UNATTACHED = 'unattached'


@dataclasses.dataclass(frozen=True)
class Kind:
    """One kind of resource.

    :ivar collection: attribute of :class:`jacket_azure.arm.azure.Azure`
    :ivar marks: values of the tag ``jacket-kind`` that mean it
    :ivar whose: which of OpenStack's ids the tag ``jacket-id`` holds
    :ivar uuid_of: the same id, by the resource's name; None when we never
        gave it that name
    :ivar identity: property that no second resource has
    :ivar holder: what uses it, None when nothing does
    :ivar created: property with Azure's own time of creation; None where
        Azure has none, then the tag ``jacket-created`` counts
    :ivar changed: property with the time it last changed hands, if any
    :ivar is_one: further condition
    :ivar needs: capability of the cloud without which there are none
    """

    name: str
    title: str
    collection: str
    marks: frozenset[str]
    whose: str
    uuid_of: Callable[[str], str | None]
    identity: str
    holder: Callable[[Body], str | None]
    created: str | None
    changed: str | None = None
    is_one: Callable[[Body], bool] = bool
    needs: str | None = None

    def parse(self, body: Body) -> facts.Found | None:
        """Read a resource as Azure shows it; None when it is none of this.

        Whatever is missing or odd makes it one that is never deleted.
        """
        if tags.get(body, tags.KIND) not in self.marks:
            return None
        if not self.is_one(body):
            return None
        properties = _properties(body)
        name = str(body.get('name', ''))
        identity = properties.get(self.identity)
        state = str(properties.get('provisioningState', '')).lower()
        return facts.Found(
            kind=self.name,
            id=str(body.get('id', '')),
            name=name,
            owner=tags.get(body, tags.OWNER),
            host=tags.get(body, tags.HOST),
            uuid=self._uuid(body, name),
            identity=str(identity) if identity else None,
            etag=body.get('etag'),
            held_by=self.holder(body),
            settled=state in _SETTLED,
            reserved=tags.get(body, tags.KEEP) is not None,
            changed=self._changed(body, properties),
        )

    def _uuid(self, body: Body, name: str) -> str | None:
        uuid = (tags.get(body, tags.ID) or '').lower()
        return uuid if uuid and self.uuid_of(name) == uuid else None

    def _changed(
        self, body: Body, properties: Body
    ) -> datetime.datetime | None:
        made = parse_time(
            properties.get(self.created)
            if self.created
            else tags.get(body, tags.CREATED)
        )
        if made is None or self.changed is None:
            return made
        # the Disk API spells it with a small l in its documents and with a
        # capital one in its answers
        values = [
            value
            for key, value in properties.items()
            if key.lower() == self.changed.lower()
        ]
        times = [parse_time(value) for value in values if value]
        if None in times:
            return None
        return max([made, *(time for time in times if time)])


def parse_time(text: Any) -> datetime.datetime | None:
    """Read an ISO 8601 time with a zone; None when it is none."""
    try:
        found = datetime.datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def parse_machine(vm: Body) -> facts.Machine:
    """Read what a virtual machine uses, whoever made it."""
    properties = _properties(vm)
    storage = properties.get('storageProfile') or {}
    network = properties.get('networkProfile') or {}
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


def _disk_holder(body: Body) -> str | None:
    properties = _properties(body)
    for holders in (
        body.get('managedBy'),
        body.get('managedByExtended'),
        properties.get('shareInfo'),
    ):
        if holders:
            return str(holders)
    # being written to or read from through a signed URL, for example
    state = str(properties.get('diskState', 'unknown'))
    return None if state.lower() == _UNATTACHED else f'state {state}'


def _nic_holder(body: Body) -> str | None:
    properties = _properties(body)
    for holder in (
        'virtualMachine',
        'privateEndpoint',
        'privateLinkService',
        'hostedWorkloads',
        'tapConfigurations',
    ):
        if properties.get(holder):
            return f'{holder} {properties[holder]}'
    return None


def _nic_uuid(name: str) -> str | None:
    parsed = names.parse_nic_name(name)
    return parsed.uuid if parsed else None


def _properties(body: Body) -> Body:
    return body.get('properties') or {}


OS_DISK = Kind(
    name=tags.KIND_OS_DISK,
    title='OS disks',
    collection='disks',
    # a disk that Azure makes with a machine gets the machine's tags
    marks=frozenset({tags.KIND_OS_DISK, tags.KIND_INSTANCE}),
    whose=SERVER,
    uuid_of=names.parse_uuid,
    identity='uniqueId',
    holder=_disk_holder,
    created='timeCreated',
    changed='LastOwnershipUpdateTime',
    is_one=lambda body: bool(_properties(body).get('osType')),
    needs='managed_disks',
)
NIC = Kind(
    name=tags.KIND_NIC,
    title='network interfaces',
    collection='network_interfaces',
    marks=frozenset({tags.KIND_NIC}),
    whose=SERVER,
    uuid_of=_nic_uuid,
    identity='resourceGuid',
    holder=_nic_holder,
    created=None,
)

ALL = (NIC, OS_DISK)
NAMES = tuple(kind.name for kind in ALL)


def named(wanted: Iterable[str]) -> tuple[Kind, ...]:
    """Return the kinds of these names, in the order they are swept."""
    chosen = set(wanted)
    return tuple(kind for kind in ALL if kind.name in chosen)
