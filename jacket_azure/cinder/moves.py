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

"""Another type, or another pool or backend, for a volume that stays.

What Azure changes in place is one request. All else is left to Cinder, which
makes a new volume and copies the bytes through this package's os-brick
connector.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from cinder import coordination
from oslo_log import log as logging

from jacket_azure import exceptions
from jacket_azure.cinder import backend as backends
from jacket_azure.cinder import facts
from jacket_azure.cinder import kinds
from jacket_azure.cinder import volume_names
from jacket_azure.cinder import volumeops
from jacket_azure.payload import volume_kind

LOG = logging.getLogger(__name__)

Answer = tuple[bool, dict[str, Any] | None]
_NOT_HERE: Answer = (False, None)


class Moves:
    """Volumes of one backend that become something else."""

    def __init__(self, backend: backends.Backend) -> None:
        self._backend = backend
        self._disks = backend.disks

    @coordination.synchronized(volumeops.LOCK)
    def retype(
        self, volume: Any, new_type_id: str, host: dict[str, Any]
    ) -> Answer:
        """Change the disk in place; False where it takes a new one.

        A type that names no SKU leaves the disk the one it has.
        """
        name = volume_names.of_volume(self._disks, volume)
        known = facts.of_volume(volume, self._disks, name)
        wanted = kinds.of_type(
            self._backend, new_type_id, volume.size, known.sku
        )
        update = self._change(volume, name, wanted.kind, host)
        return _NOT_HERE if update is None else (True, update)

    @coordination.synchronized(volumeops.LOCK)
    def migrate(self, volume: Any, host: dict[str, Any]) -> Answer:
        """Move a volume between pools or hosts of the same Azure.

        The disk stays where it is; it becomes another SKU when that is what
        tells the two pools apart.
        """
        there = (host.get('capabilities') or {}).get('location_info')
        if there != self._backend.location_info:
            return _NOT_HERE
        name = volume_names.of_volume(self._disks, volume)
        known = facts.of_volume(volume, self._disks, name)
        pool = kinds.pool_of(host['host'])
        wanted = kinds.of_type(
            self._backend,
            volume.volume_type_id,
            volume.size,
            pool if pool in self._disks.skus() else known.sku,
        )
        if wanted.kind.sku == known.sku:
            return True, _placed(host, known.sku)
        update = self._change(volume, name, wanted.kind, host)
        return _NOT_HERE if update is None else (True, update)

    def _change(
        self,
        volume: Any,
        name: str,
        kind: volume_kind.Kind,
        host: dict[str, Any],
    ) -> dict[str, Any] | None:
        """Change a disk; returns None where a new one is needed."""
        tags = self._disks.get(name).tags
        try:
            disk = self._disks.change(name, kind, tags)
        except exceptions.InvalidRequest as exc:
            LOG.info('Volume %s needs a new disk: %s', volume.id, exc)
            return None
        old = facts.of_volume(volume, self._disks, name)
        new = dataclasses.replace(
            facts.of_disk(disk),
            os_type=disk.os_type or old.os_type,
            generation=disk.generation or old.generation,
            reverting=old.reverting,
        )
        return {
            'provider_location': facts.dump(new),
            **_placed(host, disk.kind.sku),
        }


def _placed(host: dict[str, Any], sku: str) -> dict[str, str]:
    """Return host and cluster with the pool that the disk really is in."""
    return kinds.placement(
        {'host': host['host'], 'cluster_name': host.get('cluster_name')}, sku
    )
