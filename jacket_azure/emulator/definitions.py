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

"""What ARM checks in the body of every tracked resource: place and tags."""

from __future__ import annotations

from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import locations
from jacket_azure.emulator import router

_MOST_TAGS = 50
_LONGEST_TAG_NAME = 512
_LONGEST_TAG_VALUE = 256
_RESERVED = '<>%&\\?/'


def check(request: router.ArmRequest) -> None:
    """Check location and tags of a write; writes the location's short name.

    :raises ArmError: 400 or 409 in ARM's words
    """
    body = request.body
    if request.method not in ('PUT', 'PATCH') or not isinstance(body, dict):
        return
    # a tag or a place of the wrong kind is refused after this
    if isinstance(body.get('tags'), dict):
        check_tags(body['tags'])
    where = request.id
    if request.method != 'PUT' or (where.parent if where else
                                   request.record.type != 'resourceGroups'):
        return
    if where and where.namespace.lower() in (
            'microsoft.resources', 'microsoft.authorization'):
        return          # they have the place of their group
    sent = body.get('location')
    if not sent:
        raise errors.ArmError(
            400, 'LocationRequired', 'The location property is required for '
            'this definition.', gateway=True)
    if where is None or not isinstance(sent, str):
        return
    body['location'] = location = locations.normalize(sent)
    if location not in locations.REGIONS:
        raise errors.ArmError(
            400, 'LocationNotAvailableForResourceType',
            f"The provided location '{sent}' is not available for resource "
            f"type '{where.type}'. List of available regions for the "
            f"resource type is '{','.join(locations.REGIONS)}'.",
            gateway=True)
    found = request.existing()
    if found is not None and found.location != location:
        raise errors.ArmError(
            409, 'InvalidResourceLocation',
            f"The resource '{found.name}' already exists in location "
            f"'{found.location}' in resource group '{where.group}'. A "
            f"resource with the same name cannot be created in location "
            f"'{location}'. Please select a new resource name.", gateway=True)


def check_tags(tags: dict[str, Any]) -> None:
    """Check names and values of tags.

    :raises ArmError: 400 in ARM's words
    """
    if len(tags) > _MOST_TAGS:
        raise errors.ArmError(
            400, 'TooManyTags',
            f"Too many tags on the resource/resource group. Requested tag "
            f"count - '{len(tags)}'. Please limit the number of tags to "
            f"'{_MOST_TAGS}'.", gateway=True)
    for name, value in tags.items():
        if set(name) & set(_RESERVED) or not name.isprintable():
            raise errors.ArmError(
                400, 'InvalidTagNameCharacters',
                f"The tag names '{name}' have reserved characters "
                f"'{','.join(_RESERVED)}' or control characters.",
                gateway=True)
        if not name or len(name) > _LONGEST_TAG_NAME:
            raise errors.ArmError(
                400, 'InvalidTagNameLength',
                f"Tag name '{name}' must have 1 to {_LONGEST_TAG_NAME} "
                f"characters.", gateway=True)
        if len(str(value or '')) > _LONGEST_TAG_VALUE:
            raise errors.ArmError(
                400, 'InvalidTagValueLength',
                f"Tag value of '{name}' too large. Tag values must not "
                f"exceed {_LONGEST_TAG_VALUE} characters.", gateway=True)
