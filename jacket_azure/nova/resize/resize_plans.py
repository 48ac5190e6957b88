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

from jacket_azure import exceptions
from jacket_azure.nova import backend as backends
from jacket_azure.nova import ownership
from jacket_azure.nova.resize import resize_disks
from jacket_azure.payload import instance_view
from jacket_azure.payload import names
from jacket_azure.payload import rescue
from jacket_azure.payload import resizing
from jacket_azure.payload import shape as shapes
from jacket_azure.payload import vm_sizes

Power = instance_view.Power

# A quota that looks exhausted is looked at again when the look is older.
_QUOTA_AGE_SECONDS = 10


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
    growth: resize_disks.Growth | None = None
    redeploys: bool = False

    @property
    def new_disk(self) -> str | None:
        """Name of the OS disk that is made for it, if any."""
        return self.growth.spec.name if self.growth else None


class ResizePlanner:
    """Turns a flavor and a destination into a plan, or refuses them."""

    def __init__(self, backend: backends.Backend) -> None:
        self._backend = backend
        self._machines = backend.azure.virtual_machines
        self._disks = resize_disks.ResizeDisks(backend)

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
        rescue.check_not_rescued(vm, instance.uuid)
        power = self._power(vm)
        before = shapes.parse(vm, instance.uuid)
        after = dataclasses.replace(before, host=migration.dest_compute)
        if flavor.id == instance.flavor.id:
            # the size of a server is not changed behind its back, whatever
            # the mapping says by now
            is_same = migration.dest_compute == here
            return Plan(vm, power, before, after, redeploys=is_same)
        size = self._size(vm, before, flavor)
        growth = self._disks.growth(
            instance, vm, before.disk, flavor, after.host
        )
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
        machine = resize_disks.machine_of(self._backend, vm)
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
