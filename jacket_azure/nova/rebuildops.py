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

"""Rebuild a server: another OS disk under the same virtual machine.

The machine keeps its interfaces, addresses, data disks and tags. The new disk
is made in the place that the machine does not use, while it still runs; then
it stops, one write tells it to boot from the new disk, it starts, and the old
disk goes. Whoever is killed in between leaves a machine with one disk that
boots, and beside it at most one that the next rebuild, or the deletion of
the server, replaces.
"""

from __future__ import annotations

from collections.abc import Mapping
import contextlib
import dataclasses
from typing import Any

from nova.compute import task_states
from nova.compute import vm_states
from oslo_log import log as logging

from jacket_azure import exceptions
from jacket_azure.nova import backend as backends
from jacket_azure.nova import guest_access
from jacket_azure.nova import leftovers
from jacket_azure.nova import os_disk_swap
from jacket_azure.nova import os_disks
from jacket_azure.nova import rebuild_images
from jacket_azure.nova import rebuild_pause
from jacket_azure.nova import rebuild_plans
from jacket_azure.nova import rebuild_volumes
from jacket_azure.payload import names
from jacket_azure.payload import os_disk as payload

LOG = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class Request:
    """What Nova hands to rebuild, besides the order.

    :ivar bdms: all of the server's ``BlockDeviceMapping`` objects
    :ivar attach: Nova's function that attaches some of them again
    :ivar reimage: whether a volume that is booted gets the image
    """

    bdms: Any
    attach: Any
    reimage: bool


class RebuildOps:
    """Rebuilds servers of this host."""

    def __init__(self, backend: backends.Backend, virtapi: Any) -> None:
        self._backend = backend
        self._virtual_machines = backend.azure.virtual_machines
        self._plans = rebuild_plans.Plans(backend)
        self._os_disks = os_disks.OsDisks(backend)
        self._volumes = rebuild_volumes.RootVolumes(backend, virtapi)
        self._leftovers = leftovers.Leftovers(backend)
        self._access = guest_access.GuestAccess(backend)
        self._pause = rebuild_pause.Pause(backend, self._access)

    def rebuild(self, order: Any, request: Request) -> None:
        """Let the server begin anew; twice is fine.

        :param order: :class:`jacket_azure.nova.choices.Order`
        :raises JacketAzureError: the server boots what it did before; or it
            is rebuilt, and does not start
        """
        try:
            plan = self._exchanged(order, request)
        except exceptions.JacketAzureError:
            rebuild_images.put_back(
                order.context, order.instance, request.bdms
            )
            raise
        rebuild_images.keep(order.instance, request.bdms)
        self._finish(order, plan)

    def _exchanged(self, order: Any, request: Request) -> rebuild_plans.Plan:
        """Have the machine boot what it shall; it does not run yet."""
        vm = self._virtual_machines.get(
            names.vm_name(order.instance.uuid), instance_view=True
        )
        root = rebuild_volumes.root_of(request.bdms)
        if root is None:
            plan = self._plans.of_image(order, vm)
            self._with_new_disk(order, vm, plan)
        else:
            plan = self._plans.of_volume(order, vm, root, request.reimage)
            self._with_volume(order, vm, plan, root, request)
        return plan

    def _with_new_disk(
        self, order: Any, vm: Mapping[str, Any], plan: rebuild_plans.Plan
    ) -> None:
        instance = order.instance
        assert plan.prepared is not None  # noqa: S101
        with contextlib.ExitStack() as undo:
            # before the call: a lost reply may hide a disk
            undo.callback(self._discard, instance, plan.name)
            os_disk = self._os_disks.make_disk(instance, plan.prepared)
            _enter(instance, task_states.REBUILD_BLOCK_DEVICE_MAPPING)
            with self._pause.of(instance, vm) as resting:
                self._exchange(instance, resting, plan, os_disk)
            undo.pop_all()
        _enter(instance, task_states.REBUILD_SPAWNING)

    def _with_volume(
        self,
        order: Any,
        vm: Mapping[str, Any],
        plan: rebuild_plans.Plan,
        root: Any,
        request: Request,
    ) -> None:
        instance = order.instance
        with self._pause.of(instance, vm) as resting:
            if request.reimage:
                self._volumes.reimage(order, root)
            _enter(instance, task_states.REBUILD_BLOCK_DEVICE_MAPPING)
            os_disk = self._volumes.attached(
                order, vm, root, request.attach if request.reimage else None
            )
            self._exchange(instance, resting, plan, os_disk)
        self._volumes.forget_old(instance, vm, root, os_disk)
        _enter(instance, task_states.REBUILD_SPAWNING)

    def _exchange(
        self,
        instance: Any,
        vm: Mapping[str, Any],
        plan: rebuild_plans.Plan,
        os_disk: Mapping[str, Any],
    ) -> None:
        """Tell the machine what to boot, and what its guest shall find."""
        try:
            os_disk_swap.swap(
                self._backend,
                instance,
                vm,
                os_disk,
                plan.data_disks,
                tags=plan.tags,
                properties=plan.properties,
            )
        except exceptions.AzureError:
            if not self._has_come_true(instance, os_disk):
                raise
        if plan.tags is not None:
            self._backend.power_states.record_tags(instance.uuid, plan.tags)

    def _has_come_true(
        self, instance: Any, os_disk: Mapping[str, Any]
    ) -> bool:
        """Tell whether a write that failed for us was done all the same."""
        try:
            vm = self._virtual_machines.get(names.vm_name(instance.uuid))
        except exceptions.AzureError:
            return False
        return (
            payload.difference(vm, os_disk) is None
            and vm['properties'].get('provisioningState') == 'Succeeded'
        )

    def _finish(self, order: Any, plan: rebuild_plans.Plan) -> None:
        """Start the machine, clear up, and let the user in."""
        instance = order.instance
        plan.note(instance)
        # Nova stops what was stopped before once more
        stays_stopped = instance.vm_state == vm_states.STOPPED
        try:
            if plan.access or not stays_stopped:
                self._pause.start(instance)
        finally:
            for name in plan.old:
                self._discard(instance, name)
        self._access.give(order.context, instance, plan.access)
        LOG.info('Rebuilt the server', instance=instance)

    def _discard(self, instance: Any, name: str) -> None:
        """Delete a disk that no machine boots; later, if not now."""
        try:
            self._leftovers.delete_disk(instance, name)
        except exceptions.AzureError as exc:
            LOG.warning(
                'The disk %s stays until the next rebuild, or until the '
                'server is deleted: %s',
                name,
                exc,
                instance=instance,
            )


def _enter(instance: Any, state: str) -> None:
    """Tell Nova how far it is, unless somebody deletes the server."""
    before = (
        task_states.REBUILDING
        if state == task_states.REBUILD_BLOCK_DEVICE_MAPPING
        else task_states.REBUILD_BLOCK_DEVICE_MAPPING
    )
    instance.task_state = state
    instance.save(expected_task_state=[before])
