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

"""What a resize or cold migration means, decided before anything changes."""

from __future__ import annotations

import dataclasses
from typing import Any

from oslo_utils import timeutils

from jacket_azure import exceptions
from jacket_azure.disks import models as disks
from jacket_azure.nova import backend as backends
from jacket_azure.nova import ownership
from jacket_azure.payload import data_disk
from jacket_azure.payload import instance_view
from jacket_azure.payload import names
from jacket_azure.payload import resizing
from jacket_azure.payload import shape as shapes
from jacket_azure.payload import tags
from jacket_azure.payload import vm_sizes

Power = instance_view.Power

# A quota that looks exhausted is looked at again when the look is older.
_QUOTA_AGE_SECONDS = 10


@dataclasses.dataclass(frozen=True)
class Growth:
    """A larger OS disk, to be made of the present one.

    :ivar image: the present one, as what the new one is made of
    """

    spec: disks.OsDiskSpec
    image: disks.Image


@dataclasses.dataclass(frozen=True)
class Plan:
    """What to do to a machine.

    :ivar vm: as read, with its instance view
    :ivar redeploys: nothing changes but the hardware it is on
    """

    vm: dict[str, Any]
    power: Power
    before: shapes.Shape
    after: shapes.Shape
    growth: Growth | None = None
    redeploys: bool = False


class ResizePlanner:
    """Turns a flavor and a destination into a plan, or refuses them."""

    def __init__(self, backend: backends.Backend) -> None:
        self._backend = backend
        self._machines = backend.azure.virtual_machines

    def plan(
        self, context: Any, instance: Any, flavor: Any, migration: Any
    ) -> Plan:
        """Decide everything.

        :param flavor: the new one; of a cold migration the present one
        :raises InvalidRequest: Azure or this driver cannot do it
        :raises MappingLookupError: the flavor has no VM size here
        :raises QuotaExceeded: the quota has no room for it
        """
        here = self._backend.host
        if migration.dest_compute != here:
            ownership.check_same_place(
                self._backend,
                context,
                migration.dest_compute,
                migration.dest_node,
            )
        vm = self._machines.get(
            names.vm_name(instance.uuid), instance_view=True
        )
        ownership.check_owned(self._backend, instance, vm)
        power = self._power(vm)
        before = shapes.parse(vm, instance.uuid)
        after = dataclasses.replace(before, host=migration.dest_compute)
        if flavor.id == instance.flavor.id:
            # the size of a server is not changed behind its back, whatever
            # the mapping says by now
            is_same = migration.dest_compute == here
            return Plan(vm, power, before, after, redeploys=is_same)
        size = self._size(vm, before, flavor)
        growth = self._growth(instance, vm, before, flavor)
        return Plan(
            vm,
            power,
            before,
            dataclasses.replace(
                after,
                size=size.name,
                disk=growth.spec.name if growth else before.disk,
            ),
            growth,
        )

    @staticmethod
    def _power(vm: dict[str, Any]) -> Power:
        state = instance_view.parse(vm)
        if state.hibernated:
            raise exceptions.InvalidRequest(
                'A suspended server keeps its size; resume it first.'
            )
        if state.power not in (
            Power.RUNNING,
            Power.STOPPED,
            Power.DEALLOCATED,
        ):
            raise exceptions.InvalidRequest(
                f'The virtual machine is {state.power}; try again when that '
                f'is over.'
            )
        return state.power

    def _size(
        self, vm: dict[str, Any], before: shapes.Shape, flavor: Any
    ) -> vm_sizes.VmSize:
        catalogue = self._backend.catalogue
        target = self._backend.mapping.flavor(
            flavor.name, flavor.flavorid, flavor.extra_specs
        )
        new = catalogue.size(target.size)
        machine = self._machine(vm)
        resizing.check_wish(
            machine,
            resizing.Wish(
                zone=target.zone,
                os_disk_sku=target.os_disk_sku,
                security_type=target.security_type,
                spot=target.priority == 'Spot',
                ephemeral=bool(flavor.ephemeral_gb or flavor.swap),
            ),
        )
        if new.name.lower() == before.size.lower():
            return new
        old = catalogue.sizes().get(before.size.lower())
        resizing.check(machine, old, new)
        self._check_nics(vm, old, new)
        self._check_quota(old, new, machine.spot)
        return new

    def _machine(self, vm: dict[str, Any]) -> resizing.Machine:
        machine = resizing.parse(vm)
        if data_disk.profile_of(vm)['osDisk'].get('vhd'):
            sku = self._backend.disks.skus()[0]
            return dataclasses.replace(machine, os_disk_sku=sku)
        return machine

    def _check_nics(
        self,
        vm: dict[str, Any],
        old: vm_sizes.VmSize | None,
        new: vm_sizes.VmSize,
    ) -> None:
        """Ask for the interfaces only where it matters."""
        if new.accelerated_networking or (
            old is not None and not old.accelerated_networking
        ):
            return
        network = vm['properties'].get('networkProfile') or {}
        get = self._backend.azure.network_interfaces.get
        resizing.check_accelerated_networking(
            new,
            (
                get(names.parse_resource_id(entry['id']).name)
                for entry in network.get('networkInterfaces') or ()
            ),
        )

    def _check_quota(
        self, old: vm_sizes.VmSize | None, new: vm_sizes.VmSize, spot: bool
    ) -> None:
        for age in (None, _QUOTA_AGE_SECONDS):
            quotas = self._backend.catalogue.capacity(age).quotas
            exceeded = quotas.check_resize(old, new, spot)
            if not exceeded:
                return
        raise exceptions.QuotaExceeded(
            f'The quota {", ".join(exceeded)} of this subscription has no '
            f'room for the VM size {new.name}.'
        )

    def _growth(
        self,
        instance: Any,
        vm: dict[str, Any],
        before: shapes.Shape,
        flavor: Any,
    ) -> Growth | None:
        """Return the OS disk that the flavor wants, None for the same."""
        wanted = flavor.root_gb
        if before.disk is None or wanted in (0, instance.flavor.root_gb):
            return None
        image = self._backend.disks.get_os_disk(before.disk)
        if wanted < image.size_gib:
            raise exceptions.InvalidRequest(
                f'The OS disk has {image.size_gib} GiB and would shrink to '
                f'the {wanted} GiB of the flavor; no disk shrinks on Azure.'
            )
        if wanted == image.size_gib:
            return None
        spec = self._spec(instance, vm, before.disk, wanted)
        # says what the model cannot
        self._backend.disks.describe_os_disk(spec)
        return Growth(spec, self._as_image(vm, image))

    def _spec(
        self, instance: Any, vm: dict[str, Any], disk: str, size_gib: int
    ) -> disks.OsDiskSpec:
        os_disk = data_disk.profile_of(vm)['osDisk']
        machine = self._machine(vm)
        capabilities = self._backend.azure.cloud.capabilities
        found, _ = tags.build(
            self._backend.owner,
            tags.KIND_OS_DISK,
            instance.uuid,
            instance.project_id,
            timeutils.utcnow().isoformat() + 'Z',
            host=self._backend.host,
        )
        return disks.OsDiskSpec(
            uuid=instance.uuid,
            size_gib=size_gib,
            sku=machine.os_disk_sku or self._backend.conf.os_disk_sku,
            caching=os_disk.get('caching'),
            cascade_delete=capabilities.cascade_delete,
            zone=machine.zone,
            tags=found,
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
