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

"""Microsoft.Compute/virtualMachines: read, write, delete.

Source: Compute REST API, virtual-machines; arm-behaviour.md section 3.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import etags
from jacket_azure.emulator.compute import data_disk_checks
from jacket_azure.emulator.compute import instance_view
from jacket_azure.emulator.compute import listing
from jacket_azure.emulator.compute import vm_checks
from jacket_azure.emulator.compute import vm_create
from jacket_azure.emulator.compute import vm_delete
from jacket_azure.emulator.compute import vm_model
from jacket_azure.emulator.compute import vm_nics
from jacket_azure.emulator.compute import vm_update
from jacket_azure.emulator.router import ArmRequest
from jacket_azure.emulator.router import ArmResponse
from jacket_azure.emulator.router import route

if TYPE_CHECKING:
    from jacket_azure.emulator import server
    from jacket_azure.emulator import store

_SCALE_SET = re.compile(r"\s*'virtualMachineScaleSet/id'\s+eq\s",
                        re.IGNORECASE)
_SUBSCRIPTION = '/subscriptions/{sub}/providers/Microsoft.Compute'


@route('GET', vm_model.NAME)
def get(request: ArmRequest) -> ArmResponse:
    """One VM; ``$expand`` is instanceView or userData."""
    vm = request.resource()
    expand = request.query.get('$expand', '')
    with_view = expand.lower() == 'instanceview'
    # the service leaves the header out when it also asks the fabric
    headers = {} if with_view else vm_model.etag_header(request, vm)
    return ArmResponse(body=vm_model.view(
        request, vm, with_instance_view=with_view,
        with_user_data=expand.lower() == 'userdata'), headers=headers)


@route('GET', vm_model.NAME + '/instanceView')
def get_instance_view(request: ArmRequest) -> ArmResponse:
    """The instance view alone."""
    return ArmResponse(body=instance_view.build(
        request.emulator, request.resource()))


@route('GET', vm_model.LIST)
@route('GET', _SUBSCRIPTION + '/virtualMachines')
def list_machines(request: ArmRequest) -> ArmResponse:
    """VMs of a group or a subscription."""
    if _asks_for_a_scale_set(request):
        return ArmResponse(body={'value': []})
    if request.query.get('statusonly', '').lower() == 'true':
        return listing.page(request, vm_model.TYPE, vm_model.status_view)
    with_view = request.query.get('$expand', '').lower() == 'instanceview'

    def view(emulator: object, vm: store.Resource) -> dict[str, Any]:
        return vm_model.view(request, vm, with_instance_view=with_view)

    return listing.page(request, vm_model.TYPE, view)


def _asks_for_a_scale_set(request: ArmRequest) -> bool:
    """Tell whether the filter is for a scale set's VMs; there are none.

    :raises ArmError: 501 for another filter
    """
    wanted = request.query.get('$filter', '')
    if wanted and not _SCALE_SET.match(wanted):
        raise errors.not_implemented(f'lists of VMs filtered by {wanted}')
    return bool(wanted)


@route('GET', _SUBSCRIPTION + '/locations/{location}/virtualMachines')
def list_by_location(request: ArmRequest) -> ArmResponse:
    """VMs of a region."""
    place = request.params['location'].lower()
    return listing.page(
        request, vm_model.TYPE,
        lambda emulator, vm: vm_model.view(request, vm),
        wanted=lambda vm: vm.location == place)


@route('PUT', vm_model.NAME)
def put(request: ArmRequest) -> ArmResponse:
    """Create a VM, or replace the model of one."""
    vm = request.existing()
    _check_etag(request, vm)
    vm_checks.refuse_deleting(vm, 'VirtualMachines.CreateOrUpdate.PUT')
    data_disk_checks.refuse_leaving(vm, request.body)
    vm_checks.refuse_concurrent(request.emulator, vm)
    if vm is None:
        return vm_create.create(request)
    return vm_update.put(request, vm)


@route('PATCH', vm_model.NAME)
def patch(request: ArmRequest) -> ArmResponse:
    """Change what the body names."""
    vm = request.resource()
    _check_etag(request, vm)
    vm_checks.refuse_deleting(vm, 'VirtualMachines.Update.PATCH')
    data_disk_checks.refuse_leaving(vm, request.body)
    vm_checks.refuse_concurrent(request.emulator, vm)
    return vm_update.patch(request, vm)


def _check_etag(request: ArmRequest, vm: store.Resource | None) -> None:
    etags.check(request, vm, etags.quoted(vm) if vm else None)


@route('DELETE', vm_model.NAME)
def delete(request: ArmRequest) -> ArmResponse:
    """Delete a VM and what its deleteOptions name."""
    vm = request.existing()
    if vm is None:
        return ArmResponse(204)
    return vm_delete.delete(request, vm)


def reset(emulator: server.Emulator) -> None:
    """Let NICs of deleted machines be free at once again."""
    vm_nics.reset(emulator)
