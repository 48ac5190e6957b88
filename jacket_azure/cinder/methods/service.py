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

"""What Cinder asks when its service starts, and every minute from then on."""

from __future__ import annotations

import copy
from typing import Any

from oslo_config import cfg

from jacket_azure import conf as azure_conf
from jacket_azure.brick import opening
from jacket_azure.cinder import connections
from jacket_azure.cinder import deletion
from jacket_azure.cinder import errors
from jacket_azure.cinder import imageops
from jacket_azure.cinder import manage_snapshots
from jacket_azure.cinder import manage_volumes
from jacket_azure.cinder import moves
from jacket_azure.cinder import replacing
from jacket_azure.cinder import snapshotops
from jacket_azure.cinder import startup
from jacket_azure.cinder import stats
from jacket_azure.cinder import uploads
from jacket_azure.cinder import vendor_properties
from jacket_azure.cinder import volumeops


class Service:
    """Part of :class:`..driver.AzureVolumeDriver`: who does what."""

    VERSION: str
    configuration: Any
    _set_property: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.configuration.append_config_values(azure_conf.BACKEND_OPTS)
        self._backend: Any = None
        self._volumes: Any = None
        self._deletion: Any = None
        self._snapshots: Any = None
        self._images: Any = None
        self._uploads: Any = None
        self._connections: Any = None
        self._moves: Any = None
        self._manage_volumes: Any = None
        self._manage_snapshots: Any = None
        self.stats = stats.Stats(self._build_stats)

    @classmethod
    def get_driver_options(cls) -> list[Any]:
        return azure_conf.BACKEND_OPTS

    def do_setup(self, context: Any) -> None:
        group = self.configuration.azure_config_group
        options = azure_conf.register_opts(cfg.CONF, group)
        backend = startup.connect(options, group)
        opening.provide(group, backend.disks)
        self._backend = backend
        self._volumes = volumeops.VolumeOps(backend)
        self._deletion = deletion.Deletion(backend)
        replacer = replacing.Replacing(
            backend, self._volumes, self._deletion
        )
        self._snapshots = snapshotops.SnapshotOps(
            backend, self._volumes, replacer
        )
        self._images = imageops.ImageOps(
            backend,
            self._volumes,
            replacer,
            other_cache=bool(
                self.configuration.safe_get('image_volume_cache_enabled')
            ),
        )
        self._uploads = uploads.Uploads(backend)
        self._connections = connections.Connections(backend)
        self._moves = moves.Moves(backend)
        self._manage_volumes = manage_volumes.ManageVolumes(
            backend, self._volumes
        )
        self._manage_snapshots = manage_snapshots.ManageSnapshots(
            backend, self._snapshots
        )

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
