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

"""What an attachment needs to know of a disk, kept in Cinder's record.

Everything but the size, which Cinder has itself; in ``provider_location``,
so that attaching asks Azure nothing. The name is Cinder's ``provider_id``.
"""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from jacket_azure.disks import models


@dataclasses.dataclass(frozen=True)
class Facts:
    """Facts of a volume's disk.

    :ivar shares: how many machines may have it attached at once
    :ivar os_type: of a disk that a machine can boot from
    :ivar security_type: ``Standard`` or ``TrustedLaunch``, if known
    :ivar reverting: a revert has begun, and may have left other disks
    """

    sku: str
    zone: str | None = None
    shares: int = 1
    os_type: str | None = None
    generation: str | None = None
    reverting: bool = False
    security_type: str | None = None


def of_disk(disk: models.Disk) -> Facts:
    """Return what to keep of a disk."""
    return Facts(
        sku=disk.kind.sku,
        zone=disk.kind.zone,
        shares=disk.kind.max_shares,
        os_type=disk.os_type,
        generation=disk.generation,
        security_type=disk.security_type,
    )


def dump(facts: Facts) -> str:
    """Return the text to keep, of at most some hundred characters."""
    known = {
        key: value
        for key, value in dataclasses.asdict(facts).items()
        if value not in (None, False)
    }
    return json.dumps(known, separators=(',', ':'))


def load(text: str | None) -> Facts | None:
    """Read what was kept; None when it is not ours."""
    try:
        known = json.loads(text or '')
        return Facts(**known)
    except (TypeError, ValueError):
        return None


def of_volume(volume: Any, disks: Any, name: str) -> Facts:
    """Return a volume's facts, from Azure where Cinder has none."""
    found = load(volume.provider_location)
    return found if found is not None else of_disk(disks.get(name))
