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

"""What Cinder asks when a machine, or a host, attaches a volume."""

from __future__ import annotations

from typing import Any

from jacket_azure.cinder import connections
from jacket_azure.cinder import errors


class Attachments:
    """Part of :class:`..driver.AzureVolumeDriver`."""

    _connections: Any

    def validate_connector(self, connector: Any) -> None:
        connections.check_connector(connector)

    def ensure_export(self, context: Any, volume: Any) -> None:
        """Nothing is exported: Azure attaches disks itself."""

    def create_export(
        self, context: Any, volume: Any, connector: Any
    ) -> None:
        """Nothing is exported."""

    def remove_export(self, context: Any, volume: Any) -> None:
        """Nothing is exported."""

    def initialize_connection(self, volume: Any, connector: Any) -> Any:
        with errors.as_cinder_errors():
            return self._connections.describe(volume, connector)

    def terminate_connection(
        self, volume: Any, connector: Any, **kwargs: Any
    ) -> None:
        """Nova has detached the disk from the machine already."""

    def create_export_snapshot(
        self, context: Any, snapshot: Any, connector: Any
    ) -> None:
        """Nothing is exported."""

    def remove_export_snapshot(self, context: Any, snapshot: Any) -> None:
        """Nothing is exported."""

    def initialize_connection_snapshot(
        self, snapshot: Any, connector: Any, **kwargs: Any
    ) -> Any:
        with errors.as_cinder_errors():
            return self._connections.describe_snapshot(snapshot)

    def terminate_connection_snapshot(
        self, snapshot: Any, connector: Any, **kwargs: Any
    ) -> None:
        """Nothing was attached."""

    def backup_use_temp_snapshot(self) -> bool:
        # a disk in use is read from a snapshot of it
        return True
