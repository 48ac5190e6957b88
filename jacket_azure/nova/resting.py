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

"""Let a machine rest for what Azure changes on deallocated ones only."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
import contextlib
from typing import Any

from nova.compute import task_states
from oslo_log import log as logging

from jacket_azure import exceptions
from jacket_azure.nova import backend as backends
from jacket_azure.payload import instance_view
from jacket_azure.payload import names

LOG = logging.getLogger(__name__)

Power = instance_view.Power

# Nova's power sync leaves a server with a task alone, and should this
# service be killed meanwhile, the next one starts the server again (nova 34
# compute/manager.py, _retry_reboot).
_TASK = task_states.REBOOT_STARTED_HARD


class Resting:
    """Stops machines and starts them again, where the operator lets it."""

    def __init__(self, backend: backends.Backend) -> None:
        self._backend = backend
        self._virtual_machines = backend.azure.virtual_machines

    def check(self, vm: Mapping[str, Any]) -> None:
        """Refuse a machine that is not at rest and may not be stopped.

        :param vm: as read, with its instance view
        :raises InvalidRequest: says what the user can do
        """
        state = instance_view.parse(vm)
        if state.hibernated:
            raise exceptions.InvalidRequest(
                'A suspended server keeps its network interfaces; resume it '
                'first.'
            )
        if state.power is Power.DEALLOCATED:
            return
        if state.power not in (Power.RUNNING, Power.STOPPED):
            raise exceptions.InvalidRequest(
                f'The virtual machine is {state.power}; try again when that '
                f'is over.'
            )
        if self._backend.conf.restart_for_interface_change:
            return
        raise exceptions.InvalidRequest(
            'Azure changes network interfaces of deallocated machines only: '
            'stop the server first.'
            if state.power is Power.RUNNING
            else 'Azure changes network interfaces of deallocated machines '
            'only, and [azure] stop_mode = power_off keeps the hardware of '
            'this stopped one.'
        )

    @contextlib.contextmanager
    def of(self, instance: Any, vm: Mapping[str, Any]) -> Iterator[None]:
        """Have the machine deallocated inside the block.

        One that ran is started after it, also when the block fails. That a
        start fails is no reason to take the change back: the server is then
        stopped, as Nova's next power sync notices.

        :raises InvalidRequest: see :meth:`check`; nothing has changed
        """
        self.check(vm)
        power = instance_view.parse(vm).power
        if power is Power.DEALLOCATED:
            yield
            return
        if power is Power.STOPPED:
            self._deallocate(instance)
            yield
            return
        instance.task_state = _TASK
        instance.save(expected_task_state=[None])
        try:
            with self._started_again(instance):
                self._deallocate(instance)
                yield
        finally:
            instance.task_state = None
            instance.save(expected_task_state=[_TASK])

    def _deallocate(self, instance: Any) -> None:
        self._backend.power_states.forget(instance.uuid)
        self._virtual_machines.deallocate(names.vm_name(instance.uuid))
        self._backend.power_states.record(instance, Power.DEALLOCATED)

    @contextlib.contextmanager
    def _started_again(self, instance: Any) -> Iterator[None]:
        name = names.vm_name(instance.uuid)
        try:
            yield
        finally:
            try:
                self._virtual_machines.start(name)
            except exceptions.AzureError as exc:
                self._backend.power_states.forget(instance.uuid)
                LOG.error(
                    'Virtual machine %s was stopped for a change and does '
                    'not start again: %s',
                    name,
                    exc,
                    instance=instance,
                )
            else:
                self._backend.power_states.record(instance, Power.RUNNING)
