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

"""From a Cinder volume type to a kind of disk, and to a pool.

The SKU is what the type says in ``azure:sku``; where it says nothing, an
extra spec ``pool_name`` decides, for it is as explicit; else the model's
default. Never the pool that the scheduler happened to choose: that is the one
with the most room, which may be the most expensive. Where scheduler and type
disagree the type wins, and Cinder's record of the pool follows.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from cinder import context as cinder_context
from cinder.volume import volume_types
from cinder.volume import volume_utils

from jacket_azure import exceptions
from jacket_azure.cinder import backend as backends
from jacket_azure.payload import volume_kind

_POOL_NAME = ('pool_name', 'capabilities:pool_name')


@dataclasses.dataclass(frozen=True)
class Wanted:
    """What a volume type asks for.

    :ivar is_explicit: whether the type names the SKU, itself or by a pool
    """

    kind: volume_kind.Kind
    is_explicit: bool


def of_type(
    backend: backends.Backend,
    volume_type_id: str | None,
    size_gib: int,
    fallback_sku: str | None = None,
    zone: str | None = None,
) -> Wanted:
    """Read a volume type with its extra specs and qos-specs.

    :param fallback_sku: where the type names none; else the model's default
    :param zone: of the volume's availability zone
    :raises InvalidRequest: what it says is unknown or contradictory
    """
    extra_specs, qos_specs = _specs(volume_type_id)
    pinned = _pinned_pool(extra_specs)
    default = pinned or fallback_sku or backend.disks.skus()[0]
    kind = volume_kind.parse(extra_specs, qos_specs, default, size_gib, zone)
    if pinned is not None and kind.sku != pinned:
        raise exceptions.InvalidRequest(
            f'The volume type wants azure:sku {kind.sku}, but pool_name '
            f'{pinned}.'
        )
    return Wanted(kind, pinned is not None or 'azure:sku' in extra_specs)


def of_volume(backend: backends.Backend, volume: Any) -> volume_kind.Kind:
    """Return the kind of disk that a new volume gets, and check it.

    The target of a migration goes to the pool that an administrator named,
    unless its type says otherwise. The zone of the availability zone is a
    wish: disks without zones stay possible.

    :raises InvalidRequest: Azure has no such disk
    """
    fallback = pool_of(volume.host) if is_migration_target(volume) else None
    if fallback not in backend.disks.skus():
        fallback = None
    type_id, size_gib = volume.volume_type_id, volume.size
    plain = of_type(backend, type_id, size_gib, fallback).kind
    zone = backend.mapping.zones.get(volume.availability_zone)
    kind = of_type(backend, type_id, size_gib, fallback, zone).kind
    if kind.zone != plain.zone:
        try:
            backend.disks.check(size_gib, kind)
            return kind
        except exceptions.InvalidRequest:
            kind = plain
    backend.disks.check(size_gib, kind)
    return kind


def is_migration_target(volume: Any) -> bool:
    """Say whether Cinder made the volume to copy another into."""
    return str(volume.migration_status or '').startswith('target:')


def pool_of(host: str | None) -> str | None:
    """Return the pool in ``host@backend#pool``."""
    if not host:
        return None
    pool: str | None = volume_utils.extract_host(host, 'pool')
    return pool


def placement(volume: Any, sku: str) -> dict[str, str]:
    """Return the changes that put a volume's record into its SKU's pool."""
    update = {}
    for field in ('host', 'cluster_name'):
        place = volume[field]
        if place and pool_of(place) != sku:
            update[field] = volume_utils.append_host(
                volume_utils.extract_host(place, 'backend'), sku
            )
    return update


def _specs(
    volume_type_id: str | None,
) -> tuple[dict[str, str], dict[str, str]]:
    if volume_type_id is None:
        return {}, {}
    context = cinder_context.get_admin_context()
    found = volume_types.get_volume_type(context, volume_type_id)
    qos = volume_types.get_volume_type_qos_specs(volume_type_id)['qos_specs']
    # a consumer front-end is the hypervisor's business
    applies = qos is not None and qos['consumer'] in ('back-end', 'both')
    return found['extra_specs'], qos['specs'] if applies else {}


def _pinned_pool(extra_specs: dict[str, str]) -> str | None:
    for key in _POOL_NAME:
        if extra_specs.get(key):
            # as Cinder's filter reads it: '<is> x', 's== x' or plain
            return extra_specs[key].split()[-1]
    return None
