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
"""Lists of the extensions there are, as bare arrays.

Source: Compute REST API, virtual-machine-extension-images.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator.compute import extension_catalogue
from jacket_azure.emulator.router import ArmRequest
from jacket_azure.emulator.router import ArmResponse
from jacket_azure.emulator.router import route

_TYPES = ('/subscriptions/{sub}/providers/Microsoft.Compute/locations'
          '/{location}/publishers/{publisher}/artifacttypes/vmextension'
          '/types')
_VERSIONS = _TYPES + '/{type}/versions'


def _entry(request: ArmRequest, one: extension_catalogue.Type,
           version: str | None = None) -> dict[str, Any]:
    location = request.params['location'].lower()
    resource_id = (
        f'/Subscriptions/{request.subscription}/Providers/Microsoft.Compute'
        f'/Locations/{location}/Publishers/{one.publisher}/ArtifactTypes'
        f'/VMExtension/Types/{one.name}')
    if version is not None:
        resource_id += f'/Versions/{version}'
    return {'location': location, 'name': version or one.name,
            'id': resource_id}


def _wanted(request: ArmRequest) -> extension_catalogue.Type:
    name = request.params['type'].lower()
    for one in extension_catalogue.of_publisher(request.params['publisher']):
        if one.name.lower() == name:
            return one
    raise errors.ArmError(404, 'NotFound',
                          'Artifact: VMExtension was not found.')


@route('GET', _TYPES)
def list_types(request: ArmRequest) -> ArmResponse:
    """Types of a publisher."""
    return ArmResponse(body=[_entry(request, one) for one in (
        extension_catalogue.of_publisher(request.params['publisher']))])


@route('GET', _VERSIONS)
def list_versions(request: ArmRequest) -> ArmResponse:
    """Versions of a type; ``$filter`` by prefix, ``$orderby``, ``$top``."""
    one = _wanted(request)
    versions: Iterable[str] = _filtered(request, one.versions)
    if request.query.get('$orderby', '').lower().endswith(' desc'):
        versions = reversed(list(versions))
    found = [_entry(request, one, version) for version in versions]
    if '$top' in request.query:
        found = found[:int(request.query['$top'])]
    return ArmResponse(body=found)


def _filtered(request: ArmRequest,
              versions: tuple[str, ...]) -> list[str]:
    text = request.query.get('$filter')
    if not text:
        return list(versions)
    words = text.replace('(', ' ').replace(')', ' ').replace(',', ' ').split()
    if len(words) != 3 or words[:2] != ['startswith', 'name']:
        raise errors.ArmError(
            400, 'InvalidParameter',
            f"The value of parameter $filter is invalid: {text}",
            target='$filter')
    return [version for version in versions
            if version.startswith(words[2].strip("'"))]


@route('GET', _VERSIONS + '/{version}')
def get_version(request: ArmRequest) -> ArmResponse:
    """One version with what it is for."""
    one = _wanted(request)
    version = request.params['version']
    if version not in one.versions:
        raise errors.ArmError(404, 'NotFound',
                              'Artifact: VMExtension was not found.')
    return ArmResponse(body={'properties': {
        'operatingSystem': one.os, 'computeRole': 'IaaS',
        'vmScaleSetEnabled': True, 'supportsMultipleExtensions': False},
        **_entry(request, one, version)})
