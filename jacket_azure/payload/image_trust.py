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


"""Whose word counts that a Glance image is a disk or snapshot of Azure's.

Anybody may write properties of an image of his own, ``azure_uri`` too, and
boots with this service's rights. Without a check every project could read
every disk of the subscription.
"""

from __future__ import annotations

from collections import abc

from jacket_azure import exceptions
from jacket_azure.payload import tags as tagging

# Properties that name something in Azure; images that are made of servers or
# volumes get them from the image before, and must not keep them.
REFERENCES = (
    'azure_type',
    'azure_uri',
    'azure_image_id',
    'azure_urn',
    'azure_publisher',
    'azure_offer',
    'azure_sku',
    'azure_version',
)
_NAMES = ('azure_uri', 'azure_image_id')


def is_said(properties: abc.Mapping[str, str]) -> bool:
    """Say whether an image itself names something in Azure.

    If not, and it is in Azure, the operator's mapping file does.
    """
    return any(properties.get(name) for name in _NAMES)


def check(
    uri: str,
    tags: abc.Mapping[str, str],
    owner: str,
    image_id: str,
    is_trusted: bool,
) -> None:
    """Refuse a snapshot, disk or blob that an image's property names wrongly.

    What the operator's mapping file names needs no check.

    :param uri: as the property says it
    :param tags: of what is there in Azure
    :param owner: ``[azure] owner``
    :param image_id: of the Glance image
    :param is_trusted: see :func:`is_operators`
    :raises InvalidRequest: it was not made for this image
    """
    if not (is_trusted or _is_made_for(tags, owner, image_id)):
        raise refusal(uri)


def check_managed(
    uri: str,
    tags: abc.Mapping[str, str],
    owner: str,
    image_id: str,
) -> None:
    """Refuse a managed image that was made of another's bytes.

    Those that no driver made are the operator's, for everybody to boot.

    :param tags: of the managed image
    :raises InvalidRequest: a driver made it, and not for this image
    """
    resource = {'tags': tags}
    is_made = any(
        tagging.get(resource, name) is not None
        for name in (tagging.OWNER, tagging.KIND, tagging.ID)
    )
    if is_made and not _is_made_for(tags, owner, image_id):
        raise refusal(uri)


def is_operators(
    is_public: bool, project: str | None, projects: abc.Collection[str]
) -> bool:
    """Say whether an image's properties are an operator's words.

    That an image is public does not do: it takes an administrator to publish
    one, but whoever made it may still change its properties.

    :param project: the Glance image's owner
    :param projects: ``[azure] image_projects``

    Source: Image API v2, policy ``modify_image``, project members.
    """
    return is_public and bool(project) and project in projects


def _is_made_for(
    tags: abc.Mapping[str, str], owner: str, image_id: str
) -> bool:
    resource = {'tags': tags}
    return (
        tagging.is_owned(resource, owner)
        and tagging.get(resource, tagging.KIND) == tagging.KIND_IMAGE
        and tagging.get(resource, tagging.ID) == image_id
    )


def refusal(uri: str) -> exceptions.InvalidRequest:
    """Return the refusal of what a property names."""
    return exceptions.InvalidRequest(
        f'What the property azure_uri or azure_image_id names was not made '
        f'for this image: {uri[-120:]!r}. An operator can name it, in the '
        f'mapping file or in a public image of a project in [azure] '
        f'image_projects.'
    )
