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

"""What a Glance image means on Azure, and its two checks."""

from __future__ import annotations

from dataclasses import dataclass
import re

from jacket_azure.mapping import resource_id

WORD_TEXT = 'letters, digits, ".", "_" and "-"'
ID_TEXT = (
    'the full id of an Azure image, a gallery image version, a snapshot or a '
    'disk, or a VHD in a storage account: its URL, without a signature, or '
    'images/<name>.vhd'
)
MARKETPLACE = ('publisher', 'offer', 'sku', 'version')
PLAN = ('name', 'product', 'publisher')
ANY_TEXT = re.compile(r'\S.*')

_TYPES = (
    'microsoft.compute/images',
    'microsoft.compute/galleries/images',
    'microsoft.compute/galleries/images/versions',
    'microsoft.compute/snapshots',
    'microsoft.compute/disks',
)
_BLOB = re.compile(
    r'(https://[^/\s?#@]+(/[^/\s?#]+)*/|images/|snapshots/)'
    r'[^/\s?#%&\\]{1,250}\.vhd\Z',
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Plan:
    """The purchase plan of a marketplace image that costs extra."""

    name: str
    product: str
    publisher: str


@dataclass(frozen=True)
class ImageTarget:
    """Either a marketplace reference or the id of an own image.

    :param id: of an own image, see :func:`is_image_id`; then publisher,
        offer, sku and version are None, otherwise all four are set
    :param version: a version or ``latest``
    :param os_type: ``linux`` or ``windows``; None when only the marketplace
        knows
    :param generation: ``V1`` or ``V2`` where the operator says so
    :param state: ``generalized`` takes a new name and user at its first
        start, ``specialized`` starts as it is; None when nobody says
    """

    publisher: str | None = None
    offer: str | None = None
    sku: str | None = None
    version: str | None = None
    id: str | None = None
    os_type: str | None = None
    plan: Plan | None = None
    generation: str | None = None
    security_type: str | None = None
    state: str | None = None

    @property
    def is_marketplace(self) -> bool:
        """Say whether the image comes from the marketplace."""
        return self.id is None

    @property
    def urn(self) -> str | None:
        """Return ``publisher:offer:sku:version``, None for an own image."""
        if not self.is_marketplace:
            return None
        return f'{self.publisher}:{self.offer}:{self.sku}:{self.version}'


def is_image_id(text: str) -> bool:
    """Say whether *text* names an own image of a kind that can be used.

    A full ARM id, or a VHD: a URL that holds no secret, or its path in the
    storage account that is configured.
    """
    if _BLOB.match(text):
        return True
    try:
        parsed = resource_id.parse(text)
    except ValueError:
        return False
    return parsed.group is not None and parsed.type.lower() in _TYPES
