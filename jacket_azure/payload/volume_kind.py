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

"""Volume types: from Cinder's extra specs to a kind of disk."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Kind:
    """What sort of disk a volume is, from its volume type.

    :param sku: e.g. ``Premium_LRS``
    :param zone: Azure zone, None for a disk without one
    :param caching: host caching where it is attached; the Python None
        chooses by the rules
    :param iops: provisioned, only where the SKU has it; None for the default
    :param mbps: provisioned MB/s, as *iops*
    :param tier: performance tier of Premium SSD, e.g. ``P30``
    :param max_shares: machines that may have it attached at once
    :param sector_bytes: logical sector of Premium SSD v2 and Ultra
    :param encryption_set: full id of a disk encryption set
    :param snapshots: ``incremental`` or ``full``
    """

    sku: str
    zone: str | None = None
    caching: str | None = None
    iops: int | None = None
    mbps: int | None = None
    tier: str | None = None
    max_shares: int = 1
    sector_bytes: int | None = None
    encryption_set: str | None = None
    snapshots: str = 'incremental'
