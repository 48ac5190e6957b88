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

"""Images as ARM's JSON, and what their tags tell.

Source: Compute REST API 2026-04-01, images/create-or-update.
"""

from __future__ import annotations

from collections.abc import Mapping
import dataclasses
from typing import Any

from jacket_azure.payload import tags as tag_names

TRUSTED_LAUNCH = 'TrustedLaunch'


@dataclasses.dataclass(frozen=True)
class ManagedImageSpec:
    """A managed image that is to be made of a generalized OS disk.

    :param source: ``{'snapshot': id}``, ``{'managedDisk': id}`` or
        ``{'blobUri': url}``, one of them
    :param os_type: ``Linux`` or ``Windows``
    :param generation: ``V1`` or ``V2``
    :param zone_resilient: machines in all zones can be made of it, where the
        region has storage in all zones
    """

    location: str
    source: Mapping[str, str]
    os_type: str
    generation: str
    tags: Mapping[str, str]
    zone_resilient: bool = False


def build(spec: ManagedImageSpec) -> dict[str, Any]:
    """Build the body that makes a managed image."""
    source = {
        kind: place if kind == 'blobUri' else {'id': place}
        for kind, place in spec.source.items()
    }
    storage: dict[str, Any] = {
        'osDisk': {
            'osType': spec.os_type,
            'osState': 'Generalized',
            **source,
        }
    }
    if spec.zone_resilient:
        storage['zoneResilient'] = True
    return {
        'location': spec.location,
        'tags': dict(spec.tags),
        'properties': {
            'hyperVGeneration': spec.generation,
            'storageProfile': storage,
        },
    }


def marked(
    tags: Mapping[str, str], state: str, security_type: str | None
) -> dict[str, str]:
    """Return an image's tags with what only its maker knows."""
    made = {**tags, tag_names.IMAGE_STATE: state}
    if security_type is not None:
        made[tag_names.IMAGE_SECURITY] = security_type
    return made
