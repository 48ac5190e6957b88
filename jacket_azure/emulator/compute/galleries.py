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

"""Microsoft.Compute/galleries: a name above image definitions.

Source: Gallery REST API, galleries; headers and buckets as seen in the
recordings of the azure-cli project (2026).
"""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING
import uuid

from jacket_azure.emulator import errors
from jacket_azure.emulator import ids
from jacket_azure.emulator import latency
from jacket_azure.emulator import locations
from jacket_azure.emulator import store
from jacket_azure.emulator.compute import contents
from jacket_azure.emulator.compute import gallery_references
from jacket_azure.emulator.compute import listing
from jacket_azure.emulator.router import ArmRequest
from jacket_azure.emulator.router import ArmResponse
from jacket_azure.emulator.router import route

if TYPE_CHECKING:
    from jacket_azure.emulator.operation import Operation

_LIST = ('/subscriptions/{sub}/resourceGroups/{rg}/providers'
         '/Microsoft.Compute/galleries')
NAME = _LIST + '/{gallery}'
_VALID = re.compile(r'[A-Za-z0-9](?:[A-Za-z0-9._]{0,78}[A-Za-z0-9])?')


def existing(request: ArmRequest) -> store.Resource:
    """Return the resource spoken to, a child too.

    :raises ArmError: 404 in ARM's words: children of galleries are tracked
        resources, so ARM itself misses them
    """
    found = request.existing()
    where = listing.target(request)
    if found is None:
        path = '/'.join(word for pair in zip(where.types, where.names,
                                             strict=True) for word in pair)
        raise errors.ArmError(
            404, 'ResourceNotFound',
            f"The Resource '{where.namespace}/{path}' under resource group "
            f"'{where.group}' was not found. For more details please go to "
            f"https://aka.ms/ARMResourceNotFoundFix", gateway=True)
    return found


def start(request: ArmRequest, resource: store.Resource,
          kind: str, status: int) -> ArmResponse:
    """Answer a write; the resource is Succeeded when it ends."""
    resource.properties['provisioningState'] = (
        'Creating' if status == 201 else 'Updating')

    def done(operation: Operation) -> None:
        resource.properties['provisioningState'] = 'Succeeded'

    def failed(operation: Operation) -> None:
        resource.properties['provisioningState'] = 'Failed'

    operation = request.emulator.operations.start(
        request, kind, style='gallery', on_done=done, on_fail=failed,
        seconds=latency.of(request.emulator, kind))
    resource.private['operation'] = operation
    return operation.accepted(status, resource.view())


def remove(request: ArmRequest, kind: str) -> ArmResponse:
    """Delete a resource without children.

    :raises ArmError: 409 CannotDeleteResource while there are children
    """
    resource = request.existing()
    if resource is None:
        return ArmResponse(204)
    emulator = request.emulator
    children = emulator.store.children(scope=resource.id)
    if children:
        named = ', '.join(
            child.id.partition('/providers/')[2] for child in children[:5])
        raise errors.ArmError(
            409, 'CannotDeleteResource',
            f"Cannot delete resource while nested resources exist. Some "
            f"existing nested resource IDs include: '{named}'. Please delete "
            f"all nested resources before deleting this resource.",
            gateway=True)
    resource.properties['provisioningState'] = 'Deleting'

    def done(operation: Operation) -> None:
        emulator.store.delete(resource.id)
        contents.forget(emulator, resource)

    return emulator.operations.start(
        request, kind, style='gallery', on_done=done,
        seconds=latency.of(emulator, kind)).accepted(202)


@route('GET', NAME)
def get(request: ArmRequest) -> ArmResponse:
    """One gallery."""
    return ArmResponse(body=request.resource().view())


@route('GET', _LIST)
@route('GET', '/subscriptions/{sub}/providers/Microsoft.Compute/galleries')
def list_galleries(request: ArmRequest) -> ArmResponse:
    """Galleries of a group or a subscription."""
    return listing.page(request, gallery_references.GALLERY,
                        lambda emulator, gallery: gallery.view())


@route('PUT', NAME)
def put(request: ArmRequest) -> ArmResponse:
    """Create a gallery, or replace what can be changed of one."""
    where = listing.target(request)
    known = request.existing()
    if known is None and _VALID.fullmatch(where.name) is None:
        raise errors.invalid_parameter(
            'galleryName', f"The value '{where.name}' of parameter "
            f"'galleryName' is not valid: up to 80 letters, digits, dots and "
            f"underscores, with a letter or digit first and last.")
    gallery = known or request.emulator.store.put(store.Resource(
        str(where), gallery_references.GALLERY, where.name, {},
        request.emulator.clock.now()))
    _write(gallery, request, where)
    return start(request, gallery, 'galleries.write',
                 200 if known else 201)


def _write(gallery: store.Resource, request: ArmRequest,
           where: ids.ResourceId) -> None:
    body = request.body
    gallery.body = {
        'name': gallery.name, 'id': gallery.id, 'type': gallery.type,
        'location': locations.normalize(body['location']),
        **{key: copy.deepcopy(body[key]) for key in ('tags', 'identity')
           if key in body},
        'properties': {
            **copy.deepcopy(body.get('properties') or {}),
            'identifier': {'uniqueName': f'{where.subscription}-'
                                         f'{gallery.name.upper()}'}}}
    _name_community(gallery)


def _name_community(gallery: store.Resource) -> None:
    """Give a gallery to be shared with all its public name.

    It is not shared yet. Seen at 2021-10-01, 13 answers.
    """
    info = (gallery.properties.get('sharingProfile') or {}).get(
        'communityGalleryInfo')
    if info:
        name = gallery.private.setdefault(
            'public_name', f'{info.get("publicNamePrefix")}-{uuid.uuid4()}')
        info.update(communityGalleryEnabled=False, publicNames=[name])


@route('PATCH', NAME)
def patch(request: ArmRequest) -> ArmResponse:
    """Change what the body names."""
    gallery = request.resource()
    sent = copy.deepcopy(request.body.get('properties') or {})
    sent.pop('identifier', None)
    gallery.properties.update(sent)
    for key in ('tags', 'identity'):
        if request.body.get(key) is not None:
            gallery.body[key] = copy.deepcopy(request.body[key])
    return start(request, gallery, 'galleries.write', 200)


@route('DELETE', NAME)
def delete(request: ArmRequest) -> ArmResponse:
    """Delete a gallery that holds nothing."""
    return remove(request, 'galleries.delete')
