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

"""Rescue a server: boot another disk, its own one beside it, and go back.

Nova puts a server into ERROR whatever goes wrong in a rescue, so all that can
be refused is refused while the machine still runs, and a rescue that fails
gives it back as it was. Each step looks at the machine first, so one that was
cut short is finished or taken back by the next, whichever that is.
"""

from __future__ import annotations

import contextlib
import dataclasses
from typing import Any

from nova.compute import vm_states
from oslo_log import log as logging

from jacket_azure import exceptions
from jacket_azure.nova import backend as backends
from jacket_azure.nova import leftovers
from jacket_azure.nova import os_disks
from jacket_azure.nova import replacements
from jacket_azure.nova.rescue import rescue_machine
from jacket_azure.nova.rescue import rescue_password
from jacket_azure.payload import names
from jacket_azure.payload import passwords
from jacket_azure.payload import rescue as payload

LOG = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class Wanted:
    """What Nova asks for.

    :ivar image_id: of the Glance image to rescue with
    """

    context: Any
    instance: Any
    image_id: str
    password: str = dataclasses.field(repr=False)


class RescueOps:
    """Rescue and unrescue of this host's servers."""

    def __init__(self, backend: backends.Backend) -> None:
        self._backend = backend
        self._machine = rescue_machine.RescueMachine(backend)
        self._replacements = replacements.Replacements(backend)
        self._os_disks = os_disks.OsDisks(backend)
        self._leftovers = leftovers.Leftovers(backend)
        self._password = rescue_password.RescuePassword(backend)
        # uuids of servers whose plug is to be pulled
        self._hurried: set[str] = set()
        # and of those that boot their rescue disk, or may
        self._suspects: set[str] = set()

    def power_off_later(self, instance: Any, timeout_seconds: int) -> None:
        """Take note that Nova wants a server off before it is rescued.

        It is stopped by :meth:`rescue`, which Nova calls next, once nothing
        speaks against that.

        :param timeout_seconds: 0 means pull the plug
        """
        if timeout_seconds == 0:
            self._hurried.add(instance.uuid)
        else:
            self._hurried.discard(instance.uuid)

    def rescue(self, wanted: Wanted) -> None:
        """Boot a server from a disk made of an image; twice is fine.

        :raises InvalidRequest: it cannot be; the machine runs on
        :raises AzureError: the machine is as before, as far as Azure answers
        """
        instance = wanted.instance
        hurried = instance.uuid in self._hurried
        self._hurried.discard(instance.uuid)
        vm = self._machine.read(instance)
        prepared, own = self._plan(wanted, vm)
        ran = rescue_machine.runs(vm)
        with contextlib.ExitStack() as undo:
            undo.push(
                lambda kind, exc, trace: self._undo(wanted, ran, exc)
            )
            if own:
                vm = self._machine.back(instance, vm, own)
            os_disk = self._os_disks.make_disk(instance, prepared)
            vm = self._machine.rest(instance, vm, hurried)
            self._suspects.add(instance.uuid)
            self._machine.beside_own(instance, vm, os_disk)
            self._machine.start(instance)
            undo.pop_all()
        LOG.info('Rescued with image %s', wanted.image_id, instance=instance)
        self._password.set(
            wanted.context, instance, wanted.password, vm
        )

    def leave(self, context: Any, instance: Any) -> dict[str, Any]:
        """Let a machine boot its own disk again, when it is started.

        :returns: the machine as it is then
        :raises InvalidRequest: it has no such disk any more
        """
        vm = self._machine.read(instance)
        if payload.is_rescued(vm, instance.uuid):
            own = self._machine.own(context, instance, vm)
            vm = self._machine.back(instance, vm, own)
        self._suspects.discard(instance.uuid)
        return vm

    def take_back(self, context: Any, instance: Any) -> None:
        """Remove what a rescue or unrescue that failed has left.

        Of a server that is not rescued, before it is started. One look where
        there is reason to doubt, and no request else.
        """
        if instance.vm_state == vm_states.RESCUED:
            return
        seen = self._backend.power_states.last_seen(instance.uuid)
        if (
            instance.uuid in self._suspects
            or instance.vm_state == vm_states.ERROR
            or (
                seen is not None
                and seen.boots == names.rescue_disk_name(instance.uuid)
            )
        ):
            self.leave(context, instance)
            self.forget_disk(instance)

    def start(self, instance: Any) -> None:
        """Start the machine; one that runs does not mind."""
        self._machine.start(instance)

    def forget_disk(self, instance: Any) -> None:
        """Delete the rescue disk, if there is one; never raises."""
        self._leftovers.try_to_delete_disk(
            instance, names.rescue_disk_name(instance.uuid)
        )

    def settle(self, instance: Any, start: bool) -> bool:
        """Look whether the machine boots from a rescue disk.

        :param start: one that does shall run, as nobody else can start it
        """
        vm = self._machine.read(instance)
        if not payload.is_rescued(vm, instance.uuid):
            self.forget_disk(instance)
            return False
        self._suspects.add(instance.uuid)
        if start and not rescue_machine.runs(vm):
            try:
                self._machine.start(instance)
            except exceptions.AzureError as exc:
                # it can be unrescued, which is what counts
                LOG.error(
                    'The rescued machine does not start: %s',
                    exc,
                    instance=instance,
                )
        return True

    def _plan(
        self, wanted: Wanted, vm: dict[str, Any]
    ) -> tuple[os_disks.Prepared, dict[str, Any] | None]:
        """Refuse what cannot be; return the disk that is to be made.

        :returns: and the server's own, where a rescue that was cut short
            has left a rescue disk in its place, which may be half done
        """
        instance = wanted.instance
        plan = self._replacements.of_record(
            wanted.context,
            instance,
            wanted.image_id,
            vm,
            names.rescue_disk_name(instance.uuid),
            root_gb=0,
        )
        os_type = vm['properties']['storageProfile']['osDisk'].get('osType')
        if plan.boots.takes_os_profile and os_type == 'Windows':
            raise exceptions.InvalidRequest(
                'Azure sets up Windows of a generalized image only together '
                'with a new machine; rescue with an image of a server, which '
                'is specialized.'
            )
        passwords.check(wanted.password, str(os_type).lower())
        if payload.is_rescued(vm, instance.uuid):
            own = self._machine.own(wanted.context, instance, vm)
            return plan.prepared, own
        self._machine.check(wanted.context, instance, vm)
        return plan.prepared, None

    def _undo(
        self, wanted: Wanted, ran: bool, cause: BaseException | None
    ) -> None:
        """Give a machine back as it was, as far as Azure answers."""
        instance = wanted.instance
        if isinstance(cause, exceptions.OperationTimeout):
            # what Azure still works on cannot be changed
            return
        try:
            try:
                vm = self.leave(wanted.context, instance)
            finally:
                # Azure refuses one that a machine has
                self.forget_disk(instance)
            if ran and not rescue_machine.runs(vm):
                self._machine.start(instance)
        except exceptions.JacketAzureError as exc:
            self._backend.power_states.forget(instance.uuid)
            LOG.error(
                'The rescue failed, and its beginnings could not be taken '
                'back: %s',
                exc,
                instance=instance,
            )
