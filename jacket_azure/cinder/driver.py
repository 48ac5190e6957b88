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

"""AzureVolumeDriver: one delegate per method Cinder calls.

What a method must do is in ``cinder.interface.volume_driver``; here is only
who does it. Methods that are missing are those Azure does not need.
"""

from __future__ import annotations

import copy
from typing import Any

from cinder import interface
from cinder.volume import driver
from cinder.volume import volume_utils
from oslo_config import cfg

from jacket_azure import conf as azure_conf
from jacket_azure.brick import connector as brick
from jacket_azure.brick import opening
from jacket_azure.cinder import connections
from jacket_azure.cinder import errors
from jacket_azure.cinder import groups
from jacket_azure.cinder import imageops
from jacket_azure.cinder import manage
from jacket_azure.cinder import moves
from jacket_azure.cinder import snapshotops
from jacket_azure.cinder import startup
from jacket_azure.cinder import stats
from jacket_azure.cinder import vendor_properties
from jacket_azure.cinder import volumeops

# Cinder's own copies of volumes attach them to this host
brick.register()


@interface.volumedriver
class AzureVolumeDriver(driver.VolumeDriver):
    """Keeps volumes as disks in one region of Azure.

    .. code-block:: none

      Version history:
          1.0.0 - managed disks and page blobs
    """

    VERSION = '1.0.0'
    CI_WIKI_NAME = 'jacket_azure_CI'
    # all that is known of a volume is in Cinder's database and in Azure
    SUPPORTS_ACTIVE_ACTIVE = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.configuration.append_config_values(azure_conf.BACKEND_OPTS)
        self._backend: Any = None
        self._volumes: Any = None
        self._snapshots: Any = None
        self._images: Any = None
        self._connections: Any = None
        self._moves: Any = None
        self._manage: Any = None
        self.stats = stats.Stats(self._build_stats)

    @classmethod
    def get_driver_options(cls) -> list[Any]:
        return azure_conf.BACKEND_OPTS

    # -- the service

    def do_setup(self, context: Any) -> None:
        group = self.configuration.azure_config_group
        options = azure_conf.register_opts(cfg.CONF, group)
        backend = startup.connect(options, group)
        opening.provide(group, backend.disks)
        self._backend = backend
        self._volumes = volumeops.VolumeOps(backend)
        self._snapshots = snapshotops.SnapshotOps(backend, self._volumes)
        self._images = imageops.ImageOps(backend, self._volumes)
        self._connections = connections.Connections(backend)
        self._moves = moves.Moves(backend)
        self._manage = manage.Manage(backend, self._volumes, self._snapshots)

    def check_for_setup_error(self) -> None:
        startup.check(self._backend)

    def _update_volume_stats(self) -> None:
        with errors.as_cinder_errors():
            # the manager writes into what it gets
            self._stats = copy.deepcopy(self.stats.get())

    def _build_stats(self) -> dict[str, Any]:
        return stats.build(
            self._backend,
            self.configuration.safe_get('volume_backend_name')
            or self._backend.group,
            self.VERSION,
            self.configuration.safe_get('reserved_percentage') or 0,
        )

    def _init_vendor_properties(self) -> tuple[dict[str, Any], str]:
        properties: dict[str, Any] = {}
        for name, described in vendor_properties.of(self._backend.disks):
            self._set_property(properties, name, **described)
        return properties, vendor_properties.PREFIX

    # -- volumes

    def create_volume(self, volume: Any) -> Any:
        with errors.as_create_errors(volume):
            return self._volumes.create(volume)

    def create_volume_from_snapshot(self, volume: Any, snapshot: Any) -> Any:
        with errors.as_create_errors(volume):
            return self._volumes.create_from_snapshot(volume, snapshot)

    def create_cloned_volume(self, volume: Any, src_vref: Any) -> Any:
        with errors.as_create_errors(volume):
            return self._volumes.create_from_volume(volume, src_vref)

    def clone_image(
        self,
        context: Any,
        volume: Any,
        image_location: Any,
        image_meta: Any,
        image_service: Any,
    ) -> Any:
        with errors.as_create_errors(volume):
            return self._images.clone(volume, image_location, image_meta)

    def copy_image_to_volume(
        self,
        context: Any,
        volume: Any,
        image_service: Any,
        image_id: str,
        disable_sparse: bool = False,
    ) -> None:
        with errors.as_cinder_errors(volume):
            imageops.refuse_copy({'id': image_id})

    def copy_volume_to_image(
        self, context: Any, volume: Any, image_service: Any, image_meta: Any
    ) -> None:
        with errors.as_cinder_errors(volume):
            imageops.refuse_copy(image_meta)

    def delete_volume(self, volume: Any) -> None:
        with errors.as_busy_volume(volume):
            self._volumes.delete(volume)

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

    # -- snapshots

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
        # a crash loses no byte: the old disk goes when the new one is in use
        return False

    # -- attachments

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

    # -- manage and unmanage

    def manage_existing_get_size(self, volume: Any, existing_ref: Any) -> int:
        with errors.as_cinder_errors(volume):
            size_gib: int = self._manage.volume_size_gib(existing_ref)
            return size_gib

    def manage_existing(self, volume: Any, existing_ref: Any) -> Any:
        with errors.as_cinder_errors(volume):
            return self._manage.take_volume(volume, existing_ref)

    def unmanage(self, volume: Any) -> None:
        with errors.as_cinder_errors():
            self._manage.let_volume_go(volume)

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
            found = self._manage.list_volumes(cinder_volumes)
        return volume_utils.paginate_entries_list(
            found, marker, limit, offset, sort_keys, sort_dirs
        )

    def manage_existing_snapshot_get_size(
        self, snapshot: Any, existing_ref: Any
    ) -> int:
        with errors.as_cinder_errors(snapshot):
            size_gib: int = self._manage.snapshot_size_gib(existing_ref)
            return size_gib

    def manage_existing_snapshot(
        self, snapshot: Any, existing_ref: Any
    ) -> Any:
        with errors.as_cinder_errors(snapshot):
            return self._manage.take_snapshot(snapshot, existing_ref)

    def unmanage_snapshot(self, snapshot: Any) -> None:
        with errors.as_cinder_errors():
            self._manage.let_snapshot_go(snapshot)

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
            found = self._manage.list_snapshots(cinder_snapshots)
        return volume_utils.paginate_entries_list(
            found, marker, limit, offset, sort_keys, sort_dirs
        )

    # -- groups: Cinder does them volume by volume

    def create_group(self, context: Any, group: Any) -> None:
        with errors.as_cinder_errors():
            groups.leave_to_cinder(group)

    def delete_group(self, context: Any, group: Any, volumes: Any) -> None:
        raise NotImplementedError

    def update_group(
        self,
        context: Any,
        group: Any,
        add_volumes: Any = None,
        remove_volumes: Any = None,
    ) -> None:
        raise NotImplementedError

    def create_group_snapshot(
        self, context: Any, group_snapshot: Any, snapshots: Any
    ) -> None:
        with errors.as_cinder_errors():
            groups.leave_to_cinder(group_snapshot)

    def delete_group_snapshot(
        self, context: Any, group_snapshot: Any, snapshots: Any
    ) -> None:
        raise NotImplementedError

    def create_group_from_src(
        self,
        context: Any,
        group: Any,
        volumes: Any,
        group_snapshot: Any = None,
        snapshots: Any = None,
        source_group: Any = None,
        source_vols: Any = None,
    ) -> None:
        with errors.as_cinder_errors():
            groups.leave_to_cinder(group)
