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

"""PUT and PATCH of a virtual machine that exists."""

from __future__ import annotations

from collections.abc import Callable
import copy
import dataclasses
from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import latency
from jacket_azure.emulator import store
from jacket_azure.emulator.compute import boot_log
from jacket_azure.emulator.compute import capacity
from jacket_azure.emulator.compute import change_checks
from jacket_azure.emulator.compute import data_disks
from jacket_azure.emulator.compute import disk_checks
from jacket_azure.emulator.compute import hardware_checks
from jacket_azure.emulator.compute import identities
from jacket_azure.emulator.compute import vm_disk_growth
from jacket_azure.emulator.compute import vm_disk_swap
from jacket_azure.emulator.compute import vm_model
from jacket_azure.emulator.compute import vm_nics
from jacket_azure.emulator.compute import vm_provisioning
from jacket_azure.emulator.router import ArmRequest
from jacket_azure.emulator.router import ArmResponse

if TYPE_CHECKING:
    from jacket_azure.emulator import server
    from jacket_azure.emulator.operation import Operation

# left alone by a PUT that does not mention them
_KEPT = ('hardwareProfile', 'storageProfile', 'osProfile', 'networkProfile',
         'vmId', 'timeCreated', 'provisioningState', 'userData')


def put(request: ArmRequest, vm: store.Resource) -> ArmResponse:
    """Replace the model; sub-profiles that are missing stay."""
    body = copy.deepcopy(request.body)
    place = body['location'].lower().replace(' ', '')
    if place != vm.location:
        raise errors.ArmError(
            409, 'InvalidResourceLocation',
            f"The resource '{vm.name}' already exists in location "
            f"'{vm.location}' in resource group '{request.group}'. A "
            f"resource with the same name cannot be created in location "
            f"'{place}'. Please select a new resource name.", gateway=True)
    if 'zones' in body and body['zones'] != vm.body.get('zones'):
        raise change_checks.not_allowed('zones')
    wanted: dict[str, Any] = {
        key: vm.body[key] for key in (
            'name', 'id', 'type', 'location', 'zones', 'plan')
        if key in vm.body}
    wanted.update(
        (key, body[key]) for key in vm_model.TOP if key in body)
    _identify(request, vm, wanted, body)
    sent = body.get('properties') or {}
    wanted['properties'] = {
        **{key: copy.deepcopy(vm.properties[key]) for key in _KEPT
           if key in vm.properties}, **sent}
    return _update(request, vm, wanted, sent)


def patch(request: ArmRequest, vm: store.Resource) -> ArmResponse:
    """Merge the body into the model; lists and tags are replaced."""
    sent = request.body.get('properties') or {}
    wanted = vm.view()
    wanted['properties'] = vm_model.merge(wanted['properties'], sent)
    for key in vm_model.TOP:
        if key in request.body:
            wanted[key] = copy.deepcopy(request.body[key])
    _identify(request, vm, wanted, request.body, added=True)
    # whatever properties it sends, an operation follows (11 seen)
    return _update(request, vm, wanted, sent, always=bool(sent))


def _identify(request: ArmRequest, vm: store.Resource,
              wanted: dict[str, Any], body: dict[str, Any],
              added: bool = False) -> None:
    """Complete the identity, if one is sent."""
    if 'identity' in body:
        identity = identities.complete(
            request.emulator, body['identity'] or {},
            vm.body.get('identity'), added)
        del wanted['identity']
        if identity is not None:
            wanted['identity'] = identity


def attach_detach(request: ArmRequest, vm: store.Resource) -> ArmResponse:
    """Attach and detach data disks; answers the bare storageProfile."""
    wanted = vm.view()
    wanted['properties']['storageProfile']['dataDisks'] = (
        data_disks.from_request(vm, request.body))
    answer = _update(request, vm, wanted, {},
                     'virtualMachines.attachDetachDataDisks')
    answer.body = {
        key: value for key, value
        in answer.body['properties']['storageProfile'].items()
        if key in ('imageReference', 'osDisk', 'dataDisks')}
    return answer


