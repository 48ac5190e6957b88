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

"""A machine to be rescued: read, put to rest, given its own disk back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nova import objects
from oslo_serialization import jsonutils

from jacket_azure import exceptions
from jacket_azure.nova import backend as backends
from jacket_azure.nova import os_disk_swap
from jacket_azure.payload import instance_view
from jacket_azure.payload import names
from jacket_azure.payload import rescue as payload
from jacket_azure.payload import volume_connection

Power = instance_view.Power

# only asked for a moment ago, it runs as far as a rescue is concerned
_RUNS = (Power.RUNNING, Power.STARTING)


def runs(vm: Mapping[str, Any]) -> bool:
    """Tell whether a machine runs, or is about to."""
    return instance_view.parse(vm).power in _RUNS


class RescueMachine:
    """Steps of rescue and unrescue on one machine at a time."""

    def __init__(self, backend: backends.Backend) -> None:
        self._backend = backend
        self._machines = backend.azure.virtual_machines

    def read(self, instance: Any) -> dict[str, Any]:
        """Return the machine with its instance view."""
        vm: dict[str, Any] = self._machines.get(
            names.vm_name(instance.uuid), instance_view=True
        )
        return vm

    def beside(
        self, instance: Any, vm: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        """Return the data disks with the OS disk among them.

        :raises InvalidRequest: the size has no room for it
        """
        size = self._backend.catalogue.size(
            vm['properties']['hardwareProfile']['vmSize']
        )
        return payload.beside(vm, instance.uuid, size.max_data_disks)

    def own(
        self, context: Any, instance: Any, vm: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return the disk that a rescued server is to boot again.

        :raises InvalidRequest: the machine does not have it
        """
        found = payload.find_own(
            vm, instance.uuid, _boot_volume(context, instance)
        )
        if found is None:
            raise exceptions.InvalidRequest(
                'The server is rescued, and the disk that it booted from '
                'before is not attached to its virtual machine any more.'
            )
        return found

    def rest(
        self, instance: Any, vm: dict[str, Any], hurried: bool = False
    ) -> dict[str, Any]:
        """Deallocate the machine: only then Azure exchanges its OS disk.

        :param hurried: pull the plug
        :returns: as read afterwards
        """
        power = instance_view.parse(vm).power
        if power is Power.DEALLOCATED:
            return vm
        name = names.vm_name(instance.uuid)
        self._backend.power_states.forget(instance.uuid)
        if hurried and power in _RUNS:
            self._machines.power_off(name, skip_shutdown=True)
        self._machines.deallocate(name)
        self._backend.power_states.record(instance, Power.DEALLOCATED)
        return self.read(instance)

    def back(
        self, instance: Any, vm: dict[str, Any], own: dict[str, Any]
    ) -> dict[str, Any]:
        """Exchange the rescue disk for the server's own.

        :returns: the machine as read, but for this change
        """
        vm = self.rest(instance, vm)
        changed = os_disk_swap.swap(
            self._backend,
            instance,
            vm,
            payload.as_os_disk(own),
            payload.without(vm, own),
        )
        view = vm['properties'].get('instanceView')
        properties = {**changed['properties'], 'instanceView': view}
        return {**changed, 'properties': properties}

    def start(self, instance: Any) -> None:
        """Start the machine; one that runs does not mind."""
        states = self._backend.power_states
        states.forget(instance.uuid)
        self._machines.start(names.vm_name(instance.uuid))
        states.record(instance, Power.RUNNING)


def _boot_volume(context: Any, instance: Any) -> str | None:
    """Return the disk of the volume that a server boots from, if any."""
    bdms = objects.BlockDeviceMappingList.get_by_instance_uuid(
        context, instance.uuid
    )
    root = bdms.root_bdm()
    if root is None or not root.is_volume or not root.connection_info:
        return None
    return volume_connection.parse(
        jsonutils.loads(root.connection_info)
    ).disk_id
