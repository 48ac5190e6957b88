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

"""The OS disk of a machine that is resized."""

from __future__ import annotations

import dataclasses
from typing import Any

from jacket_azure import exceptions
from jacket_azure.disks import models as disks
from jacket_azure.nova import backend as backends
from jacket_azure.nova import os_disks
from jacket_azure.payload import data_disk
from jacket_azure.payload import resizing
from jacket_azure.payload import shape as shapes


@dataclasses.dataclass(frozen=True)
class Growth:
    """A larger OS disk, to be made of the present one.

    :ivar image: the present one, as what the new one is made of
    """

    spec: disks.OsDiskSpec
    image: disks.Image


def machine_of(
    backend: backends.Backend, vm: dict[str, Any]
) -> resizing.Machine:
    """Read what binds a machine to its size.

    Of page blobs the machine does not tell the kind; their account does.
    """
    machine = resizing.parse(vm)
    if data_disk.profile_of(vm)['osDisk'].get('vhd'):
        sku = backend.disks.skus()[0]
        return dataclasses.replace(machine, os_disk_sku=sku)
    return machine


class ResizeDisks:
    """Decides about OS disks, before any is made."""

    def __init__(self, backend: backends.Backend) -> None:
        self._backend = backend

    def growth(
        self,
        instance: Any,
        vm: dict[str, Any],
        disk: str | None,
        flavor: Any,
        host: str | None,
    ) -> Growth | None:
        """Return the OS disk that a flavor wants, None for the same.

        :param disk: name of the present one; None of a volume
        :param host: that the machine goes to
        :raises InvalidRequest: it would shrink, or be too large
        """
        wanted = flavor.root_gb
        if disk is None or wanted in (0, instance.flavor.root_gb):
            return None
        image = self._backend.disks.get_os_disk(disk)
        if wanted < image.size_gib:
            raise exceptions.InvalidRequest(
                f'The OS disk has {image.size_gib} GiB and would shrink to '
                f'the {wanted} GiB of the flavor; no disk shrinks on Azure.'
            )
        if wanted == image.size_gib:
            return None
        spec = dataclasses.replace(
            self._spec(instance, vm, disk, host), size_gib=wanted
        )
        # says what the model cannot
        self._backend.disks.describe_os_disk(spec)
        return Growth(spec, self._as_image(vm, image))

    def _spec(
        self,
        instance: Any,
        vm: dict[str, Any],
        disk: str,
        host: str | None,
    ) -> disks.OsDiskSpec:
        os_disk = data_disk.profile_of(vm)['osDisk']
        machine = machine_of(self._backend, vm)
        capabilities = self._backend.azure.cloud.capabilities
        return disks.OsDiskSpec(
            uuid=instance.uuid,
            sku=machine.os_disk_sku or self._backend.conf.os_disk_sku,
            caching=os_disk.get('caching'),
            cascade_delete=capabilities.cascade_delete,
            zone=machine.zone,
            tags=os_disks.tags_of(self._backend, instance, host=host),
            security_type=(
                machine.security_type if capabilities.security_types else None
            ),
            name=shapes.other_place(instance.uuid, disk),
        )

    @staticmethod
    def _as_image(vm: dict[str, Any], image: disks.Image) -> disks.Image:
        os_disk = data_disk.profile_of(vm)['osDisk']
        return dataclasses.replace(
            image,
            os_type=image.os_type or os_disk.get('osType'),
            state=disks.SPECIALIZED,
        )
