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

"""What the scheduler is told: one pool per SKU, room from Azure's quotas."""

from __future__ import annotations

from collections.abc import Callable
import time
from typing import Any

from oslo_log import log as logging

from jacket_azure import exceptions
from jacket_azure.brick import connector as brick
from jacket_azure.cinder import backend as backends
from jacket_azure.disks import models

LOG = logging.getLogger(__name__)

VENDOR = 'Microsoft Azure'
# Cinder asks after each deletion, and once a minute anyway
FRESH_SECONDS = 20


class Stats:
    """What :func:`build` built last, which serves a while.

    :param build: makes them anew, with requests
    :param clock: monotonic seconds
    """

    def __init__(
        self,
        build: Callable[[], dict[str, Any]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._build = build
        self._clock = clock
        self._known: dict[str, Any] | None = None
        self._good_until = 0.0

    def get(self) -> dict[str, Any]:
        """Return them; an Azure that does not answer leaves the old ones.

        :raises JacketAzureError: there are no old ones
        """
        if self._known is not None and self._clock() < self._good_until:
            return self._known
        try:
            self._known = self._build()
        except exceptions.JacketAzureError as exc:
            if self._known is None:
                raise
            LOG.warning('Keeping old stats, as Azure failed: %s', exc)
        self._good_until = self._clock() + FRESH_SECONDS
        return self._known

    def expire(self) -> None:
        """Ask Azure at the next question."""
        self._good_until = 0.0


def build(
    backend: backends.Backend,
    name: str,
    version: str,
    reserved_percentage: int,
) -> dict[str, Any]:
    """Build ``get_volume_stats``; asks Azure for a listing and quotas.

    :param name: ``volume_backend_name``

    Source: cinder/interface/volume_driver.py, ``get_volume_stats``.
    """
    return {
        'volume_backend_name': name,
        'vendor_name': VENDOR,
        'driver_version': version,
        'storage_protocol': brick.PROTOCOL,
        # of the backend, or Cinder never finds an image that it keeps as a
        # volume: the pool it chooses is not that of the type
        'clone_across_pools': True,
        'pools': [
            _pool(backend, pool, reserved_percentage)
            for pool in backend.disks.pools()
        ],
    }


def _pool(
    backend: backends.Backend, pool: models.Pool, reserved_percentage: int
) -> dict[str, Any]:
    return {
        'pool_name': pool.sku,
        # for extra specs, as in azure_sku='Premium_LRS'
        'azure_sku': pool.sku,
        'azure_location': backend.azure.location,
        'location_info': backend.location_info,
        'total_capacity_gb': pool.total_gib,
        'free_capacity_gb': pool.free_gib,
        'provisioned_capacity_gb': pool.provisioned_gib,
        'total_volumes': pool.volumes,
        'max_volume_size_gb': pool.max_size_gib,
        'reserved_percentage': reserved_percentage,
        # a quota counts the size of a disk, not what is written to it
        'thin_provisioning_support': False,
        'thick_provisioning_support': True,
        'max_over_subscription_ratio': 1.0,
        'QoS_support': pool.performance,
        'multiattach': pool.shared,
        'online_extend_support': backend.disks.grows_attached,
        'clone_across_pools': True,
        'sparse_copy_volume': True,
        'consistencygroup_support': False,
        'consistent_group_snapshot_enabled': False,
        'replication_enabled': False,
    }
