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
import contextlib
from typing import Any

from nova import objects
from oslo_log import log as logging
from oslo_serialization import jsonutils

from jacket_azure import exceptions
from jacket_azure.nova import backend as backends
from jacket_azure.nova import os_disk_swap
from jacket_azure.nova.rescue import rescue_password
from jacket_azure.payload import instance_view
from jacket_azure.payload import names
from jacket_azure.payload import rescue as payload
from jacket_azure.payload import volume_connection

LOG = logging.getLogger(__name__)

Power = instance_view.Power

_IN_TWO = 'In two requests, since Azure refused one: %s'

# how Azure would say that a disk cannot change its place with one request
_REFUSALS = (exceptions.Conflict, exceptions.Refused)
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
        self._cascade = backend.azure.cloud.capabilities.cascade_delete
        self._password = rescue_password.RescuePassword(backend)

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

        :raises InvalidRequest: there is none
        """
        volume = _boot_volume(context, instance)
        found = payload.find_own(
            vm, instance.uuid, volume.disk_id if volume else None
        )
        return found or self._detached(instance, vm, volume)

    def check(
        self, context: Any, instance: Any, vm: Mapping[str, Any]
    ) -> None:
        """Refuse a server that is not rescued and could not be, and back.

        :raises InvalidRequest: no LUN is left, or its disk is unknown
        """
        volume = _boot_volume(context, instance)
        payload.check_findable(
            self.beside(instance, vm),
            vm,
            instance.uuid,
            volume.disk_id if volume else None,
        )

    def _detached(
        self,
        instance: Any,
        vm: Mapping[str, Any],
        volume: volume_connection.Connection | None,
    ) -> dict[str, Any]:
        """Return the own disk of a machine that does not have it.

        As between two requests, or when somebody took it away.
        """
        boots = vm['properties']['storageProfile']['osDisk']
        model = self._backend.disks
        if volume is not None:
            return model.describe_boot_volume(
                volume.disk_id, boots['osType'], volume.host_caching
            )
        found = []
        for name in names.os_disk_names(instance.uuid):
            with contextlib.suppress(exceptions.NotFound):
                found.append((name, model.get_os_disk(name).uri))
        if len(found) != 1:
            raise exceptions.InvalidRequest(
                f'The server is rescued, and the disk that it booted from '
                f'before is not attached to its virtual machine; '
                f'{len(found)} disks could be that.'
            )
        [(name, uri)] = found
        place = {'vhd': {'uri': uri}}
        if boots.get('managedDisk'):
            place = {'managedDisk': {'id': uri}}
        return {
            **payload.as_os_disk(boots, self._cascade),
            'name': name,
            **place,
        }

    def rest(
        self, instance: Any, vm: dict[str, Any], hurried: bool = False
    ) -> dict[str, Any]:
        """Deallocate the machine: only then Azure exchanges its OS disk.

        :param hurried: pull the plug
        :returns: as read afterwards
        """
        power = instance_view.parse(vm).power
        if power is Power.DEALLOCATED:
            # it may be long since it was read
            return self.read(instance)
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
        self._password.take_back(instance, vm)
        vm = self.rest(instance, vm)
        os_disk = payload.as_os_disk(own, self._cascade)
        data_disks = payload.without(vm, own)
        try:
            changed = self._swap(instance, vm, os_disk, data_disks)
        except _REFUSALS as exc:
            LOG.info(_IN_TWO, exc, instance=instance)
            newest = self._list(instance, self.read(instance), data_disks)
            changed = self._swap(instance, newest, os_disk)
        view = vm['properties'].get('instanceView')
        properties = {**changed['properties'], 'instanceView': view}
        return {**changed, 'properties': properties}

    def beside_own(
        self, instance: Any, vm: dict[str, Any], os_disk: Mapping[str, Any]
    ) -> None:
        """Exchange the server's own disk for another, and keep it as well.

        :param vm: as read, at rest
        :param os_disk: as the disk model describes one that exists
        """
        data_disks = self.beside(instance, vm)
        try:
            self._swap(instance, vm, os_disk, data_disks)
        except _REFUSALS as exc:
            LOG.info(_IN_TWO, exc, instance=instance)
            vm = self.read(instance)
            if not payload.is_rescued(vm, instance.uuid):
                self._swap(instance, vm, os_disk)
                vm = self.read(instance)
            self._list(instance, vm, data_disks)

    def _swap(
        self,
        instance: Any,
        vm: Mapping[str, Any],
        os_disk: Mapping[str, Any],
        data_disks: list[dict[str, Any]] | None = None,
    ) -> dict[str, Any]:
        return os_disk_swap.swap(
            self._backend, instance, vm, os_disk, data_disks
        )

    def _list(
        self,
        instance: Any,
        vm: Mapping[str, Any],
        data_disks: list[dict[str, Any]],
    ) -> dict[str, Any]:
        """Give the machine these data disks."""
        changed: dict[str, Any] = self._machines.update(
            names.vm_name(instance.uuid),
            {'properties': {'storageProfile': {'dataDisks': data_disks}}},
            etag=vm.get('etag'),
        )
        return changed

    def start(self, instance: Any) -> None:
        """Start the machine; one that runs does not mind."""
        states = self._backend.power_states
        states.forget(instance.uuid)
        self._machines.start(names.vm_name(instance.uuid))
        states.record(instance, Power.RUNNING)


def _boot_volume(
    context: Any, instance: Any
) -> volume_connection.Connection | None:
    """Return the volume that a server boots from, if any."""
    bdms = objects.BlockDeviceMappingList.get_by_instance_uuid(
        context, instance.uuid
    )
    root = bdms.root_bdm()
    if root is None or not root.is_volume or not root.connection_info:
        return None
    return volume_connection.parse(
        jsonutils.loads(root.connection_info)
    )
