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

"""Marketplace images: the lists, and what a VM learns from a reference.

Source: Compute REST API, virtual-machine-images. The four lists are bare
arrays; ids have their own casing (arm-behaviour.md sections 1 and 8).
"""

from __future__ import annotations

from collections.abc import Iterable
import dataclasses
import functools
import json
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator.router import ArmRequest
from jacket_azure.emulator.router import ArmResponse
from jacket_azure.emulator.router import route

if TYPE_CHECKING:
    from jacket_azure.emulator import server

_DATA = Path(__file__).parent / 'data'
_PUBLISHERS = ('/subscriptions/{sub}/providers/Microsoft.Compute/locations'
               '/{location}/publishers')
_OFFERS = _PUBLISHERS + '/{publisher}/artifacttypes/vmimage/offers'
_SKUS = _OFFERS + '/{offer}/skus'
_VERSIONS = _SKUS + '/{sku}/versions'


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
    plan: dict[str, str] | None = None

    @property
    def size_bytes(self) -> int:
        """Size of the VHD: the disk and its footer."""
        return self.size_gib * 1024 ** 3 + 512


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
        if parts[3] in image.versions:
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


def _entries(request: ArmRequest, names: Iterable[str],
             *parents: str) -> list[dict[str, Any]]:
    location = request.params['location'].lower()
    return [{'location': location, 'name': name, 'id': image_id(
        request.subscription, location, *parents, name)}
        for name in dict.fromkeys(names)]


def _below(request: ArmRequest) -> list[Image]:
    """Images under the publisher, offer and SKU the path names."""
    found = [image for image in images() if all(
        getattr(image, key).lower() == request.params[key].lower()
        for key in ('publisher', 'offer', 'sku') if key in request.params)]
    if not found:
        raise errors.ArmError(
            404, 'NotFound', 'Artifact: VMImage was not found.')
    return found


@route('GET', _PUBLISHERS)
def list_publishers(request: ArmRequest) -> ArmResponse:
    """Publishers, as a bare array."""
    return ArmResponse(body=_entries(
        request, (image.publisher for image in images())))


@route('GET', _OFFERS)
def list_offers(request: ArmRequest) -> ArmResponse:
    """Offers of a publisher, as a bare array."""
    found = _below(request)
    return ArmResponse(body=_entries(
        request, (image.offer for image in found), found[0].publisher))


@route('GET', _SKUS)
def list_skus(request: ArmRequest) -> ArmResponse:
    """SKUs of an offer, as a bare array."""
    found = _below(request)
    return ArmResponse(body=_entries(
        request, (image.sku for image in found), found[0].publisher,
        found[0].offer))


@route('GET', _VERSIONS)
def list_versions(request: ArmRequest) -> ArmResponse:
    """Versions; ``$orderby=name desc``, ``$top``, ``$expand=properties``."""
    image = _below(request)[0]
    entries = _entries(request, image.versions, image.publisher,
                       image.offer, image.sku)
    if request.query.get('$orderby', '').lower() == 'name desc':
        entries.reverse()
    if '$top' in request.query:
        entries = entries[:int(request.query['$top'])]
    if request.query.get('$expand', '').lower() == 'properties':
        entries = [{**entry, 'properties': _properties(image)}
                   for entry in entries]
    return ArmResponse(body=entries)


@route('GET', _VERSIONS + '/{version}')
def get_version(request: ArmRequest) -> ArmResponse:
    """One version; ``latest`` is accepted here too."""
    image = _below(request)[0]
    version = request.params['version']
    if version.lower() == 'latest':
        version = image.versions[-1]
    if version not in image.versions:
        raise errors.ArmError(
            404, 'NotFound', 'Artifact: VMImage was not found.')
    entry = _entries(request, [version], image.publisher, image.offer,
                     image.sku)[0]
    return ArmResponse(body={'properties': _properties(image), **entry})


def _properties(image: Image) -> dict[str, Any]:
    features = {
        'SecurityType': image.security,
        'IsAcceleratedNetworkSupported': str(image.accelerated),
        'DiskControllerTypes': image.controllers,
        'IsHibernateSupported': str(image.hibernate)}
    properties: dict[str, Any] = {
        'hyperVGeneration': image.generation,
        'architecture': image.architecture,
        'replicaType': 'Managed',
        'disallowed': {'vmDiskType': 'Unmanaged'},
        'automaticOSUpgradeProperties': {
            'automaticOSUpgradeSupported': False},
        'imageDeprecationStatus': {'imageState': 'Active'},
        'features': [{'name': name, 'value': value}
                     for name, value in features.items() if value],
        'osDiskImage': {'operatingSystem': image.os,
                        'sizeInBytes': image.size_bytes},
        'dataDiskImages': []}
    if image.plan:
        properties['plan'] = dict(image.plan)
    return properties
