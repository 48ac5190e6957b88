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

"""What Cinder asks for volumes: made, changed, moved, deleted."""

from __future__ import annotations

from typing import Any

from jacket_azure.cinder import errors


class Volumes:
    """Part of :class:`..driver.AzureVolumeDriver`."""

    _volumes: Any
    _deletion: Any
    _moves: Any

    def create_volume(self, volume: Any) -> Any:
        with errors.as_create_errors(volume):
            return self._volumes.create(volume)

    def create_volume_from_snapshot(self, volume: Any, snapshot: Any) -> Any:
        with errors.as_create_errors(volume):
            return self._volumes.create_from_snapshot(volume, snapshot)

    def create_cloned_volume(self, volume: Any, src_vref: Any) -> Any:
        with errors.as_create_errors(volume):
            return self._volumes.create_from_volume(volume, src_vref)

    def delete_volume(self, volume: Any) -> None:
        with errors.as_busy_volume(volume):
            self._deletion.delete(volume)

    def extend_volume(self, volume: Any, new_size: int) -> None:
        with errors.as_cinder_errors(volume):
            self._volumes.grow(volume, new_size)

    def accept_transfer(
        self, context: Any, volume: Any, new_user: str, new_project: str
    ) -> None:
        with errors.as_cinder_errors(volume):
            self._volumes.give_to(volume, new_project)

    # -- another type, another place

    def retype(
        self, context: Any, volume: Any, new_type: Any, diff: Any, host: Any
    ) -> Any:
        with errors.as_cinder_errors(volume):
            return self._moves.retype(volume, new_type['id'], host)

    def migrate_volume(self, context: Any, volume: Any, host: Any) -> Any:
        with errors.as_cinder_errors(volume):
            return self._moves.migrate(volume, host)

    def update_migrated_volume(
        self,
        ctxt: Any,
        volume: Any,
        new_volume: Any,
        original_volume_status: str,
    ) -> Any:
        with errors.as_cinder_errors(volume):
            return self._volumes.take_over(volume, new_volume)
