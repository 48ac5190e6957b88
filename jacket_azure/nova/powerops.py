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

"""Start, stop, reboot, and the state Nova is told."""

from __future__ import annotations

from collections.abc import Iterator
import contextlib
from typing import Any

from nova import exception as nova_exception
from nova.compute import power_state
from nova.virt import hardware
from oslo_log import log as logging

from jacket_azure import exceptions
from jacket_azure.nova import backend as backends
from jacket_azure.nova import listings
from jacket_azure.payload import instance_view
from jacket_azure.payload import names

LOG = logging.getLogger(__name__)

Power = instance_view.Power

# NOSTATE makes Nova's power sync leave an instance alone (nova 34
# compute/manager.py, _sync_instance_power_state), so it stands for whatever
# is about to become something else.
_NOVA_STATES = {
    Power.RUNNING: power_state.RUNNING,
    Power.STOPPED: power_state.SHUTDOWN,
    Power.DEALLOCATED: power_state.SHUTDOWN,
}


def nova_state(seen: listings.Seen | instance_view.VmState) -> int:
    """Translate Azure's power state to ``nova.compute.power_state``."""
    if seen.hibernated:
        return power_state.SUSPENDED
    return _NOVA_STATES.get(seen.power, power_state.NOSTATE)


class PowerOps:
    """Power actions on the virtual machines of this host."""

    def __init__(self, backend: backends.Backend) -> None:
        self._backend = backend
        self._virtual_machines = backend.azure.virtual_machines
        self._states = backend.power_states

    def get_info(self, instance: Any, use_cache: bool = True) -> Any:
        """Return ``nova.virt.hardware.InstanceInfo``.

        :raises InstanceNotFound: Azure has no such machine of ours
        :raises AzureError: Azure could not be asked; never read as "gone"
        """
        return hardware.InstanceInfo(
            state=nova_state(self._seen(instance, use_cache))
        )

    def power_off(self, instance: Any, timeout_seconds: int = 0) -> None:
        """Stop an instance, and release its hardware unless told not to.

        :param timeout_seconds: 0 means pull the plug. Otherwise the guest is
            asked to shut down; how long it gets is Azure's choice.
        """
        vm = self._own_vm(instance)
        pull_the_plug = timeout_seconds == 0
        deallocate = self._backend.conf.stop_mode == 'deallocate'
        with self._changing(
            instance, Power.DEALLOCATED if deallocate else Power.STOPPED
        ):
            if pull_the_plug or not deallocate:
                self._virtual_machines.power_off(
                    vm, skip_shutdown=pull_the_plug
                )
            if deallocate:
                self._virtual_machines.deallocate(vm)
        LOG.info(
            'Stopped virtual machine %s (%s)',
            vm,
            self._backend.conf.stop_mode,
            instance=instance,
        )

    def power_on(self, instance: Any) -> None:
        """Start an instance.

        :raises NoCapacity: its hardware was released and none is free now
        """
        vm = self._own_vm(instance)
        with self._changing(instance, Power.RUNNING):
            self._virtual_machines.start(vm)
        LOG.info('Started virtual machine %s', vm, instance=instance)

    def reboot(self, instance: Any, hard: bool) -> None:
        """Restart through the guest, or as by the power switch."""
        vm = self._own_vm(instance)
        with self._changing(instance, Power.RUNNING):
            if hard:
                self._virtual_machines.power_off(vm, skip_shutdown=True)
                self._virtual_machines.start(vm)
            else:
                self._virtual_machines.restart(vm)
        LOG.info('Restarted virtual machine %s', vm, instance=instance)

    def is_stopped(self, instance: Any) -> bool:
        """Tell whether an instance does not run, by a listing.

        :raises InstanceNotFound: there is no machine
        """
        seen = self._seen(instance, use_cache=True)
        return nova_state(seen) == power_state.SHUTDOWN

    def _seen(self, instance: Any, use_cache: bool) -> listings.Seen:
        seen = self._states.get(instance.uuid, use_cache)
        if seen is None:
            raise nova_exception.InstanceNotFound(instance_id=instance.uuid)
        return seen

    def _own_vm(self, instance: Any) -> str:
        """Return the machine's name, once we know that it is ours."""
        if self._states.last_seen(instance.uuid) is None:
            self._seen(instance, use_cache=True)
        return names.vm_name(instance.uuid)

    @contextlib.contextmanager
    def _changing(self, instance: Any, power: Power) -> Iterator[None]:
        """Tell the power states how a change of ours ended."""
        try:
            yield
        except exceptions.AzureError:
            self._states.forget(instance.uuid)
            raise
        self._states.record(instance, power)
