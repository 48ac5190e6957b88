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


"""The disks of a new machine, before any of them is made."""

from __future__ import annotations

import dataclasses
from typing import Any

from jacket_azure.disks import models as disks
from jacket_azure.nova import backend as backends
from jacket_azure.nova import choices
from jacket_azure.nova import guest
from jacket_azure.nova import os_disks
from jacket_azure.payload import checks
from jacket_azure.payload import data_disk


class DiskPlans:
    """Says what a virtual machine is told of its disks."""

    def __init__(self, backend: backends.Backend) -> None:
        self._backend = backend
        self._disks = backend.disks

    def os_disk(
        self, instance: Any, choice: choices.Choice
    ) -> dict[str, Any]:
        """Return ``storageProfile.osDisk``; empty while it is to be made."""
        request, volume = choice.request, choice.volumes.boot
        if volume is not None:
            return self._disks.describe_boot_volume(
                volume.disk_id,
                guest.known_os_type(request.image.os_type).capitalize(),
                volume.host_caching,
            )
        if choice.boots.is_prepared:
            return {}
        return self._disks.describe_os_disk(
            self._spec(instance, choice)
        )

    def _spec(
        self, instance: Any, choice: choices.Choice
    ) -> disks.OsDiskSpec:
        request = choice.request
        capabilities = self._backend.azure.cloud.capabilities
        return disks.OsDiskSpec(
            uuid=instance.uuid,
            size_gib=checks.os_disk_gib(request.root_gb),
            sku=request.os_disk_sku,
            cascade_delete=capabilities.cascade_delete,
        )

    def prepared(
        self, instance: Any, choice: choices.Choice, created: str
    ) -> os_disks.Prepared | None:
        """Return the OS disk that is to be made first; None for none."""
        boots, request = choice.boots, choice.request
        if not boots.is_prepared or choice.volumes.boot:
            return None
        capabilities = self._backend.azure.cloud.capabilities
        return os_disks.Prepared(
            spec=dataclasses.replace(
                self._spec(instance, choice),
                zone=request.zone,
                tags=os_disks.tags_of(self._backend, instance, created),
                security_type=(
                    request.security.type
                    if capabilities.security_types
                    else None
                ),
            ),
            state=boots.state,
            kept=boots.kept,
            source=boots.source,
        )

    def data_disks(
        self, choice: choices.Choice
    ) -> tuple[dict[str, Any], ...]:
        """Return ``storageProfile.dataDisks``."""
        volumes = choice.volumes.data
        luns = data_disk.choose_luns(
            (), [None] * len(volumes), choice.request.size.max_data_disks
        )
        return tuple(
            self._disks.describe_data_disk(
                volume.disk_id, lun, volume.host_caching
            )
            for volume, lun in zip(volumes, luns, strict=True)
        )
