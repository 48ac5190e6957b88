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

"""Who is not let at the bytes of a disk or snapshot, and why.

Source: arm-behaviour.md section 4; what is not there is unverified.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import store
from jacket_azure.emulator.compute import disk_model
from jacket_azure.emulator.compute import snapshot_copies

if TYPE_CHECKING:
    from jacket_azure.emulator import server

_SNAPSHOTS = 'Microsoft.Compute/snapshots'
_ACCESS = ('Read', 'Write')
_FORMATS = ('VHD', 'VHDX')


def check(emulator: server.Emulator, disk: store.Resource,
          body: dict[str, Any]) -> None:
    """Refuse access the service would refuse.

    :param body: of beginGetAccess
    :raises ArmError: 400 or 409
    """
    access = body['access']
    _check_request(body)
    vm = disk_model.running_owner(emulator, disk)
    if vm is not None:
        raise errors.ArmError(
            409, 'Conflict', f'Access not permitted because disk '
            f'{disk.name} is currently attached to running VM {vm.id}.')
    if disk.properties.get('networkAccessPolicy') == 'DenyAll':
        raise errors.ArmError(
            409, 'OperationNotAllowed', f"Access not permitted because the "
            f"networkAccessPolicy of {disk.name} is 'DenyAll'.")
    if access == 'Write' and disk.type == _SNAPSHOTS:
        raise errors.ArmError(
            400, 'BadRequest', f'Write access is not permitted on snapshot '
            f'{disk.name}.')
    if snapshot_copies.running(emulator, disk):
        raise errors.ArmError(
            409, 'Conflict', f'Source incremental snapshot {disk.id} copy '
            f'is still in progress. Please retry after source snapshot copy '
            f'is complete.')
    if access == 'Read' and disk.private.get('upload_bytes') is not None:
        raise errors.ArmError(
            409, 'Conflict', f'Read access is not permitted on disk '
            f'{disk.name} before its upload has ended.')
    if disk_model.grant_is_active(emulator, disk) and (
            disk.private['grant']['access'] != access):
        raise errors.ArmError(
            409, 'Conflict', f'Disk {disk.name} has an active shared access '
            f'signature for {disk.private["grant"]["access"]} access.')


def _check_request(body: dict[str, Any]) -> None:
    access = body['access']
    if access not in _ACCESS:
        raise errors.invalid_parameter(
            'access', f"The value '{access}' of parameter 'access' is not "
            f"valid.")
    if body['durationInSeconds'] < 1:
        raise errors.invalid_parameter(
            'durationInSeconds', f"The value '{body['durationInSeconds']}' "
            f"of parameter 'durationInSeconds' is out of range.")
    form = body.get('fileFormat', 'VHD')
    if form not in _FORMATS:
        raise errors.invalid_parameter(
            'fileFormat', f"The value '{form}' of parameter 'fileFormat' is "
            f"not valid.")
    if form == 'VHDX':
        raise errors.not_implemented('disks read as VHDX')
    if body.get('getSecureVMGuestStateSAS'):
        raise errors.not_implemented('the guest state of secured disks')
