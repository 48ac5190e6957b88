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

"""Delegates for what is done to single machines besides power and volumes.

The other half of :class:`.driver.AzureDriver`.
"""

from __future__ import annotations

from typing import Any

from nova import exception as nova_exception
from nova.compute import vm_states

from jacket_azure import exceptions
from jacket_azure.nova import errors
from jacket_azure.nova import reboots

# of a server that exists, and to which Nova does nothing but attach
_ATTACHING = (vm_states.ACTIVE, vm_states.STOPPED)

_NO_PAUSE = (
    'Azure cannot freeze a virtual machine in place; stop the server, or '
    'suspend it.'
)


class Actions:
    """Mixed into the driver, before Nova's own base class."""

    diagnosticsops: Any
    interfaceops: Any
    passwordops: Any
    serialops: Any
    suspendops: Any

    def get_diagnostics(self, instance: Any) -> dict[str, Any]:
        with errors.as_nova_errors(instance):
            return self.diagnosticsops.facts(instance)

    def get_instance_diagnostics(self, instance: Any) -> Any:
        with errors.as_nova_errors(instance):
            return self.diagnosticsops.standard(instance)

    def get_serial_console(self, context: Any, instance: Any) -> Any:
        # in which of Nova's words it is refused, only that module knows
        return self.serialops.console(instance)

    def set_admin_password(self, instance: Any, new_pass: str) -> None:
        # which exceptions the user sees, only that module knows
        self.passwordops.change(instance, new_pass)

    def network_binding_host_id(self, context: Any, instance: Any) -> Any:
        """Return the host, or refuse an interface in time.

        Nova asks this first when it attaches an interface, before Neutron
        knows of it. The words of this exception the user reads; of those of
        :meth:`attach_interface` only that it failed (nova 34
        compute/manager.py, ``_attach_interface``).
        """
        # others ask with no more of an instance than its host
        if (
            instance.obj_attr_is_set('task_state')
            and instance.task_state is None
            and instance.vm_state in _ATTACHING
        ):
            with errors.as_nova_errors(instance):
                try:
                    self.interfaceops.check_attach(instance)
                except exceptions.InvalidRequest as exc:
                    raise nova_exception.AttachInterfaceNotSupported(
                        str(exc), instance_uuid=instance.uuid
                    ) from exc
        return instance.host

    def attach_interface(
        self, context: Any, instance: Any, image_meta: Any, vif: Any
    ) -> None:
        with errors.as_nova_errors(instance):
            self.interfaceops.attach(context, instance, vif)

    def detach_interface(
        self, context: Any, instance: Any, vif: Any
    ) -> None:
        with errors.as_nova_errors(instance):
            self.interfaceops.detach(instance, vif)

    def poll_rebooting_instances(self, timeout: int, instances: Any) -> None:
        reboots.force(instances)

    def suspend(self, context: Any, instance: Any) -> None:
        with errors.as_rollback(
            instance, nova_exception.InstanceSuspendFailure
        ):
            self.suspendops.suspend(instance)

    def resume(
        self,
        context: Any,
        instance: Any,
        network_info: Any,
        block_device_info: Any = None,
        share_info: Any = None,
    ) -> None:
        with errors.as_rollback(
            instance, nova_exception.InstanceResumeFailure
        ):
            self.suspendops.resume(instance)

    # What Azure cannot. Each is refused with an exception of Nova's whose
    # words the user finds in the server's actions, or in the migration; the
    # server stays as it is. NotImplementedError would say nothing.

    def pause(self, instance: Any) -> None:
        raise nova_exception.NovaException(_NO_PAUSE)

    def unpause(self, instance: Any) -> None:
        raise nova_exception.NovaException(_NO_PAUSE)

    def check_can_live_migrate_destination(
        self,
        context: Any,
        instance: Any,
        src_compute_info: Any,
        dst_compute_info: Any,
        block_migration: bool = False,
        disk_over_commit: bool = False,
    ) -> None:
        raise nova_exception.MigrationPreCheckError(
            reason='Azure moves virtual machines itself, and not where one '
            'would like them; there is no live migration.'
        )
