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
import dataclasses
import datetime

from jacket_azure.janitor import claims
from jacket_azure.janitor import facts
from jacket_azure.janitor import readings
from jacket_azure.payload import names
from jacket_azure.payload import tags

_SETTLED = frozenset({'succeeded', 'failed', 'canceled'})


@dataclasses.dataclass(frozen=True)
class Kind:
    """One kind of resource.

    :ivar collection: attribute of :class:`jacket_azure.arm.azure.Azure`, or
        of :class:`.page_blobs.PageBlobs`
    :ivar marks: values of the tag ``jacket-kind`` that mean it
    :ivar whose: what of OpenStack's the tag ``jacket-id`` is the id of
    :ivar uuid_of: the same id, by the resource's name; None when we never
        gave it that name. Without such a function the tag alone tells
    :ivar alone: tells by its name whether it is a call's own, so that no
        record of OpenStack's counts
    :ivar identity: property that no second resource has
    :ivar holder: what uses it, None when nothing does
    :ivar created: property with Azure's own time of creation; None where
        Azure has none, then the tag ``jacket-created`` counts
    :ivar changed: property with the time it last changed hands, if any
    :ivar is_one: further condition
    :ivar needs: capability of the cloud without which there are none
    :ivar conditional: Azure deletes it on the condition of an etag
    """

    name: str
    collection: str
    marks: frozenset[str]
    whose: str
    uuid_of: Callable[[str], str | None] | None
    identity: str
    holder: Callable[[readings.Body], str | None]
    created: str | None
    changed: str | None = None
    is_one: Callable[[readings.Body], bool] = bool
    needs: str | None = None
    conditional: bool = False
    alone: Callable[[str], bool] = lambda name: False

    def parse(self, body: readings.Body) -> facts.Found | None:
        """Read a resource as Azure shows it; None when it is none of this.

        Whatever is missing or odd makes it one that is never deleted.
        """
        if tags.get(body, tags.KIND) not in self.marks:
            return None
        if not self.is_one(body):
            return None
        properties = readings.properties(body)
        name = str(body.get('name', ''))
        identity = properties.get(self.identity)
        state = str(properties.get('provisioningState', '')).lower()
        return facts.Found(
            kind=self.name,
            whose=facts.NOBODY if self.alone(name) else self.whose,
            id=str(body.get('id', '')),
            name=name,
            owner=tags.get(body, tags.OWNER),
            host=tags.get(body, tags.HOST),
            uuid=self._uuid(body, name),
            identity=str(identity) if identity else None,
            etag=body.get('etag') if self.conditional else None,
            held_by=self.holder(body),
            settled=state in _SETTLED,
            reserved=tags.get(body, tags.KEEP) is not None,
            changed=self._changed(body, properties),
        )

    def _uuid(self, body: readings.Body, name: str) -> str | None:
        uuid = (tags.get(body, tags.ID) or '').lower()
        if self.uuid_of is not None and not self.alone(name):
            uuid = uuid if self.uuid_of(name) == uuid else ''
        return uuid or None

    def _changed(
        self, body: readings.Body, properties: readings.Body
    ) -> datetime.datetime | None:
        made = readings.parse_time(
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
        times = [readings.parse_time(value) for value in values if value]
        if None in times:
            return None
        return max([made, *(time for time in times if time)])


OS_DISK = Kind(
    name=tags.KIND_OS_DISK,
    collection='disks',
    # a disk that Azure makes with a machine gets the machine's tags
    marks=frozenset({tags.KIND_OS_DISK, tags.KIND_INSTANCE}),
    whose=facts.SERVER,
    uuid_of=names.parse_os_disk_name,
    identity='uniqueId',
    holder=readings.disk_holder,
    created='timeCreated',
    changed='LastOwnershipUpdateTime',
    is_one=lambda body: bool(readings.properties(body).get('osType')),
    needs='managed_disks',
)
NIC = Kind(
    name=tags.KIND_NIC,
    collection='network_interfaces',
    marks=frozenset({tags.KIND_NIC}),
    whose=facts.SERVER,
    uuid_of=readings.nic_uuid,
    identity='resourceGuid',
    holder=readings.nic_holder,
    created=None,
    conditional=True,
)

PUBLIC_IP = Kind(
    name=tags.KIND_PUBLIC_IP,
    collection='public_ip_addresses',
    marks=frozenset({tags.KIND_PUBLIC_IP}),
    whose=facts.SERVER,
    uuid_of=readings.nic_uuid,
    identity='resourceGuid',
    holder=readings.address_holder,
    created=None,
)
TEMPORARY = Kind(
    name=tags.KIND_TEMPORARY,
    collection='snapshots',
    marks=frozenset({tags.KIND_TEMPORARY}),
    whose=facts.NOBODY,
    uuid_of=None,
    identity='uniqueId',
    holder=readings.snapshot_holder,
    created='timeCreated',
    needs='managed_disks',
)
UPLOAD = Kind(
    name='upload',
    collection='disks',
    marks=frozenset({tags.KIND_TEMPORARY}),
    whose=facts.VOLUME,
    uuid_of=readings.volume_uuid,
    identity='uniqueId',
    holder=readings.upload_holder,
    alone=readings.is_temporary_name,
    created='timeCreated',
    changed='LastOwnershipUpdateTime',
    needs='managed_disks',
)
VOLUME = dataclasses.replace(
    UPLOAD,
    name=claims.KIND,
    alone=lambda name: False,
    marks=frozenset({tags.KIND_VOLUME}),
    holder=readings.disk_holder,
)
# The same where disks are page blobs. What Azure makes with a machine has no
# tags; what is made before it has, and is marked temporary until it is whole.
_BLOB_OS_DISK = dataclasses.replace(
    OS_DISK,
    collection='page_blob_os_disks',
    marks=frozenset({tags.KIND_OS_DISK, tags.KIND_TEMPORARY}),
    uuid_of=readings.os_disk_uuid,
    identity='identity',
    holder=readings.blob_holder,
    created='created',
    changed=None,
    is_one=bool,
    needs=None,
    conditional=True,
)
_BLOB_TEMPORARY = dataclasses.replace(
    TEMPORARY,
    collection='page_blob_snapshots',
    identity='identity',
    holder=readings.blob_holder,
    created='created',
    needs=None,
)
_BLOB_UPLOAD = dataclasses.replace(
    UPLOAD,
    collection='page_blobs',
    identity='identity',
    holder=readings.blob_holder,
    created='created',
    changed=None,
    needs=None,
    conditional=True,
)
_BLOB_VOLUME = dataclasses.replace(
    _BLOB_UPLOAD, name=VOLUME.name, marks=VOLUME.marks, alone=VOLUME.alone
)

ALL = (NIC, OS_DISK, PUBLIC_IP, TEMPORARY, UPLOAD, VOLUME)
BLOBS = (
    NIC,
    _BLOB_OS_DISK,
    PUBLIC_IP,
    _BLOB_TEMPORARY,
    _BLOB_UPLOAD,
    _BLOB_VOLUME,
)
NAMES = tuple(kind.name for kind in ALL)


def listed(
    wanted: Iterable[str], page_blobs: bool = False
) -> tuple[Kind, ...]:
    """Return the kinds to list for those that are wanted.

    Whether Cinder's answer can be believed shows by the disks of volumes,
    so they are listed with all that is a volume's.

    :param page_blobs: volumes are page blobs, not managed disks
    """
    chosen = set(wanted)
    if UPLOAD.name in chosen:
        chosen.add(VOLUME.name)
    return tuple(
        kind
        for kind in (BLOBS if page_blobs else ALL)
        if kind.name in chosen
    )
