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

"""Start a machine that has another disk, or give it back the one it had."""

from __future__ import annotations

from collections.abc import Mapping
import dataclasses
from typing import Any

from nova.compute import vm_states
from oslo_log import log as logging

from jacket_azure import exceptions
from jacket_azure.nova import backend as backends
from jacket_azure.nova import leftovers
from jacket_azure.nova import os_disk_swap
from jacket_azure.nova.attachments import blame
from jacket_azure.nova.rebuild import rebuild_pause
from jacket_azure.nova.rebuild import rebuild_plans
from jacket_azure.payload import data_disk
from jacket_azure.payload import names
from jacket_azure.payload import tags as resource_tags

LOG = logging.getLogger(__name__)

_NO_ROOM = (exceptions.NoCapacity, exceptions.QuotaExceeded)
# says nothing about the disk
_UNKNOWN = (*exceptions.OUT_OF_REACH, exceptions.Unauthorized)


@dataclasses.dataclass(frozen=True)
class Done:
    """What a rebuild has done to a machine that does not run yet.

    :ivar before: the machine as it was then; None where there is no way back
    """

    plan: rebuild_plans.Plan
    before: Mapping[str, Any] | None = None


class NotStarted(exceptions.OperationFailed):
    """A server is rebuilt, and its machine does not start."""


class Starting:
    """Part of :class:`.rebuildops.RebuildOps`."""

    def __init__(
        self, backend: backends.Backend, pause: rebuild_pause.Pause
    ) -> None:
        self._backend = backend
        self._virtual_machines = backend.azure.virtual_machines
        self._pause = pause
        self._leftovers = leftovers.Leftovers(backend)

    def _start(self, order: Any, done: Done) -> None:
        """Start the machine, unless it is to stay stopped.

        :raises NotStarted: it is rebuilt all the same
        :raises JacketAzureError: it boots what it did before
        """
        instance, plan = order.instance, done.plan
        # Nova stops what was stopped before once more
        if instance.vm_state == vm_states.STOPPED and not plan.access:
            plan.note(instance)
            return
        try:
            self._pause.start(instance)
        except exceptions.AzureError as exc:
            for_want_of_room = isinstance(exc, _NO_ROOM)
            # what keeps it from starting keeps it from going back as well
            at_work = blame.is_passing(exc)
            nobody_knows = at_work or isinstance(exc, _UNKNOWN)
            if not (for_want_of_room or nobody_knows) and self._went_back(
                instance, done
            ):
                raise
            plan.note(instance)
            if for_want_of_room:
                self._discard_old(instance, plan)
            why = f'Azure is still at work on it: {exc}' if at_work else exc
            raise NotStarted(
                f'The server is rebuilt, but does not start: {why}',
                code='NotStarted',
            ) from exc
        plan.note(instance)

    def _went_back(self, instance: Any, done: Done) -> bool:
        """Have the machine boot again what it did before, if it can."""
        before, plan = done.before, done.plan
        if before is None:
            return False
        profile = data_disk.profile_of(before)
        ours, tags = plan.tags(before), None
        try:
            vm = self._virtual_machines.get(names.vm_name(instance.uuid))
            if ours is not None:
                # others may have tagged it since
                tags = resource_tags.carry_over(
                    ours, before.get('tags') or {}, vm.get('tags') or {}
                )
            os_disk_swap.swap(
                self._backend,
                instance,
                vm,
                profile['osDisk'],
                None if plan.data_disks is None else profile['dataDisks'],
                tags=tags,
            )
        except exceptions.AzureError as exc:
            LOG.error(
                'The rebuilt server neither starts nor gets back the disk it '
                'had, %s: %s',
                ', '.join(plan.old),
                exc,
                instance=instance,
            )
            return False
        self._pause.start_again(instance)
        self._leftovers.try_to_delete_disk(instance, plan.name)
        return True

    def _discard_old(self, instance: Any, plan: rebuild_plans.Plan) -> None:
        for name in plan.old:
            self._leftovers.try_to_delete_disk(instance, name)
