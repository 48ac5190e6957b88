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

"""The extra specs of ours, as Cinder's capabilities API shows them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jacket_azure.disks import interface
from jacket_azure.payload import disk_skus

PREFIX = 'azure'


def of(disks: interface.DiskModel) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each extra spec and what Cinder's ``_set_property`` wants.

    Source: cinder/volume/driver.py, ``_init_vendor_properties``.
    """
    skus = list(disks.skus())
    yield 'azure:sku', _text('SKU', f'Kind of disk, {", ".join(skus)}', skus)
    yield 'azure:zone', _text('Zone', 'Azure zone of the disk')
    yield 'azure:caching', _text(
        'Host caching', 'Where it is attached', list(disk_skus.CACHING)
    )
    yield 'azure:snapshots', _text(
        'Snapshots', 'What they keep', ['incremental', 'full']
    )
    yield 'azure:tier', _text(
        'Performance tier', 'Of Premium SSD, at least that of its size'
    )
    yield 'azure:sector_bytes', _text(
        'Sector size',
        'Of Premium SSD v2 and Ultra',
        [str(size) for size in disk_skus.SECTOR_BYTES],
    )
    yield 'azure:encryption_set', _text(
        'Encryption set', 'Full id of a disk encryption set'
    )
    yield 'azure:max_shares', _text(
        'Most machines', 'How many may share a multiattach volume'
    )


def _text(
    title: str, description: str, allowed: list[str] | None = None
) -> dict[str, Any]:
    described: dict[str, Any] = {
        'title': title,
        'description': description,
        'type': 'string',
    }
    if allowed is not None:
        described['enum'] = allowed
    return described
