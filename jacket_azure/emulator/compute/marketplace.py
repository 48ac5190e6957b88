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

"""Marketplace images: what a VM learns from a reference to one."""

from __future__ import annotations

import dataclasses
import functools
import json
from pathlib import Path
import re
from typing import TYPE_CHECKING

from jacket_azure.emulator import errors

if TYPE_CHECKING:
    from jacket_azure.emulator import server

_DATA = Path(__file__).parent / 'data'
# 20240801, perhaps with digits behind, or 240801
_DATED = re.compile(
    r'(20[12]\d(0[1-9]|1[0-2])([0-2]\d|3[01])\d{0,2}'
    r'|[12]\d(0[1-9]|1[0-2])([0-2]\d|3[01]))')
# as SUSE counts
_DAY = re.compile(r'20[12]\d\.(0[1-9]|1[0-2])\.([0-2]\d|3[01])')


@dataclasses.dataclass(frozen=True)
class Image:
    """One marketplace SKU; versions oldest first."""

    publisher: str
    offer: str
    sku: str
    os: str
    generation: str
    size_gib: int
    versions: tuple[str, ...]
    architecture: str = 'x64'
    security: str = ''
    controllers: str = 'SCSI'
    accelerated: bool = False
    hibernate: bool = False
    os_upgrade: bool = False
    featured: bool = True
    vhd_bytes: int = 0
    plan: dict[str, str] | None = None

    @property
    def size_bytes(self) -> int:
        """Size of the VHD: the disk and its footer."""
        return self.vhd_bytes or self.size_gib * 1024 ** 3 + 512

    def has(self, version: str) -> bool:
        """Tell whether there is that version.

        The catalogue names a few of many: another is taken to exist when
        it is built as one of those and is dated.
        """
        return version in self.versions or (
            _shape(version) in {_shape(known) for known in self.versions})


def _shape(version: str) -> str | None:
    """Reduce a version to what all versions of its SKU have in common.

    ``22.04.202408010`` is ``22.04.date``, ``20348.2655.240810`` is
    ``20348.n.date``; None when there is no date in it.
    """
    if _DAY.fullmatch(version):
        return 'date'
    first, *rest = version.split('.')
    words = [first, *('date' if _DATED.fullmatch(word) else word
                      for word in rest)]
    if 'date' not in words:
        return None
    if len(first) > 2 or first == '0':
        # a Windows or Debian build: the other number counts releases
        words[1:] = ['n' if word.isdigit() else word for word in words[1:]]
    return '.'.join(words)


@functools.cache
def images() -> tuple[Image, ...]:
    """All marketplace images."""
    rows = json.loads((_DATA / 'marketplace.json').read_text())['images']
    return tuple(Image(**{**row, 'versions': tuple(row['versions'])})
                 for row in rows)


def find(publisher: str, offer: str, sku: str) -> Image | None:
    """Return the image of that name in any case, or None."""
    wanted = (publisher.lower(), offer.lower(), sku.lower())
    for image in images():
        if wanted == (image.publisher.lower(), image.offer.lower(),
                      image.sku.lower()):
            return image
    return None


def resolve(reference: dict[str, str]) -> tuple[Image, str]:
    """Return the image of an ``imageReference`` and its exact version.

    :raises ArmError: 404 PlatformImageNotFound
    """
    parts = [reference.get(key, '')
             for key in ('publisher', 'offer', 'sku', 'version')]
    image = find(*parts[:3])
    if image is not None:
        if parts[3].lower() == 'latest':
            return image, image.versions[-1]
        if image.has(parts[3]):
            return image, parts[3]
    raise errors.ArmError(
        404, 'PlatformImageNotFound',
        f"The platform image '{':'.join(parts)}' is not available. Verify "
        f"that all fields in the storage profile are correct. For more "
        f"details about storage profile information, please refer to "
        f"https://aka.ms/storageprofile", target='imageReference')


def accept_terms(emulator: server.Emulator, publisher: str, product: str,
                 plan: str) -> None:
    """Accept the legal terms of a plan, as a person does once."""
    _accepted(emulator).add((publisher.lower(), product.lower(),
                             plan.lower()))


def terms_accepted(emulator: server.Emulator, plan: dict[str, str]) -> bool:
    """Tell whether the terms of that plan were accepted."""
    return tuple(plan.get(key, '').lower() for key in (
        'publisher', 'product', 'name')) in _accepted(emulator)


def _accepted(emulator: server.Emulator) -> set[tuple[str, ...]]:
    accepted: set[tuple[str, ...]] = emulator.state.setdefault(
        'compute.marketplace', set())
    return accepted


def image_id(subscription: str, location: str, *parts: str) -> str:
    """Write an id in the capitals only platform images have.

    :param parts: publisher, offer, sku, version: as many as there are
    """
    text = (f'/Subscriptions/{subscription}/Providers/Microsoft.Compute'
            f'/Locations/{location}')
    words = ('Publishers', 'ArtifactTypes/VMImage/Offers', 'Skus',
             'Versions')
    for word, part in zip(words, parts, strict=False):
        text += f'/{word}/{part}'
    return text
