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

"""Delegates for the volumes of servers.

Mixed into :class:`.driver.AzureDriver`.
"""

from __future__ import annotations

from typing import Any

from nova import exception as nova_exception
from nova.compute import utils as compute_utils

from jacket_azure.nova import errors


class VolumeActions:
    """Before Nova's own base class."""

    swapops: Any
    volumeops: Any

    def attach_volume(
        self,
        context: Any,
        connection_info: Any,
        instance: Any,
        mountpoint: str,
        disk_bus: str | None = None,
        device_type: str | None = None,
        encryption: Any = None,
    ) -> None:
        if encryption:
            raise nova_exception.VolumeEncryptionNotSupported(
                volume_type=encryption.get('provider'),
                volume_id=connection_info.get('serial'),
            )
        with errors.as_nova_errors(instance):
            self.volumeops.attach(instance, connection_info)

    def detach_volume(
        self,
        context: Any,
        connection_info: Any,
        instance: Any,
        mountpoint: str,
        encryption: Any = None,
    ) -> None:
        with errors.as_detach_errors(instance, mountpoint):
            was_there = self.volumeops.detach(instance, connection_info)
        if not was_there:
            # Nova then goes on as if it had been
            raise nova_exception.DiskNotFound(location=mountpoint)

    def swap_volume(
        self,
        context: Any,
        old_connection_info: Any,
        new_connection_info: Any,
        instance: Any,
        mountpoint: str,
        resize_to: int,
    ) -> None:
        with errors.as_nova_errors(instance):
            self.swapops.swap(
                instance, old_connection_info, new_connection_info, resize_to
            )

    def extend_volume(
        self,
        context: Any,
        connection_info: Any,
        instance: Any,
        requested_size: int,
    ) -> None:
        with errors.as_nova_errors(instance):
            self.volumeops.extend(instance, connection_info, requested_size)

    def get_device_name_for_instance(
        self, instance: Any, bdms: Any, block_device_obj: Any
    ) -> str:
        # names are Nova's to number: the guest of an Azure machine sees LUNs
        self.volumeops.check_room(instance, bdms)
        return compute_utils.get_device_name_for_instance(
            instance, bdms, block_device_obj.get('device_name')
        )
