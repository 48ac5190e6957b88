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

"""Delegates for what moves machines: to another size, or another host.

Part of :class:`.driver.AzureDriver`.
"""

from __future__ import annotations

from typing import Any

from nova import exception as nova_exception
from nova import objects

from jacket_azure.nova import errors


class Moves:
    """Mixed into the driver, before Nova's own base class."""

    rebuildops: Any
    resizeops: Any
    serialops: Any
    evacuateops: Any

    def migrate_disk_and_power_off(
        self,
        context: Any,
        instance: Any,
        dest: str,
        flavor: Any,
        network_info: Any,
        block_device_info: Any = None,
        timeout: int = 0,
        retry_interval: int = 0,
    ) -> str:
        self.serialops.forget(instance.uuid)
        # no disk moves, and the machine runs again: all that can fail
        # happens where Nova takes it back
        migration = objects.Migration.get_by_id_and_instance(
            context.elevated(),
            instance.migration_context.migration_id,
            instance.uuid,
        )
        with errors.as_rollback(instance, nova_exception.ResizeError):
            # it starts the machine, perhaps with the disk of before
            self.rebuildops.finish(context, instance)
            self.resizeops.migrate(context, instance, flavor, migration)
        return ''

    def finish_migration(
        self,
        context: Any,
        migration: Any,
        instance: Any,
        disk_info: Any,
        network_info: Any,
        image_meta: Any,
        resize_instance: bool,
        allocations: Any,
        block_device_info: Any = None,
        power_on: bool = True,
        share_info: Any = None,
    ) -> None:
        with errors.as_nova_errors(instance):
            self.resizeops.finish(context, instance, migration, power_on)

    def confirm_migration(
        self,
        context: Any,
        migration: Any,
        instance: Any,
        network_info: Any,
    ) -> None:
        with errors.as_nova_errors(instance):
            self.resizeops.confirm(instance, migration)

    def finish_revert_migration(
        self,
        context: Any,
        instance: Any,
        network_info: Any,
        migration: Any,
        block_device_info: Any = None,
        power_on: bool = True,
        share_info: Any = None,
    ) -> None:
        with errors.as_nova_errors(instance):
            self.resizeops.revert(context, instance, migration, power_on)
