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


def check(
    uri: str,
    tags: abc.Mapping[str, str],
    owner: str,
    image_id: str,
    is_public: bool,
) -> None:
    """Refuse a snapshot, disk or blob that an image's property names wrongly.

    What the operator's mapping file names needs no check.

    :param uri: as the property says it
    :param tags: of what is there in Azure
    :param owner: ``[azure] owner``
    :param image_id: of the Glance image
    :param is_public: only an administrator can make an image public, so its
        properties are an operator's
    :raises InvalidRequest: it was not made for this image

    Source: Image API v2, policy ``publicize_image``, ``role:admin``.
    """
    resource = {'tags': tags}
    made_for_it = (
        tagging.is_owned(resource, owner)
        and tagging.get(resource, tagging.KIND) == tagging.KIND_IMAGE
        and tagging.get(resource, tagging.ID) == image_id
    )
    if not (made_for_it or is_public):
        raise exceptions.InvalidRequest(
            f'The image property azure_uri names {uri[-120:]!r}, which was '
            f'not made for this image. Others than public images may name '
            f'nothing else; an operator can, in the mapping file.'
        )
