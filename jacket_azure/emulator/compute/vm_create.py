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

"""PUT of a virtual machine that does not exist yet."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING
from typing import Any
import uuid

from jacket_azure.emulator import errors
from jacket_azure.emulator import store
from jacket_azure.emulator.compute import data_disk_checks
from jacket_azure.emulator.compute import disk_blob_checks
from jacket_azure.emulator.compute import disk_blobs
from jacket_azure.emulator.compute import disk_checks
from jacket_azure.emulator.compute import disk_model
from jacket_azure.emulator.compute import guest
from jacket_azure.emulator.compute import hibernation
from jacket_azure.emulator.compute import identities
from jacket_azure.emulator.compute import os_profile
from jacket_azure.emulator.compute import sizes
from jacket_azure.emulator.compute import usages
from jacket_azure.emulator.compute import vm_checks
from jacket_azure.emulator.compute import vm_disks
from jacket_azure.emulator.compute import vm_image
from jacket_azure.emulator.compute import vm_model
from jacket_azure.emulator.compute import vm_nics
from jacket_azure.emulator.compute import vm_options
from jacket_azure.emulator.compute import vm_plans
from jacket_azure.emulator.compute import vm_provisioning
from jacket_azure.emulator.router import ArmRequest
from jacket_azure.emulator.router import ArmResponse

if TYPE_CHECKING:
    from jacket_azure.emulator import server


def create(request: ArmRequest) -> ArmResponse:
    """Check everything, then make disks and VM and start the operation.

    :raises ArmError: in the order the service is known to check
    """
    body = copy.deepcopy(request.body)
    body['location'] = body['location'].lower().replace(' ', '')
    vm_id = str(request.id)
    size = vm_model.find_size(body)
    vm_options.check(request.emulator, body, size)
    disk_model.check_zones(request.emulator, body, vm_model.TYPE)
    identity = identities.complete(
        request.emulator, body.pop('identity', None) or {}, None)
    if identity is not None:
        body['identity'] = identity
    place = disk_checks.place_of(request.emulator, vm_id, body, size)
    image = _check(request, body, place)
    vm = _make(request, body, place, image)
    return vm_provisioning.start(request, vm)


def _check(request: ArmRequest, body: dict[str, Any],
           place: disk_checks.Place) -> vm_image.Facts | None:
    """Refuse what the service refuses; return the image's facts."""
    emulator = request.emulator
    properties = body['properties']
    storage = properties.get('storageProfile')
    if not storage:
        raise errors.missing_parameter('storageProfile')
    # 6 seen without one, 2020-12-01 and 2022-03-01
    storage.setdefault('osDisk', {'createOption': 'FromImage'})
    image = _check_image(request, body, place.size)
    vm_options.check_controller(properties, place.size)
    hibernation.check(emulator, properties, place.size)
    vm_checks.check_available(emulator, place.vm_id, place.size,
                             place.location, place.zones)
    usages.check(emulator, request.subscription, place.location, place.size,
                 spot=properties.get('priority') == 'Spot')
    vm_nics.check(emulator, place.vm_id, place.location, place.zones,
                  properties.get('networkProfile'), place.size)
    if place.blob_based:
        disk_blob_checks.check_os_disk(place, storage['osDisk'], image)
    else:
        disk_checks.check_os_disk(place, storage['osDisk'], image)
    storage['dataDisks'] = data_disk_checks.from_image(
        storage.get('dataDisks'), image)
    data_disk_checks.check(place, storage['dataDisks'], [], image)
    return image


def _check_image(request: ArmRequest, body: dict[str, Any],
                 size: sizes.Size) -> vm_image.Facts | None:
    properties = body['properties']
    storage = properties['storageProfile']
    option = storage['osDisk']['createOption']
    if option == 'Attach':
        if properties.get('osProfile'):
            raise errors.invalid_parameter(
                'osProfile', "Parameter 'osProfile' is not allowed.")
        return None
    if option != 'FromImage':
        raise errors.invalid_parameter(
            'osDisk.createOption',
            f"The value '{option}' of parameter 'osDisk.createOption' is "
            f"not allowed.")
    if storage['osDisk'].get('image'):
        image = vm_image.of_blob(request.emulator, body['location'],
                                 storage['osDisk'])
    elif storage.get('imageReference'):
        image = vm_image.read(request.emulator, request.subscription,
                              body['location'], storage['imageReference'])
    else:
        raise errors.missing_parameter('storageProfile.imageReference')
    vm_plans.check(request.emulator, image, body.get('plan'))
    vm_checks.check_generation(size, image.generation, image.architecture)
    vm_checks.check_security(body, size, image.trusted, image.generation)
    if image.specialized:
        # it keeps the users and the name it has
        if properties.get('osProfile'):
            raise errors.invalid_parameter(
                'osProfile', "Parameter 'osProfile' is not allowed.")
        return image
    if not properties.get('osProfile'):
        raise errors.missing_parameter('osProfile')
    os_profile.check(properties['osProfile'], image.os_type)
    return image


