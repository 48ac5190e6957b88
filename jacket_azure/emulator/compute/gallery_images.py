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

"""Galleries' image definitions: what all versions of an image share.

Source: Gallery REST API, gallery-images.
"""

from __future__ import annotations

import copy
import re
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import locations
from jacket_azure.emulator import store
from jacket_azure.emulator.compute import galleries
from jacket_azure.emulator.compute import gallery_references
from jacket_azure.emulator.compute import listing
from jacket_azure.emulator.router import ArmRequest
from jacket_azure.emulator.router import ArmResponse
from jacket_azure.emulator.router import route

_LIST = galleries.NAME + '/images'
NAME = _LIST + '/{image}'
_VALID = re.compile(r'[A-Za-z0-9](?:[A-Za-z0-9._-]{0,78}[A-Za-z0-9])?')
# stays as it was made
_FIXED = ('osType', 'osState', 'hyperVGeneration', 'identifier',
          'architecture', 'purchasePlan')
_SECURITY = ('TrustedLaunchSupported', 'TrustedLaunch',
             'TrustedLaunchAndConfidentialVmSupported', 'ConfidentialVM',
             'ConfidentialVMSupported', 'None', 'Standard')


@route('GET', NAME)
def get(request: ArmRequest) -> ArmResponse:
    """One definition."""
    return ArmResponse(body=galleries.existing(request).view())


@route('GET', _LIST)
def list_images(request: ArmRequest) -> ArmResponse:
    """Definitions of a gallery."""
    gallery = request.params['gallery'].lower()
    return listing.page(
        request, gallery_references.IMAGE,
        lambda emulator, image: image.view(),
        wanted=lambda image: f'/galleries/{gallery}/' in image.id.lower())


@route('PUT', NAME)
def put(request: ArmRequest) -> ArmResponse:
    """Create a definition, or replace what can be changed of one."""
    where = listing.target(request)
    known = request.existing()
    properties = copy.deepcopy(request.body.get('properties') or {})
    properties.setdefault('hyperVGeneration', 'V1')
    properties.setdefault('architecture', 'x64')
    _check_features(properties)
    if known is None:
        _check_new(request, where.name, properties)
    else:
        _check_change(known, properties)
    image = known or request.emulator.store.put(store.Resource(
        str(where), gallery_references.IMAGE, where.name, {},
        request.emulator.clock.now()))
    image.body = {
        'name': image.name, 'id': image.id, 'type': image.type,
        'location': locations.normalize(request.body['location']),
        **{key: copy.deepcopy(request.body[key]) for key in ('tags',)
           if key in request.body},
        'properties': properties}
    return galleries.start(request, image, 'galleries.write',
                           200 if known else 201)


def _check_new(request: ArmRequest, name: str,
               properties: dict[str, Any]) -> None:
    if _VALID.fullmatch(name) is None:
        raise errors.invalid_parameter(
            'galleryImageName', f"The value '{name}' of parameter "
            f"'galleryImageName' is not valid: up to 80 letters, digits, "
            f"dots, dashes and underscores, with a letter or digit first and "
            f"last.")
    gallery = request.id.parent if request.id else None
    for other in request.emulator.store.children(
            gallery_references.IMAGE, str(gallery)):
        if other.properties['identifier'] == properties['identifier']:
            raise errors.ArmError(
                409, 'Conflict', f"The gallery image '{other.name}' has the "
                f"same publisher, offer and sku; each gallery image needs a "
                f"combination of its own.", target='identifier')


def _check_change(image: store.Resource, properties: dict[str, Any]) -> None:
    for name in _FIXED:
        if name in properties and properties[name] != image.properties.get(
                name):
            raise errors.ArmError(
                409, 'PropertyChangeNotAllowed',
                f"Changing property 'galleryImage.properties.{name}' is not "
                f"allowed.", target=f'galleryImage.properties.{name}')


def _check_features(properties: dict[str, Any]) -> None:
    for feature in properties.get('features') or ():
        if feature.get('name') == 'SecurityType' and (
                feature.get('value') not in _SECURITY):
            raise errors.invalid_parameter(
                'galleryImage.properties.features',
                f"The value '{feature.get('value')}' of feature "
                f"'SecurityType' is not valid.")
        if feature.get('name') == 'SecurityType' and (
                properties['hyperVGeneration'] == 'V1'
                and feature['value'] not in ('None', 'Standard')):
            raise errors.invalid_parameter(
                'galleryImage.properties.features',
                f"The feature 'SecurityType' with value "
                f"'{feature['value']}' needs hypervisor generation V2.")


@route('PATCH', NAME)
def patch(request: ArmRequest) -> ArmResponse:
    """Change what the body names."""
    image = galleries.existing(request)
    sent = copy.deepcopy(request.body.get('properties') or {})
    _check_change(image, sent)
    _check_features({**image.properties, **sent})
    image.properties.update(sent)
    if request.body.get('tags') is not None:
        image.body['tags'] = dict(request.body['tags'])
    return galleries.start(request, image, 'galleries.write', 200)


@route('DELETE', NAME)
def delete(request: ArmRequest) -> ArmResponse:
    """Delete a definition without versions."""
    return galleries.remove(request, 'galleries.delete')