def _update(request: ArmRequest, vm: store.Resource, wanted: dict[str, Any],
            sent: dict[str, Any],
            kind: str = 'virtualMachines.update',
            always: bool = False) -> ArmResponse:
    emulator = request.emulator
    before = vm.view()
    properties = wanted['properties']
    place = disk_checks.place_of(
        emulator, vm.id, wanted, vm_model.find_size(wanted))
    change_checks.check_profile(vm, properties, sent)
    change_checks.check_options(vm, wanted, place)
    hardware_checks.check_size(request, vm, place, properties)
    storage = properties['storageProfile']
    place = dataclasses.replace(
        place, freed=vm_disk_swap.freed(vm, storage))
    size = ((sent.get('storageProfile') or {}).get('osDisk') or {}).get(
        'diskSizeGB')
    hardware_checks.check_storage(vm, place, storage, size)
    hardware_checks.check_nics(vm, place, properties)
    undo: list[Callable[[], None]] = []
    change = data_disks.plan(
        place, vm, storage.get('dataDisks'))
    storage['osDisk'] = (
        vm_disk_swap.apply(place, vm, storage, change.wanted, size, undo)
        if vm_disk_swap.is_asked(
            vm.properties['storageProfile']['osDisk'], storage['osDisk'])
        else _os_disk(place, vm, storage))
    storage['dataDisks'] = change.apply(vm, undo)
    _change_nics(emulator, vm, properties, undo)
    properties.pop('instanceView', None)
    vm.body = wanted
    vm.etag += 1
    # a machine whose create failed is tried again
    retried = vm.private.get('power') is None
    if retried:
        vm_nics.take(emulator, vm.id, properties.get('networkProfile'))
    changed = always or retried or vm.body != before
    vm.properties['provisioningState'] = 'Updating'
    answer = vm_model.view(request, vm)
    headers = vm_model.etag_header(request, vm)
    if not changed:
        # trap 4: no operation, says Updating once, Succeeded from then on
        vm.properties['provisioningState'] = before['properties'][
            'provisioningState']
        return ArmResponse(200, answer, headers)
    operation = _start(request, vm, before, undo, kind)
    return operation.accepted(200, answer, location=False,
                              headers=headers)


def _start(request: ArmRequest, vm: store.Resource, before: dict[str, Any],
           undo: list[Callable[[], None]],
           kind: str) -> Operation:
    emulator = request.emulator

    def done(operation: Operation) -> None:
        resized = before['properties']['hardwareProfile'] != (
            vm.properties['hardwareProfile'])
        if vm.private.get('power') is None:
            vm_provisioning.allocate(emulator, vm)
            boot_log.boot(emulator, vm)
        elif resized and vm.private['power'] != 'deallocated':
            # another host, and the guest boots there
            capacity.allocate(emulator, vm)
            boot_log.boot(emulator, vm)
        data_disks.finish(emulator, vm)
        vm_provisioning.finish(emulator, vm, operation)

    def failed(operation: Operation) -> None:
        if vm.private.get('deleting'):
            return
        for step in reversed(undo):
            step()
        vm.body = before
        vm_provisioning.fail(emulator, vm, operation)
        vm_provisioning.drop_unallocated(emulator, vm)

    operation = emulator.operations.start(
        request, kind, on_done=done, on_fail=failed,
        seconds=latency.of(emulator, kind))
    vm.private['operation'] = operation
    return operation


def _os_disk(place: disk_checks.Place, vm: store.Resource,
             storage: dict[str, Any]) -> dict[str, Any]:
    """Return the entry of an OS disk that stays."""
    known = vm.properties['storageProfile']['osDisk']
    disk = storage['osDisk']
    return {**known, **vm_disk_growth.apply(place, disk, known), **{
        key: value for key, value in disk.items()
        if key in ('caching', 'deleteOption', 'writeAcceleratorEnabled')}}


def _change_nics(emulator: server.Emulator, vm: store.Resource,
                 properties: dict[str, Any],
                 undo: list[Callable[[], None]]) -> None:
    old, new = vm.properties.get('networkProfile'), properties.get(
        'networkProfile')
    if old != new:
        vm_nics.exchange(emulator, vm.id, old, new)
        undo.append(lambda: vm_nics.exchange(emulator, vm.id, new, old))
