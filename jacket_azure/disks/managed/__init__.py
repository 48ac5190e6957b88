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

"""Disks as managed disks."""

from __future__ import annotations

from typing import Any

from jacket_azure.disks import interface
from jacket_azure.disks import models
from jacket_azure.disks.managed import boots
from jacket_azure.disks.managed import entries
from jacket_azure.disks.managed import pools
from jacket_azure.disks.managed import snapshots
from jacket_azure.disks.managed import volumes


class ManagedDisks(
    volumes.Volumes,
    snapshots.Snapshots,
    pools.Pools,
    boots.Boots,
    interface.DiskModel,
):
    """The model for clouds with managed disks."""

    @property
    def grows_attached(self) -> bool:
        return True

    def describe_os_disk(self, spec: models.OsDiskSpec) -> dict[str, Any]:
        return entries.os_disk(spec)

    def describe_boot_volume(
        self, disk_id: str, os_type: str, caching: str | None
    ) -> dict[str, Any]:
        return entries.boot_volume(
            disk_id, os_type, caching, self._outlives
        )

    def describe_data_disk(
        self, disk_id: str, lun: int, caching: str | None
    ) -> dict[str, Any]:
        return entries.data_disk(
            disk_id, lun, caching, self._outlives
        )


def connect(conf: Any, azure: Any) -> ManagedDisks:
    """Return the model for one deployment; nothing is sent yet.

    :param conf: the ``[azure]`` options
    :param azure: the client layer
    """
    return ManagedDisks(conf, azure)
