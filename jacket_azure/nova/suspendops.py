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

"""Suspend and resume by hibernation, never by a power-off in its clothes."""

from __future__ import annotations

from typing import Any

from oslo_log import log as logging

from jacket_azure import exceptions
from jacket_azure.nova import backend as backends
from jacket_azure.payload import hibernation
from jacket_azure.payload import instance_view
from jacket_azure.payload import names

LOG = logging.getLogger(__name__)

Power = instance_view.Power

_LOOK_SECONDS = 5.0


class SuspendOps:
    """Machines whose memory goes to their disk and comes back."""

    def __init__(self, backend: backends.Backend) -> None:
        self._backend = backend
        self._virtual_machines = backend.azure.virtual_machines
        self._states = backend.power_states

    def suspend(self, instance: Any) -> None:
        """Hibernate a running machine; twice is fine.

        :raises InvalidRequest: it cannot; nothing has changed
        :raises OperationFailed: Azure stopped it and kept no memory
        """
        name = names.vm_name(instance.uuid)
        vm = self._virtual_machines.get(name, instance_view=True)
        state = instance_view.parse(vm)
        if state.hibernated:
            return
        self._check(vm, state)
        self._states.forget(instance.uuid)
        try:
            self._virtual_machines.deallocate(name, hibernate=True)
        except exceptions.AzureError:
            # where the answer was lost, Azure refuses a second request of a
            # machine that does not run any more
            if not self._ends_hibernated(instance):
                raise
        else:
            seen = self._states.read(instance.uuid)
            if seen is None or not seen.hibernated:
                raise exceptions.OperationFailed(
                    'Azure stopped the virtual machine without keeping its '
                    'memory.',
                    code='NotHibernated',
                )
        LOG.info('Hibernated virtual machine %s', name, instance=instance)

    def resume(self, instance: Any) -> None:
        """Start a machine where it stopped; one that runs stays so.

        :raises NoCapacity: it stays hibernated
        """
        name = names.vm_name(instance.uuid)
        seen = self._states.read(instance.uuid)
        if seen is not None and not seen.hibernated:
            if seen.power is Power.RUNNING:
                return
            LOG.warning(
                'Virtual machine %s lost its memory while it was suspended; '
                'its guest boots',
                name,
                instance=instance,
            )
        self._states.forget(instance.uuid)
        self._virtual_machines.start(name)
        self._states.record(instance, Power.RUNNING)
        LOG.info('Resumed virtual machine %s', name, instance=instance)

    def _ends_hibernated(self, instance: Any) -> bool:
        """Tell how a request ended that Azure may have been working on."""
        wire = self._backend.azure.wire
        until = wire.clock() + wire.operation_timeout
        while True:
            try:
                seen = self._states.read(instance.uuid)
            except exceptions.AzureError:
                return False
            if (
                seen is None
                or seen.power is not Power.DEALLOCATING
                or wire.clock() > until
            ):
                return seen is not None and seen.hibernated
            wire.sleep(_LOOK_SECONDS)

    def _check(self, vm: Any, state: instance_view.VmState) -> None:
        size = self._backend.catalogue.size(
            vm['properties']['hardwareProfile']['vmSize']
        )
        if not size.hibernation:
            raise exceptions.InvalidRequest(
                f'The VM size {size.name} cannot hibernate.'
            )
        if not hibernation.is_enabled(vm):
            raise exceptions.InvalidRequest(
                'This server was not made to hibernate: [azure] hibernation '
                'was off, or its image or disk cannot.'
            )
        if state.power is not Power.RUNNING:
            raise exceptions.InvalidRequest(
                f'Only a running machine can hibernate; it is {state.power}.'
            )
