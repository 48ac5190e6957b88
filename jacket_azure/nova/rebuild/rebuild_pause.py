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

"""A machine that is at rest while it gets another disk to boot."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
import contextlib
import dataclasses
from typing import Any

from oslo_log import log as logging

from jacket_azure import exceptions
from jacket_azure.nova import backend as backends
from jacket_azure.nova import guest_access
from jacket_azure.nova import patience
from jacket_azure.payload import instance_view
from jacket_azure.payload import names

LOG = logging.getLogger(__name__)

Power = instance_view.Power


@dataclasses.dataclass
class Rest:
    """A machine at rest.

    :ivar vm: as read since
    :ivar again: whether it is to be started again when things fail
    """

    vm: Mapping[str, Any]
    again: bool


class Pause:
    """Deallocates machines for a rebuild, and starts them again."""

    def __init__(
        self, backend: backends.Backend, access: guest_access.GuestAccess
    ) -> None:
        self._backend = backend
        self._virtual_machines = backend.azure.virtual_machines
        self._access = access

    @contextlib.contextmanager
    def of(
        self, instance: Any, vm: Mapping[str, Any]
    ) -> Iterator[Rest]:
        """Have the machine deallocated; when the block fails, as it was."""
        power = instance_view.parse(vm).power
        states = self._backend.power_states
        name = names.vm_name(instance.uuid)
        # one that was at rest may have changed as well, while a disk was made
        rest = Rest(vm, power not in (Power.STOPPED, Power.DEALLOCATED))
        try:
            if power is not Power.DEALLOCATED:
                if power is Power.RUNNING:
                    self._access.take_back(instance, vm)
                states.forget(instance.uuid)
                patience.insist(
                    self._backend.azure.wire,
                    lambda: self._virtual_machines.deallocate(name),
                )
                states.record(instance, Power.DEALLOCATED)
            rest.vm = self._virtual_machines.get(name)
            yield rest
        except BaseException:
            if rest.again:
                self.start_again(instance)
            raise

    def start_again(self, instance: Any) -> None:
        """Start a machine after a rebuild that failed; never raises."""
        try:
            self.start(instance)
        except exceptions.AzureError as exc:
            LOG.error(
                'The virtual machine was stopped for a rebuild that failed, '
                'and does not start again: %s',
                exc,
                instance=instance,
            )

    def start(self, instance: Any) -> None:
        """Start the machine, whatever else goes on with it."""
        name = names.vm_name(instance.uuid)
        self._backend.power_states.forget(instance.uuid)
        patience.insist(
            self._backend.azure.wire,
            lambda: self._virtual_machines.start(name),
        )
        self._backend.power_states.record(instance, Power.RUNNING)
