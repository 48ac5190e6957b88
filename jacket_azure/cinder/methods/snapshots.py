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

"""What Cinder asks for snapshots."""

from __future__ import annotations

from typing import Any

from jacket_azure.cinder import errors


class Snapshots:
    """Part of :class:`..driver.AzureVolumeDriver`."""

    _snapshots: Any

    def create_snapshot(self, snapshot: Any) -> Any:
        with errors.as_cinder_errors(snapshot):
            return self._snapshots.create(snapshot)

    def delete_snapshot(self, snapshot: Any) -> None:
        with errors.as_busy_snapshot(snapshot):
            self._snapshots.delete(snapshot)

    def revert_to_snapshot(
        self, context: Any, volume: Any, snapshot: Any
    ) -> None:
        with errors.as_cinder_errors(volume):
            self._snapshots.revert(volume, snapshot)

    def snapshot_revert_use_temp_snapshot(self) -> bool:
        # a managed disk is deleted once another has taken over; a page blob
        # is copied onto itself, and after a crash reverted once more
        return False
