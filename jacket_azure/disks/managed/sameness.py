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

"""Whether a disk or snapshot that is there is the one that was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def other_than(
    found: Mapping[str, Any], wanted: Mapping[str, Any]
) -> str | None:
    """Say how one differs from what is to be made; it may have grown."""
    there, asked = (
        (body['properties'].get('diskSizeGB') or 0)
        for body in (found, wanted)
    )
    if there < asked:
        return f'has {there} GiB, not {asked}'
    there, asked = (
        (body.get('sku') or {}).get('name') for body in (found, wanted)
    )
    if asked and there and there != asked:
        return f'is {there}, not {asked}'
    there, asked = (list(body.get('zones') or ()) for body in (found, wanted))
    if there != asked:
        return f'is in zone {there}, not {asked}'
    return None


def same_source(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Compare two sources; Azure adds the version of an image to its id."""
    return all(
        is_there == asked or (asked and is_there.startswith(f'{asked}/'))
        for is_there, asked in zip(
            _source(found), _source(wanted), strict=True
        )
    )


def _source(body: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what identifies the bytes a disk or snapshot began with."""
    data = body['properties'].get('creationData') or {}
    image = data.get('imageReference') or {}
    gallery = data.get('galleryImageReference') or {}
    return tuple(
        str(part or '').lower()
        for part in (
            data.get('createOption'),
            data.get('sourceResourceId'),
            data.get('sourceUri'),
            image.get('id'),
            *(
                gallery.get(key)
                for key in (
                    'id',
                    'sharedGalleryImageId',
                    'communityGalleryImageId',
                )
            ),
            data.get('uploadSizeBytes'),
        )
    )
