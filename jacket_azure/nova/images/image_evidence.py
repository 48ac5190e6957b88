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


"""What shows that an image which Glance does not show is needed no more."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
import posixpath
from typing import Any

from jacket_azure import exceptions
from jacket_azure.disks import models

_NAMES = ('azure_uri', 'azure_image_id')
# Glance's lists leave out community images and hidden ones; Nova drops whose
# the images are to see, so the private ones have a list of their own
_PRIVATE = {'visibility': 'private'}
_LISTS: Sequence[Mapping[str, str]] = (
    _PRIVATE,
    {'visibility': 'all'},
    {'visibility': 'all', 'os_hidden': 'true'},
)


class NoEvidence(exceptions.JacketAzureError):
    """What Glance says, or does not, proves nothing."""


def not_named(
    context: Any,
    image_api: Any,
    mapping: Any,
    images: Iterable[models.Image],
) -> list[models.Image]:
    """Return those that neither Glance nor the mapping file names.

    :param image_api: Nova's
    :param mapping: of the operator's file
    :raises NoEvidence: Glance does not answer, or shows no private image
        of another project, as it would to an administrator
    """
    named = {
        target.id
        for target in mapping.images.values()
        if target.id
    }
    sees_others = False
    try:
        for filters in _LISTS:
            # Nova changes what it gets
            for record in image_api.get_all(
                context, filters=dict(filters)
            ):
                if filters == _PRIVATE and _is_of_another(
                    record, context.project_id
                ):
                    sees_others = True
                properties = record.get('properties') or {}
                named.update(
                    str(properties[key])
                    for key in _NAMES
                    if properties.get(key)
                )
    except Exception as exc:
        raise NoEvidence(f'Glance does not answer: {exc}') from exc
    if not sees_others:
        raise NoEvidence(
            'Glance shows no private image of another project than the '
            'service user\'s, so it may hide some'
        )
    last = {_last_of(name) for name in named}
    return [
        image
        for image in images
        if not last & {_last_of(image.name), _last_of(image.uri)}
    ]


def _is_of_another(record: Mapping[str, Any], project: str | None) -> bool:
    """Tell whether only an administrator is shown an image.

    :param project: who asks
    """
    owner = record.get('owner')
    return (
        project is not None
        and bool(owner)
        and owner != project
        and record.get('is_public') is False
    )


def _last_of(name: str) -> str:
    """Return what no two images of a deployment share of their names."""
    return posixpath.basename(name).lower().removesuffix('.vhd')
