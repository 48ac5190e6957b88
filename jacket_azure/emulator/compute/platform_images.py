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

"""The lists of marketplace images, from publishers down to one version.

Source: Compute REST API, virtual-machine-images. The four lists are bare
arrays; ids have their own casing (arm-behaviour.md sections 1 and 8).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import profiles
from jacket_azure.emulator.compute import marketplace
from jacket_azure.emulator.router import ArmRequest
from jacket_azure.emulator.router import ArmResponse
from jacket_azure.emulator.router import route

# how the catalogue of images writes these regions (44 and 12 seen)
_SPELLINGS = {'eastus2euap': 'EastUS2EUAP', 'centraluseuap': 'CentralUSEUAP'}
_PUBLISHERS = ('/subscriptions/{sub}/providers/Microsoft.Compute/locations'
               '/{location}/publishers')
_OFFERS = _PUBLISHERS + '/{publisher}/artifacttypes/vmimage/offers'
_SKUS = _OFFERS + '/{offer}/skus'
_VERSIONS = _SKUS + '/{sku}/versions'
# 2019-03-01 was seen to tell GiB; the version between is not checked
_SIZE_IN_BYTES = '2019-12-01'


def _entries(request: ArmRequest, names: Iterable[str],
             *parents: str) -> list[dict[str, Any]]:
    location = request.params['location'].lower()
    location = _SPELLINGS.get(location, location)
    return [{'location': location, 'name': name, 'id': marketplace.image_id(
        request.subscription, location, *parents, name)}
        for name in dict.fromkeys(names)]


def _asked(request: ArmRequest) -> list[str]:
    """Publisher, offer and SKU as the client wrote them (43 seen)."""
    return [request.params[key] for key in ('publisher', 'offer', 'sku')]


def _below(request: ArmRequest) -> list[marketplace.Image]:
    """Images under the publisher, offer and SKU the path names."""
    found = [image for image in marketplace.images() if all(
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
        request, (image.publisher for image in marketplace.images())))


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
    entries = _entries(request, image.versions, *_asked(request))
    order = request.query.get('$orderby', 'name').lower()
    if order == 'name desc':
        entries.reverse()
    elif order not in ('name', 'name asc'):
        raise errors.not_implemented(f'versions ordered by {order}')
    if '$top' in request.query:
        entries = entries[:int(request.query['$top'])]
    if request.query.get('$expand', '').lower() == 'properties':
        entries = [{**entry, 'properties': _properties(image, request)}
                   for entry in entries]
    return ArmResponse(body=entries)


@route('GET', _VERSIONS + '/{version}')
def get_version(request: ArmRequest) -> ArmResponse:
    """One version; ``latest`` is accepted here too."""
    image = _below(request)[0]
    version = request.params['version']
    if version.lower() == 'latest':
        version = image.versions[-1]
    if not image.has(version):
        raise errors.ArmError(
            404, 'NotFound', 'Artifact: VMImage was not found.')
    entry = _entries(request, [version], *_asked(request))[0]
    return ArmResponse(body={'properties': _properties(image, request),
                             **entry})


def _properties(image: marketplace.Image,
                request: ArmRequest) -> dict[str, Any]:
    """Describe an image (seen at 2024-07-01).

    Images of generation 2 are replicated as managed ones and tell their
    size in GiB, those of generation 1 are blobs of so many bytes.
    """
    unmanaged = profiles.is_stack_hub(request.emulator)
    blob = image.generation == 'V1'
    features = {
        'SecurityType': image.security,
        'IsAcceleratedNetworkSupported': str(image.accelerated),
        'DiskControllerTypes': image.controllers,
        'IsHibernateSupported': str(image.hibernate)}
    properties: dict[str, Any] = {
        'hyperVGeneration': image.generation,
        'architecture': image.architecture,
        'replicaType': 'Unmanaged' if blob else 'Managed',
        'disallowed': {
            'vmDiskType': 'None' if blob or unmanaged else 'Unmanaged'},
        'automaticOSUpgradeProperties': {
            'automaticOSUpgradeSupported': image.os_upgrade},
        'imageDeprecationStatus': {'imageState': 'Active'},
        'osDiskImage': {'operatingSystem': image.os},
        'dataDiskImages': []}
    if not blob:
        properties['replicaCount'] = 10
    if blob and request.api_version >= _SIZE_IN_BYTES:
        properties['osDiskImage']['sizeInBytes'] = image.size_bytes
    else:
        properties['osDiskImage']['sizeInGb'] = image.size_gib
    if image.featured:
        properties['features'] = [
            {'name': name, 'value': value}
            for name, value in features.items() if value]
    if image.plan:
        properties['plan'] = dict(image.plan)
    return properties
