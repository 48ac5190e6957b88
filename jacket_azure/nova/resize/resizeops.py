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

"""Resize, its confirmation and its revert; cold migration.

All that Azure may refuse happens on the source host before Nova looks for
the server on the other: only there Nova lets a failure leave the server as
it was (nova 34 compute/manager.py, ``_resize_instance`` and
``_finish_resize``).

An OS disk that must grow is copied, larger, to the place beside it, and the
present one stays as it is until the resize is confirmed: no disk shrinks on
Azure, so a revert boots from it again.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

from nova import exception as nova_exception
from nova.compute import vm_states
from oslo_log import log as logging

from jacket_azure import exceptions
from jacket_azure.nova import backend as backends
from jacket_azure.nova import errors
from jacket_azure.nova import ownership
from jacket_azure.nova import shortages
from jacket_azure.nova.resize import resize_disks
from jacket_azure.nova.resize import resize_plans
from jacket_azure.nova.resize import resize_records
from jacket_azure.nova.resize import resize_reverts
from jacket_azure.payload import instance_view
from jacket_azure.payload import names

LOG = logging.getLogger(__name__)

Power = instance_view.Power


class ResizeOps(resize_reverts.Reverts):
    """Moves machines between VM sizes, and between hosts."""

    def __init__(self, backend: backends.Backend) -> None:
        super().__init__(backend)
        self._planner = resize_plans.ResizePlanner(backend)

    def migrate(
        self, context: Any, instance: Any, flavor: Any, migration: Any
    ) -> None:
        """Do all of a resize or cold migration, or leave all as it was.

        A machine that ran runs afterwards, others stay as they are.

        :raises AzureError: the machine is as it was
        :raises ResizeError: it is not
        """
        plan = self._planner.plan(context, instance, flavor, migration)
        self._clear(context, instance, plan.before.disk)
        resize_records.write(instance, migration, plan.before, plan.after)
        try:
            self._carry_out(instance, plan)
        except exceptions.JacketAzureError as exc:
            self._note_shortage(plan, exc)
            raise self._taken_back(instance, plan, exc) from exc

    def finish(
        self, context: Any, instance: Any, migration: Any, power_on: bool
    ) -> None:
        """Make sure that the machine is this host's, and runs if it shall.

        No request where the source is this host: all is done. So it is
        elsewhere, but for a look, which is not worth an error: Nova would
        show the old flavor.

        :raises NotFound: the machine is gone
        :raises InvalidRequest: it is not the instance's
        """
        if migration.source_compute == self._backend.host:
            return
        try:
            power = ownership.take(self._backend, instance)
        except exceptions.NotFound:
            raise
        except exceptions.AzureError as exc:
            self._backend.power_states.forget(instance.uuid)
            LOG.warning(
                'The server was handed to this host, which could not look '
                'at it: %s',
                exc,
                instance=instance,
            )
            return
        if power_on and power in (Power.STOPPED, Power.DEALLOCATED):
            self._try_to_start(context, instance)

    def confirm(self, instance: Any, migration: Any) -> None:
        """Delete what only a revert would need; never fails.

        No request, or those to delete one disk.
        """
        before = resize_records.read(instance, migration)
        self._delete_disk(instance, before.disk if before else None)

    def _carry_out(
        self, instance: Any, plan: resize_plans.Plan
    ) -> None:
        power = plan.power
        if not plan.redeploys:
            power = self._reshaper.become(
                instance, plan.vm, plan.after, self._disk_maker(plan.growth)
            )
        elif power is Power.RUNNING:
            self._redeploy(instance)
        elif power is Power.STOPPED:
            # it gets other hardware when it starts
            power = self._reshaper.deallocate(instance)
        # a server that Nova shows as active runs afterwards, if it did or not
        runs = Power.RUNNING is plan.power or (
            instance.vm_state == vm_states.ACTIVE
        )
        if runs and power is not Power.RUNNING:
            self._reshaper.start(instance)
        self._forget_shortage(plan)

    def _disk_maker(
        self, growth: resize_disks.Growth | None
    ) -> Callable[[], Mapping[str, Any]] | None:
        if growth is None:
            return None
        return lambda: self._backend.disks.copy_os_disk(
            growth.spec, growth.image
        )

    def _redeploy(self, instance: Any) -> None:
        self._backend.power_states.forget(instance.uuid)
        self._machines.redeploy(names.vm_name(instance.uuid))
        self._backend.power_states.record(instance, Power.RUNNING)
        LOG.info('Azure moved the virtual machine', instance=instance)

    def _taken_back(
        self,
        instance: Any,
        plan: resize_plans.Plan,
        exc: exceptions.JacketAzureError,
    ) -> Exception:
        """Undo what was done; return what to tell of it."""
        try:
            vm = self._machines.get(
                names.vm_name(instance.uuid), instance_view=True
            )
            power = self._reshaper.become(instance, vm, plan.before)
        except exceptions.JacketAzureError as again:
            if errors.is_missing_vm(again):
                # deleted meanwhile, and what was made then is nobody's
                self._delete_disk(instance, plan.new_disk)
                return again
            return nova_exception.ResizeError(
                reason=f'{exc} Nor could the server be set back: {again}'
            )
        self._delete_disk(instance, plan.new_disk)
        if plan.power is not Power.RUNNING or power is Power.RUNNING:
            return exc
        try:
            self._reshaper.start(instance)
        except exceptions.JacketAzureError as again:
            return exceptions.InvalidRequest(
                f'{exc} The server is as before, but stopped, for it does '
                f'not start: {again}'
            )
        return exc

    def _note_shortage(
        self, plan: resize_plans.Plan, exc: Exception
    ) -> None:
        if isinstance(exc, exceptions.NoCapacity | exceptions.QuotaExceeded):
            self._backend.shortages.note(*self._shortage(plan), exc)
            self._backend.catalogue.expire_capacity()

    def _forget_shortage(self, plan: resize_plans.Plan) -> None:
        if plan.before.size != plan.after.size:
            self._backend.shortages.forget(*self._shortage(plan))

    def _shortage(
        self, plan: resize_plans.Plan
    ) -> tuple[shortages.Shortage, str]:
        size = self._backend.catalogue.sizes().get(plan.after.size.lower())
        return (
            shortages.Shortage(
                plan.after.size, ''.join(plan.vm.get('zones') or ())
            ),
            size.family if size is not None else '',
        )
