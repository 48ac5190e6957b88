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
from oslo_log import log as logging

from jacket_azure import exceptions
from jacket_azure.nova import backend as backends
from jacket_azure.nova import cinder_contexts
from jacket_azure.nova import guest_access
from jacket_azure.nova import os_disk_swap
from jacket_azure.nova import os_disks
from jacket_azure.nova.rebuild import rebuild_images
from jacket_azure.nova.rebuild import rebuild_pause
from jacket_azure.nova.rebuild import rebuild_plans
from jacket_azure.nova.rebuild import rebuild_start
from jacket_azure.nova.rebuild import rebuild_volumes
from jacket_azure.nova.rebuild import reimaging
from jacket_azure.payload import data_disk
from jacket_azure.payload import names
from jacket_azure.payload import os_disk as payload

LOG = logging.getLogger(__name__)

_GOING_WELL = ('Succeeded', 'Updating')


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


class RebuildOps(rebuild_start.Starting):
    """Rebuilds servers of this host."""

    def __init__(self, backend: backends.Backend, virtapi: Any) -> None:
        access = guest_access.GuestAccess(backend)
        super().__init__(backend, rebuild_pause.Pause(backend, access))
        self._access = access
        self._plans = rebuild_plans.Plans(backend)
        self._os_disks = os_disks.OsDisks(backend)
        self._volumes = rebuild_volumes.RootVolumes(backend, virtapi)

    def rebuild(self, order: Any, request: Request) -> None:
        """Let the server begin anew; twice is fine.

        :param order: :class:`jacket_azure.nova.choices.Order`
        :raises JacketAzureError: the server boots what it did before; or it
            is rebuilt, and does not start
        """
        try:
            done = self._exchanged(order, request)
            self._start(order, done)
        except rebuild_start.NotStarted:
            rebuild_images.keep(order.instance, request.bdms)
            raise
        except exceptions.JacketAzureError:
            rebuild_images.put_back(
                order.context, order.instance, request.bdms
            )
            raise
        rebuild_images.keep(order.instance, request.bdms)
        self._discard_old(order.instance, done.plan)
        self._access.give(order.context, order.instance, done.plan.access)
        LOG.info('Rebuilt the server', instance=order.instance)

    def finish(self, context: Any, instance: Any) -> None:
        """Have a machine boot what its volume is now, if that is open.

        Of a rebuild that was cut short after Cinder was asked.

        :raises JacketAzureError: what it is now nobody knows yet
        """
        if not reimaging.is_open(instance):
            return
        vm = self._virtual_machines.get(
            names.vm_name(instance.uuid), instance_view=True
        )
        found = self._settled(context, instance, vm)
        if found is None:
            return
        root, os_disk = found
        if not _boots(vm, os_disk):
            with self._pause.of(instance, vm) as rest:
                rest.again = False
                os_disk_swap.swap(self._backend, instance, rest.vm, os_disk)
        self._volumes.forget_old(instance, vm, root, os_disk)
        reimaging.close(instance)
        instance.save()

    def _settled(
        self, context: Any, instance: Any, vm: Mapping[str, Any]
    ) -> tuple[Any, Mapping[str, Any]] | None:
        """Attach the volume as it is after a rebuild that was cut short.

        :returns: the root's mapping, and ``storageProfile.osDisk`` of what
            the machine shall boot; None where all may stay as it is
        """
        try:
            context = cinder_contexts.with_project(context)
            found = self._volumes.settle(context, instance, vm)
            if found is None:
                return None
            root, attach = found
            return root, self._volumes.attached(
                context, instance, vm, root, attach
            )
        except exceptions.JacketAzureError:
            raise
        except Exception as exc:
            # of Cinder's client, Keystone's or Nova
            raise exceptions.OperationFailed(
                f'A rebuild has not ended, and Cinder does not give its '
                f'volume: {exc}',
                code='ReimageUnknown',
            ) from exc

    def _exchanged(self, order: Any, request: Request) -> rebuild_start.Done:
        """Have the machine boot what it shall; it does not run yet."""
        root = rebuild_volumes.root_of(request.bdms)
        if root is not None:
            # gives the machine another disk, so it comes before the look
            self.finish(order.context, order.instance)
        vm = self._virtual_machines.get(
            names.vm_name(order.instance.uuid), instance_view=True
        )
        if root is None:
            plan = self._plans.of_image(order, vm)
            return self._with_new_disk(order, vm, plan)
        plan = self._plans.of_volume(order, vm, root, request.reimage)
        self._with_volume(order, vm, plan, root, request)
        return rebuild_start.Done(plan)

    def _with_new_disk(
        self, order: Any, vm: Mapping[str, Any], plan: rebuild_plans.Plan
    ) -> rebuild_start.Done:
        assert plan.prepared is not None  # noqa: S101
        instance = order.instance
        with contextlib.ExitStack() as undo:
            # before the call: a lost reply may hide a disk
            undo.callback(
                self._leftovers.try_to_delete_disk, instance, plan.name
            )
            os_disk = self._os_disks.make_disk(instance, plan.prepared)
            _enter(instance, task_states.REBUILD_BLOCK_DEVICE_MAPPING)
            with self._pause.of(instance, vm) as rest:
                self._exchange(instance, rest.vm, plan, os_disk)
            undo.pop_all()
        _enter(instance, task_states.REBUILD_SPAWNING)
        return rebuild_start.Done(plan, rest.vm)

    def _with_volume(
        self,
        order: Any,
        vm: Mapping[str, Any],
        plan: rebuild_plans.Plan,
        root: Any,
        request: Request,
    ) -> None:
        instance, context = order.instance, order.context
        attach = request.attach if request.reimage else None
        if request.reimage:
            self._volumes.check(context, root)
        with self._pause.of(instance, vm) as rest:
            if request.reimage:
                # from here on the disk it has may be another volume's past
                runs, rest.again = rest.again, False
                try:
                    self._volumes.reimage(order, vm, root, request.attach)
                except reimaging.Unchanged:
                    rest.again = runs
                    raise
            _enter(instance, task_states.REBUILD_BLOCK_DEVICE_MAPPING)
            os_disk = self._volumes.attached(
                context, instance, vm, root, attach
            )
            self._exchange(instance, rest.vm, plan, os_disk)
        reimaging.close(instance)
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
        tags = plan.tags(vm)
        try:
            os_disk_swap.swap(
                self._backend,
                instance,
                vm,
                os_disk,
                plan.data_disks,
                tags=tags,
                properties=plan.properties,
            )
        except exceptions.AzureError:
            if not self._has_come_true(instance, os_disk):
                raise
        if tags is not None:
            self._backend.power_states.record_tags(instance.uuid, tags)

    def _has_come_true(
        self, instance: Any, os_disk: Mapping[str, Any]
    ) -> bool:
        """Tell whether a write that failed for us was done all the same.

        Azure shows what it works on at once, and a start waits for its end.
        """
        try:
            vm = self._virtual_machines.get(names.vm_name(instance.uuid))
        except exceptions.AzureError:
            return False
        return (
            payload.difference(vm, os_disk) is None
            and vm['properties'].get('provisioningState') in _GOING_WELL
        )


def _boots(vm: Mapping[str, Any], os_disk: Mapping[str, Any]) -> bool:
    """Tell whether a machine boots a disk for certain."""
    return (
        vm['properties'].get('provisioningState') == 'Succeeded'
        and data_disk.os_disk_name(vm) == data_disk.name_of(os_disk)
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