def _make(request: ArmRequest, body: dict[str, Any], place: disk_checks.Place,
          image: vm_image.Facts | None) -> store.Resource:
    emulator = request.emulator
    properties = body['properties']
    vm_nics.tidy(properties['networkProfile'])
    storage = properties['storageProfile']
    sent = [storage['osDisk'], *storage['dataDisks']]
    storage['osDisk'] = vm_disks.make_os_disk(
        place, storage['osDisk'], image)
    storage['dataDisks'] = [
        vm_disks.add_data_disk(place, entry, number, image)
        for number, entry in enumerate(storage['dataDisks'], start=2)]
    _default_storage(storage, place.size, _generation(
        emulator, storage, image))
    os_type = storage['osDisk']['osType']
    if image is not None:
        if image.exact_version:
            storage['imageReference']['exactVersion'] = image.exact_version
    profile = properties.get('osProfile')
    if profile:
        properties['osProfile'] = os_profile.shown(profile, os_type)
    properties.update({
        'provisioningState': 'Creating', 'vmId': str(uuid.uuid4()),
        'timeCreated': emulator.clock.stamp()})
    vm = store.Resource(
        id=place.vm_id, type=vm_model.TYPE, name=place.vm_name, body={
            'name': place.vm_name, 'id': place.vm_id, 'type': vm_model.TYPE,
            'location': place.location,
            **{key: body[key] for key in vm_model.TOP if key in body},
            'properties': properties}, created=emulator.clock.now())
    vm.private.update({
        'power': 'running', 'creating': True, 'image': image,
        'os_state': 'specialized' if (
            image is None or image.specialized) else None,
        'generation': _generation(emulator, storage, image),
        'hidden_disks': _made(storage, sent, image)})
    if profile:
        vm.private['secrets'] = {
            key: profile.get(key) for key in ('adminPassword', 'customData')}
        guest.install(emulator, vm, profile)
    vm_nics.take(emulator, vm.id, properties['networkProfile'])
    return emulator.store.put(vm)


def _default_storage(storage: dict[str, Any], size: sizes.Size,
                     generation: str) -> None:
    """Add what the service chooses (seen at 2024-07-01).

    Machines of generation 2 tell their disk controller; an ephemeral OS
    disk is in the cache unless it was put elsewhere.
    """
    if generation == 'V2':
        storage.setdefault('diskControllerType',
                           size.controllers.partition(',')[0])
    ephemeral = storage['osDisk'].get('diffDiskSettings')
    if ephemeral:
        ephemeral.setdefault('placement', 'CacheDisk')


def _generation(emulator: server.Emulator, storage: dict[str, Any],
                image: vm_image.Facts | None) -> str:
    if image is not None:
        return image.generation
    disk = disk_blobs.disk_of(emulator, storage['osDisk'])
    generation = disk.properties.get('hyperVGeneration') if disk else None
    return generation or 'V1'


def _made(storage: dict[str, Any], sent: list[dict[str, Any]],
          image: vm_image.Facts | None) -> dict[str, tuple[str, ...]]:
    """Names of the disks that come into being with the VM.

    With each what it does not show, beside its id, until it is there: a
    name that was not given, the size that a platform image has.
    """
    shown = [storage['osDisk'], *storage['dataDisks']]
    known = bool(image and image.exact_version)
    return {entry['name']: tuple(
        key for key, late in (('name', True), ('diskSizeGB', known))
        if late and not asked.get(key))
        for entry, asked in zip(shown, sent, strict=True)
        if asked['createOption'] != 'Attach'}
