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

"""Images whose bytes Azure has: the mapping file or a property names them."""

from __future__ import annotations

import dataclasses
from typing import Any

from jacket_azure import exceptions
from jacket_azure.cinder import backend as backends
from jacket_azure.cinder import signatures
from jacket_azure.disks import models
from jacket_azure.imaging import trust
from jacket_azure.mapping import image_target
from jacket_azure.payload import image_trust
from jacket_azure.payload import images
from jacket_azure.payload import security

_ARM_OS = {'linux': 'Linux', 'windows': 'Windows'}


@dataclasses.dataclass(frozen=True)
class AzureImage:
    """An image in Azure that a volume can be made from.

    :ivar reference: as :meth:`.DiskModel.create_from_image` takes it
    :ivar os_type: ``Linux`` or ``Windows``; None where Azure will tell
    :ivar security_type: that the volume's disk is to be made for; None
        where Azure will tell, and for ``Standard``
    :ivar content: tells the bytes where *reference* does not, because what
        it names may have been made again of others
    """

    reference: dict[str, str]
    os_type: str | None = None
    generation: str | None = None
    content: str = ''
    security_type: str | None = None

    @property
    def key(self) -> str:
        """A text that no other content has."""
        return self.content or ' '.join(self.reference.values())


def find(
    backend: backends.Backend, image: dict[str, Any], size_gib: int
) -> AzureImage:
    """Return the image of Azure's that a Glance image stands for.

    :param image: as Glance describes it
    :param size_gib: of the volume that it is for
    :raises MappingLookupError: it stands for none
    :raises InvalidRequest: it cannot be used, or not by this image's owner
    :raises ImageSignatureVerificationException: its bytes are signed
    """
    properties = image.get('properties') or {}
    target = backend.mapping.image(
        image.get('name'), image['id'], properties
    )
    signatures.refuse_unseen(image)
    if images.is_disk(target):
        return _of_disk(backend, image, target, size_gib)
    if images.is_managed_image(target) and not _is_trusted(backend, image):
        image_trust.check_managed(
            str(target.id),
            backend.disks.get_image(str(target.id)).tags,
            backend.owner,
            image['id'],
        )
    return AzureImage(
        images.build_reference(target),
        _ARM_OS.get(target.os_type or ''),
        target.generation,
        security_type=security.of_image(target, properties),
    )


def _of_disk(
    backend: backends.Backend,
    image: dict[str, Any],
    target: image_target.ImageTarget,
    size_gib: int,
) -> AzureImage:
    """Return an image that is a snapshot, a disk or a blob."""
    if _is_trusted(backend, image):
        found = backend.disks.get_image(str(target.id))
    else:
        found = _made_for(backend, image['id'], str(target.id))
    if not found.usable:
        raise exceptions.InvalidRequest(
            f'The image {target.id} is not complete in Azure.'
        )
    check_size(image['id'], found.size_gib, size_gib)
    return AzureImage(
        {'id': found.uri},
        found.os_type or _ARM_OS.get(target.os_type or ''),
        found.generation or target.generation,
    )


def _is_trusted(backend: backends.Backend, image: dict[str, Any]) -> bool:
    """Say whether it is an operator who names something in Azure."""
    properties = image.get('properties') or {}
    if not image_trust.is_said(properties):
        # the mapping file does
        return True
    return image_trust.is_operators(
        image.get('visibility') == 'public',
        image.get('owner'),
        backend.conf.image_projects,
    )


def _made_for(
    backend: backends.Backend, image_id: str, uri: str
) -> models.Image:
    """Return what was made for a Glance image that anybody may write."""
    try:
        return trust.made_for(backend.disks, backend.owner, image_id, uri)
    except exceptions.NotFound:
        raise image_trust.refusal(uri) from None


def check_size(image_id: str, needed_gib: int, size_gib: int) -> None:
    """Refuse a volume that is too small for an image.

    :param needed_gib: the size of the image's disk
    :raises InvalidRequest: names both sizes
    """
    if needed_gib > size_gib:
        raise exceptions.InvalidRequest(
            f'The disk of image {image_id} has {needed_gib} GiB; a volume '
            f'of {size_gib} GiB is too small for it.'
        )
