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

"""What the parts of the managed disk model have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jacket_azure.disks import models
from jacket_azure.disks import places
from jacket_azure.disks.managed import facts
from jacket_azure.disks.managed import limits
from jacket_azure.disks.managed import owned
from jacket_azure.disks.managed import vhds
from jacket_azure.payload import disk as disk_payload
from jacket_azure.payload import disk_rules
from jacket_azure.payload import names
from jacket_azure.payload import tags


class Base:
    """Holds the client layer and what is known of Azure.

    :param conf: the ``[azure]`` options
    :param azure: the client layer
    """

    def __init__(self, conf: Any, azure: Any) -> None:
        self._azure = azure
        self._disks = owned.OwnedResources(azure.disks, 'disk', conf.owner)
        self._snapshots = owned.OwnedResources(
            azure.snapshots, 'snapshot', conf.owner
        )
        self._limits = limits.DiskLimits(azure)
        self._vhds = vhds.Vhds(conf, azure)

    @property
    def _outlives(self) -> bool:
        """Whether a machine can be told to leave a disk alone."""
        return bool(self._azure.cloud.capabilities.cascade_delete)

    @property
    def _closed(self) -> Mapping[str, str]:
        """Where the cloud knows who may use signed URLs, nobody may."""
        if self._azure.cloud.capabilities.disk_access_policies:
            return disk_payload.CLOSED
        return {}

    def disk_id(self, name: str) -> str:
        """Return the full id of a disk of ours."""
        return owned.id_of(self._azure, names.DISK, name)

    def delete_os_disk(self, uuid: str, name: str | None = None) -> bool:
        """Delete OS disks, see :class:`..interface.DiskModel`."""
        return places.delete(
            uuid, name, lambda one: self._delete_os_disk(uuid, one)
        )

    def _delete_os_disk(self, uuid: str, name: str) -> bool:
        # Azure gives a disk it makes with a machine the machine's tags
        found = self._disks.find(name)
        if found is None or tags.instance_uuid(found) != uuid:
            return False
        return self._disks.delete(name)

    def _snapshot_id(self, name: str) -> str:
        return owned.id_of(self._azure, names.SNAPSHOT, name)

    def check(self, size_gib: int, kind: models.Kind) -> None:
        """Refuse what cannot be made, see :class:`..interface.DiskModel`."""
        disk_rules.check(kind, size_gib, self._limits.of(kind.sku))

    def _create(
        self, spec: models.VolumeSpec, creation: dict[str, Any]
    ) -> models.Disk:
        """Make a disk of that content unless it is there."""
        self.check(spec.size_gib, spec.kind)
        option = creation['createOption']
        imported = option == 'Import'
        body = disk_payload.build(
            disk_payload.DiskSpec(
                location=self._azure.location,
                kind=spec.kind,
                creation=creation,
                tags=spec.tags,
                size_gib=spec.size_gib,
                access=self._closed,
                # what is made of a disk or image has them from there
                os_type=spec.os_type if imported else None,
                generation=spec.generation if imported else None,
                security_type=(
                    spec.security_type if option != 'Copy' else None
                ),
            )
        )
        return facts.disk_of(self._disks.create(spec.name, body))
