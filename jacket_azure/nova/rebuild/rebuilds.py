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

"""The driver's delegate for rebuild, which is also what evacuates."""

from __future__ import annotations

from collections.abc import Iterator
import contextlib
from typing import Any

from nova import exception as nova_exception

from jacket_azure import exceptions
from jacket_azure.nova import choices
from jacket_azure.nova import errors
from jacket_azure.nova.rebuild import rebuildops as ops


class Rebuilds:
    """Mixed into the driver, before Nova's own base class."""

    allocations: Any
    evacuateops: Any
    rebuildops: Any

    def rebuild(
        self,
        context: Any,
        instance: Any,
        image_meta: Any,
        injected_files: Any,
        admin_password: str | None,
        allocations: Any,
        bdms: Any,
        detach_block_devices: Any,
        attach_block_devices: Any,
        network_info: Any = None,
        evacuate: bool = False,
        block_device_info: Any = None,
        preserve_ephemeral: bool = False,
        accel_uuids: Any = None,
        reimage_boot_volume: bool = False,
    ) -> None:
        if evacuate:
            self.evacuateops.take_over(
                context,
                instance,
                bdms,
                detach_block_devices,
                attach_block_devices,
            )
            return
        with self._keeping(instance, allocations), _told(instance):
            if preserve_ephemeral:
                raise nova_exception.InstanceFaultRollback(
                    nova_exception.PreserveEphemeralNotSupported()
                )
            self.rebuildops.rebuild(
                choices.Order(
                    context,
                    instance,
                    image_meta,
                    injected_files,
                    admin_password,
                    network_info,
                    block_device_info,
                ),
                ops.Request(bdms, attach_block_devices, reimage_boot_volume),
            )

    @contextlib.contextmanager
    def _keeping(self, instance: Any, allocations: Any) -> Iterator[None]:
        """Let a server that is not rebuilt keep its allocation."""
        try:
            yield
        except Exception:
            self.allocations.note(instance.uuid, allocations)
            raise


@contextlib.contextmanager
def _told(instance: Any) -> Iterator[None]:
    """Let the user read why a server is not rebuilt.

    Of a missing machine nothing is raised that Nova takes for a deletion: the
    server would be shown as being rebuilt for ever (nova 34
    compute/manager.py, ``rebuild_instance``).

    :raises InstanceFaultRollback: Nova puts the server's state back
    """
    try:
        yield
    except (
        exceptions.JacketAzureError,
        nova_exception.InvalidBDM,
        nova_exception.InstanceNotFound,
    ) as exc:
        reason = str(exc)
        if errors.is_missing_vm(exc):
            reason = (
                'Azure has no virtual machine of this server any more, so '
                'there is nothing to rebuild. Hard reboot it once it has '
                'been restored, or delete it.'
            )
        raise nova_exception.InstanceFaultRollback(
            nova_exception.BuildAbortException(
                instance_uuid=instance.uuid, reason=reason
            )
        ) from exc
