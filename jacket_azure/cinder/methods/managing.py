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

"""What Cinder asks for disks that come and go: manage and unmanage."""

from __future__ import annotations

from typing import Any

from cinder.volume import volume_utils

from jacket_azure.cinder import errors


class Managing:
    """Part of :class:`..driver.AzureVolumeDriver`."""

    _manage_volumes: Any
    _manage_snapshots: Any

    def manage_existing_get_size(self, volume: Any, existing_ref: Any) -> int:
        with errors.as_cinder_errors(volume):
            size_gib: int = self._manage_volumes.size_gib(existing_ref)
            return size_gib

    def manage_existing(self, volume: Any, existing_ref: Any) -> Any:
        with errors.as_cinder_errors(volume):
            return self._manage_volumes.take(volume, existing_ref)

    def unmanage(self, volume: Any) -> None:
        with errors.as_cinder_errors():
            self._manage_volumes.let_go(volume)

    def get_manageable_volumes(
        self,
        cinder_volumes: Any,
        marker: Any,
        limit: Any,
        offset: Any,
        sort_keys: Any,
        sort_dirs: Any,
    ) -> Any:
        with errors.as_cinder_errors():
            found = self._manage_volumes.list(cinder_volumes)
        return volume_utils.paginate_entries_list(
            found, marker, limit, offset, sort_keys, sort_dirs
        )

    def manage_existing_snapshot_get_size(
        self, snapshot: Any, existing_ref: Any
    ) -> int:
        with errors.as_cinder_errors(snapshot):
            size_gib: int = self._manage_snapshots.size_gib(existing_ref)
            return size_gib

    def manage_existing_snapshot(
        self, snapshot: Any, existing_ref: Any
    ) -> Any:
        with errors.as_cinder_errors(snapshot):
            return self._manage_snapshots.take(snapshot, existing_ref)

    def unmanage_snapshot(self, snapshot: Any) -> None:
        with errors.as_cinder_errors():
            self._manage_snapshots.let_go(snapshot)

    def get_manageable_snapshots(
        self,
        cinder_snapshots: Any,
        marker: Any,
        limit: Any,
        offset: Any,
        sort_keys: Any,
        sort_dirs: Any,
    ) -> Any:
        with errors.as_cinder_errors():
            found = self._manage_snapshots.list(cinder_snapshots)
        return volume_utils.paginate_entries_list(
            found, marker, limit, offset, sort_keys, sort_dirs
        )
