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

"""The os-brick connector: nothing is attached, a file object is opened.

os-brick has no entry points for connectors; its two tables are module
globals (os-brick 7.1, initiator/connector.py), to which :func:`register`
adds ours. It must run in each process that attaches.
"""

from __future__ import annotations

import sys
from typing import Any

from os_brick import exception as brick_exception
from os_brick.initiator import connector as brick_connector
from os_brick.initiator.connectors import base

from jacket_azure import exceptions
from jacket_azure.brick import opening
from jacket_azure.brick import volume_file

# ``driver_volume_type`` and ``storage_protocol``
PROTOCOL = 'azure'
# in the connector properties of a host that can do this
KEY = 'azure_file'

_TABLES = (
    '_connector_mapping_linux',
    '_connector_mapping_linux_ppc64',
    '_connector_mapping_linux_s390x',
)


class AzureConnector(base.BaseLinuxConnector):
    """Opens volumes and snapshots as Python file objects."""

    @staticmethod
    def get_connector_properties(
        root_helper: str, *args: Any, **kwargs: Any
    ) -> dict[str, Any]:
        return {KEY: True}

    def connect_volume(
        self, connection_properties: dict[str, Any]
    ) -> dict[str, Any]:
        """Open what ``initialize_connection`` described.

        :returns: ``{'path': <file object>}``
        """
        try:
            opened = opening.open_file(connection_properties)
        except exceptions.JacketAzureError as exc:
            raise brick_exception.BrickException(message=str(exc)) from exc
        return {'type': 'file', 'path': opened}

    def disconnect_volume(
        self,
        connection_properties: dict[str, Any],
        device_info: dict[str, Any] | None,
        force: bool = False,
        ignore_errors: bool = False,
    ) -> None:
        """Close the file; only now what was written is a volume.

        Cinder disconnects in a ``finally``, always with *force*, and so
        tells nobody that the copying has failed. That an exception is on
        its way tells: half a volume must not be taken for a whole one.
        """
        opened = (device_info or {}).get('path')
        if not isinstance(opened, volume_file.VolumeFile):
            return
        failure = sys.exception()
        try:
            if failure is None or failure is opened.opened_within:
                opened.close()
            else:
                opened.abort()
        except OSError as exc:
            if not ignore_errors:
                raise brick_exception.BrickException(message=str(exc)) from exc

    def check_valid_device(self, path: Any, run_as_root: bool = True) -> bool:
        return isinstance(path, volume_file.VolumeFile) and not path.closed

    def get_volume_paths(
        self, connection_properties: dict[str, Any]
    ) -> list[str]:
        return []

    def get_search_path(self) -> None:
        return None

    def get_all_available_volumes(
        self, connection_properties: dict[str, Any] | None = None
    ) -> list[str]:
        return []

    def extend_volume(self, connection_properties: dict[str, Any]) -> int:
        """Return the size in bytes; the file object needs no rescan."""
        size_gib: int = connection_properties['size_gib']
        return size_gib * 1024**3


def register() -> None:
    """Make the protocol known to os-brick; calling twice is fine."""
    path = f'{AzureConnector.__module__}.{AzureConnector.__name__}'
    for name in _TABLES:
        table = getattr(brick_connector, name)
        table.setdefault(PROTOCOL.upper(), path)
    if path not in brick_connector.unix_connector_list:
        brick_connector.unix_connector_list.append(path)
