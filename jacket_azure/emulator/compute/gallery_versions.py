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

"""Galleries' image versions: bytes, and the regions they are in.

Source: Gallery REST API, gallery-image-versions.
"""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import locations
from jacket_azure.emulator import store
from jacket_azure.emulator.compute import disk_model
from jacket_azure.emulator.compute import galleries
from jacket_azure.emulator.compute import gallery_images
from jacket_azure.emulator.compute import gallery_references
from jacket_azure.emulator.compute import gallery_replication
from jacket_azure.emulator.compute import gallery_source_checks
from jacket_azure.emulator.compute import gallery_sources
from jacket_azure.emulator.compute import image_contents
from jacket_azure.emulator.compute import listing
from jacket_azure.emulator.router import ArmRequest
from jacket_azure.emulator.router import ArmResponse
from jacket_azure.emulator.router import route

if TYPE_CHECKING:
    from jacket_azure.emulator import server

_LIST = gallery_images.NAME + '/versions'
NAME = _LIST + '/{version}'
_VALID = re.compile(r'\d+\.\d+\.\d+')
_KIND = 'galleries.versions.write'


@route('GET', NAME)
def get(request: ArmRequest) -> ArmResponse:
    """One version; ``$expand=ReplicationStatus``."""
    version = galleries.existing(request)
    body = version.view()
    if request.query.get('$expand', '').lower() == 'replicationstatus':
        body['properties']['replicationStatus'] = gallery_replication.status(
            request.emulator, version)
    return ArmResponse(body=body)


@route('GET', _LIST)
def list_versions(request: ArmRequest) -> ArmResponse:
    """Versions of an image."""
    galleries.existing(request)
    prefix = '/'.join(('/galleries', request.params['gallery'], 'images',
                       request.params['image'], '')).lower()
    return listing.page(
        request, gallery_references.VERSION,
        lambda emulator, version: version.view(),
        wanted=lambda version: prefix in version.id.lower())


@route('PUT', NAME)
def put(request: ArmRequest) -> ArmResponse:
    """Create a version with copies of its sources, or change one."""
    known = request.existing()
    body = copy.deepcopy(request.body)
    properties = body.get('properties') or {}
    if known is not None:
        if properties.get('storageProfile'):
            gallery_source_checks.refuse_change(
                known, properties['storageProfile'])
        _change(known, body, properties)
        known.body.pop('tags', None)
        if 'tags' in body:
            known.body['tags'] = body['tags']
        return galleries.start(request, known, _KIND, 200)
    version = _create(request, body, properties)
    return galleries.start(request, version, _KIND, 201)


def _create(request: ArmRequest, body: dict[str, Any],
            properties: dict[str, Any]) -> store.Resource:
    emulator = request.emulator
    where = listing.target(request)
    _check_name(where.name)
    location = locations.normalize(body['location'])
    profile = gallery_replication.complete(
        location, properties.get('publishingProfile') or {})
    profile['publishedDate'] = emulator.clock.stamp()
    version = store.Resource(
        str(where), gallery_references.VERSION, where.name, {},
        emulator.clock.now())
    definition = emulator.store.get(where.parent)
    assert definition is not None  # noqa: S101
    storage = properties['storageProfile']
    parts = gallery_sources.read(emulator, definition, storage, location)
    version.private['hidden'] = [
        image_contents.keep(emulator, part.origin, part.lun)
        for part in parts]
    _show_disks(storage, parts, version)
    version.body = {
        'name': version.name, 'id': version.id, 'type': version.type,
        'location': location,
        **{key: body[key] for key in ('tags',) if key in body},
        'properties': {
            **properties, 'publishingProfile': profile,
            'safetyProfile': {
                'reportedForPolicyViolation': False,
                'allowDeletionOfReplicatedLocations': False,
                **(properties.get('safetyProfile') or {})}}}
    return emulator.store.put(version)


def _check_name(name: str) -> None:
    if _VALID.fullmatch(name) is None or any(
            int(part) >= 2 ** 31 for part in name.split('.')):
        raise errors.invalid_parameter(
            'galleryImageVersionName', f"The value '{name}' of parameter "
            f"'galleryImageVersionName' is not valid: it has the form "
            f"Major.Minor.Patch, three 32-bit integers.")


def _show_disks(storage: dict[str, Any],
                parts: list[gallery_sources.Part],
                version: store.Resource) -> None:
    """Say of each disk how large it is and how it is cached."""
    shown = []
    for part, hidden in zip(parts, version.private['hidden'], strict=True):
        entry = {'sizeInGB': -(-hidden.properties['diskSizeBytes']
                               // disk_model.GIB),
                 'hostCaching': part.caching, **part.shown}
        if part.lun is not None:
            entry = {'lun': part.lun, **entry}
        shown.append(entry)
    storage['osDiskImage'] = shown[0]
    if shown[1:]:
        storage['dataDiskImages'] = shown[1:]


def _change(version: store.Resource, body: dict[str, Any],
            properties: dict[str, Any]) -> None:
    """Regions, dates and safety may change; bytes may not."""
    if properties.get('publishingProfile') is not None:
        old = version.properties['publishingProfile']
        version.properties['publishingProfile'] = {
            **gallery_replication.complete(
                version.location,
                {**old, **properties['publishingProfile']}),
            'publishedDate': old['publishedDate']}
    if properties.get('safetyProfile') is not None:
        version.properties['safetyProfile'].update(
            properties['safetyProfile'])


@route('PATCH', NAME)
def patch(request: ArmRequest) -> ArmResponse:
    """Change what the body names."""
    version = galleries.existing(request)
    body = copy.deepcopy(request.body)
    properties = body.get('properties') or {}
    if properties.get('storageProfile'):
        gallery_source_checks.refuse_change(
            version, properties['storageProfile'])
    _change(version, body, properties)
    if body.get('tags') is not None:
        version.body['tags'] = body['tags']
    return galleries.start(request, version, _KIND, 200)


@route('DELETE', NAME)
def delete(request: ArmRequest) -> ArmResponse:
    """Delete a version; machines made from it do not mind."""
    version = request.existing()
    if version is not None:
        _refuse_protected(request.emulator, version)
    return galleries.remove(request, 'galleries.delete')


def _refuse_protected(emulator: server.Emulator,
                      version: store.Resource) -> None:
    ends = version.properties['publishingProfile'].get('endOfLifeDate')
    if version.properties['safetyProfile'].get(
            'blockDeletionBeforeEndOfLife') and ends and (
                ends > emulator.clock.stamp()):
        raise errors.ArmError(
            409, 'OperationNotAllowed', f'The gallery image version '
            f'{version.id} cannot be deleted before its end of life, {ends}, '
            f'because blockDeletionBeforeEndOfLife is set.')
