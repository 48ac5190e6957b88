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

"""Network interfaces, and what a virtual machine does with them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import ids
from jacket_azure.emulator import ip_configurations
from jacket_azure.emulator import network
from jacket_azure.emulator import network_interface_body
from jacket_azure.emulator import network_versions
from jacket_azure.emulator import paging
from jacket_azure.emulator import router
from jacket_azure.emulator import store

if TYPE_CHECKING:
    from jacket_azure.emulator import server

TYPE = 'Microsoft.Network/networkInterfaces'
RESERVED_SECONDS = 180
_LIST = network.BASE + '/networkInterfaces'
_NIC = _LIST + '/{name}'
_NSG = 'Microsoft.Network/networkSecurityGroups'


@router.route('PUT', _NIC)
def put(request: router.ArmRequest) -> router.ArmResponse:
    """Create (201) or change (200) an interface.

    A create is mostly answered as finished, without an operation;
    ``Emulator(nic_create='async')`` has it the other way.
    """
    emulator = request.emulator
    found = network.check_write(request)
    nic_id = found.id if found else str(request.id)
    if not request.body.get('properties'):
        raise errors.missing_parameter('properties.ipConfigurations')
    group = request.body['properties'].get('networkSecurityGroup')
    if group:
        network.require(emulator, group.get('id'), _NSG, nic_id)
    plan = ip_configurations.plan(request, found, nic_id)
    nic = network_interface_body.build(request, found, nic_id)
    ip_configurations.apply(emulator, nic, plan)
    emulator.store.put(nic)
    if found is None and emulator.nic_create == 'finished':
        network.set_state('Succeeded', *_bodies(nic))
        if not network_versions.answers_at_once(request.api_version):
            return network.unchanged(request, 'networkInterfaces', nic,
                                     network.plain, 201)
        return router.ArmResponse(201, nic.view())
    return network.written(
        request, 'networkInterfaces', 200 if found else 201, nic,
        network.plain, lambda: _bodies(nic))


@router.route('GET', _NIC)
def get(request: router.ArmRequest) -> router.ArmResponse:
    """Answer one interface."""
    return network.shown(request, network.plain)


@router.route('GET', _LIST)
@router.route('GET', network.SUBSCRIPTION + '/networkInterfaces')
def list_all(request: router.ArmRequest) -> router.ArmResponse:
    """List the interfaces of a group or of the subscription."""
    return network.listed(request, TYPE, network.plain)


@router.route('PATCH', _NIC)
def patch(request: router.ArmRequest) -> router.ArmResponse:
    """Set the tags."""
    return network.tagged(request, network.plain)


@router.route('DELETE', _NIC)
def delete(request: router.ArmRequest) -> router.ArmResponse:
    """Delete an interface no machine has or is promised."""
    nic = request.existing()
    if nic is None:
        return router.ArmResponse(204)
    network.check_etag(request, nic)
    owner = nic.properties.get('virtualMachine')
    if owner:
        raise _in_use(nic.id, owner['id'])
    _check_reserved(request.emulator, nic, '')
    return network.deleted(
        request, 'networkInterfaces', nic,
        lambda: _remove(request.emulator, nic))


@router.route('GET', _NIC + '/ipConfigurations')
def list_configurations(request: router.ArmRequest) -> router.ArmResponse:
    """List the IP configurations of an interface."""
    nic = request.resource()
    return paging.page(request, nic.view()['properties']['ipConfigurations'])


@router.route('GET', _NIC + '/ipConfigurations/{configuration}')
def get_configuration(request: router.ArmRequest) -> router.ArmResponse:
    """Answer one IP configuration."""
    where = request.id
    assert where is not None and where.parent is not None  # noqa: S101
    nic = request.emulator.store.get(where.parent)
    configurations = nic.properties['ipConfigurations'] if nic else []
    for configuration in configurations:
        if ids.same(configuration['id'], str(where)):
            return router.ArmResponse(body=configuration)
    raise errors.child_not_found(where)


# -- for the Compute provider ------------------------------------------------

def check_attach(emulator: server.Emulator, nic_id: str,
                 vm_id: str) -> store.Resource:
    """Check that a machine may have an interface; return the interface.

    :raises ArmError: 404 NotFound, 400 NicInUse or NicReservedForAnotherVm,
        429 RetryableError while the interface is changing
    """
    nic = emulator.store.get(nic_id)
    if nic is None or nic.type != TYPE:
        raise errors.ArmError(404, 'NotFound',
                              f'Resource {nic_id} not found.', details=[])
    owner = nic.properties.get('virtualMachine')
    if owner and not ids.same(owner['id'], vm_id):
        raise _in_use(nic.id, owner['id'])
    _check_reserved(emulator, nic, vm_id)
    network.require_settled(emulator, nic, vm_id)
    return nic


def attach(emulator: server.Emulator, nic_id: str, vm_id: str,
           primary: bool = True) -> store.Resource:
    """Give an interface to a machine; raises as :func:`check_attach`."""
    nic = check_attach(emulator, nic_id, vm_id)
    nic.private.pop('reserved', None)
    nic.properties['virtualMachine'] = {'id': vm_id}
    nic.properties['primary'] = primary
    nic.properties['macAddress'] = network_interface_body.mac(
        nic.properties['resourceGuid'])
    ip_configurations.set_dynamic_public_address(emulator, nic, True)
    network.set_state('Succeeded', *_bodies(nic))
    return nic


def detach(emulator: server.Emulator, nic_id: str,
           reserve_for: str | None = None) -> None:
    """Take an interface from its machine; its address stays.

    :param reserve_for: id of a machine the interface then stays reserved
        for, as happens after a failed create
    """
    nic = emulator.store.get(nic_id)
    if nic is None:
        return
    nic.properties.pop('virtualMachine', None)
    nic.properties.pop('macAddress', None)
    ip_configurations.set_dynamic_public_address(emulator, nic, False)
    network.set_state('Succeeded', *_bodies(nic))
    if reserve_for:
        reserve(emulator, nic_id, reserve_for)


def reserve(emulator: server.Emulator, nic_id: str, vm_id: str,
            seconds: float = RESERVED_SECONDS) -> None:
    """Keep an interface from everyone but one machine for a while."""
    nic = emulator.store.get(nic_id)
    if nic is not None:
        nic.private['reserved'] = vm_id, emulator.clock.time() + seconds


def delete_for_cascade(emulator: server.Emulator, nic_id: str) -> None:
    """Delete an interface with its machine (``deleteOption: Delete``).

    Public addresses go with it when their own ``deleteOption`` says so.
    """
    nic = emulator.store.get(nic_id)
    if nic is None:
        return
    public = ip_configurations.public_addresses_to_delete(nic)
    _remove(emulator, nic)
    for address_id in public:
        emulator.store.delete(address_id)


def forget(emulator: server.Emulator, resource: store.Resource) -> None:
    """Give addresses back when an interface goes with its group."""
    if resource.type == TYPE:
        ip_configurations.release(emulator, resource)


def _remove(emulator: server.Emulator, nic: store.Resource) -> None:
    ip_configurations.release(emulator, nic)
    emulator.store.delete(nic.id)


def _bodies(nic: store.Resource) -> list[dict[str, Any]]:
    return [nic.body, *nic.properties['ipConfigurations']]


def _in_use(nic_id: str, vm_id: str) -> errors.ArmError:
    return errors.ArmError(
        400, 'NicInUse',
        f'Network Interface {nic_id} is used by existing resource {vm_id}. '
        f'In order to delete the network interface, it must be dissociated '
        f'from the resource. To learn more, see aka.ms/deletenic.',
        details=[])


def _check_reserved(emulator: server.Emulator, nic: store.Resource,
                    vm_id: str) -> None:
    owner, until = nic.private.get('reserved', ('', 0.0))
    if emulator.clock.time() < until and not ids.same(owner, vm_id):
        raise errors.ArmError(
            400, 'NicReservedForAnotherVm',
            f'Nic(s) in request is reserved for another Virtual Machine for '
            f'{RESERVED_SECONDS} seconds. Please provide another nic(s) or '
            f'retry after {RESERVED_SECONDS} seconds. Reserved VM: {owner}',
            details=[])
