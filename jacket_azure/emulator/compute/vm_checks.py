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

"""Refusals of writes to virtual machines that creates and updates share."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import store
from jacket_azure.emulator.compute import sizes

if TYPE_CHECKING:
    from jacket_azure.emulator import server


def refuse_deleting(vm: store.Resource | None, verb: str) -> None:
    """Refuse any write on a VM that is being deleted.

    :raises ArmError: 409 OperationNotAllowed
    """
    if vm is not None and vm.private.get('deleting'):
        raise errors.ArmError(
            409, 'OperationNotAllowed',
            f"Operation '{verb}' is not allowed on VM '{vm.name}' since the "
            f"VM is marked for deletion. You can only retry the Delete "
            f"operation (or wait for an ongoing one to complete).")


def refuse_concurrent(emulator: server.Emulator,
                      vm: store.Resource | None) -> None:
    """Refuse a write while another one runs.

    :raises ArmError: 409 Conflict
    """
    if vm is not None and emulator.operations.running(vm.id):
        raise errors.ArmError(
            409, 'Conflict',
            'The request failed due to conflict with a concurrent request. '
            'To resolve it, please refer to https://aka.ms/activitylog to '
            'get more details on the conflicting requests.')


def check_available(emulator: server.Emulator, vm_id: str,
                    size: sizes.Size, location: str,
                    zones: list[str]) -> None:
    """Refuse a size this subscription cannot have there.

    :raises ArmError: 409 SkuNotAvailable
    """
    if not sizes.forbidden(emulator, size, location, zones):
        return
    subscription = vm_id.split('/')[2]
    raise errors.ArmError(
        409, 'SkuNotAvailable',
        f"The requested size for resource '{vm_id}' is currently not "
        f"available in location '{location}' zones '{','.join(zones)}' for "
        f"subscription '{subscription}'. Please try another size or deploy "
        f"to a different location or zones. See "
        f"https://aka.ms/azureskunotavailable for details.")


def check_generation(size: sizes.Size, generation: str,
                     architecture: str) -> None:
    """Refuse a size that cannot boot the image.

    :raises ArmError: 400 BadRequest
    """
    if architecture != size.architecture:
        raise errors.ArmError(
            400, 'BadRequest',
            f"Cannot create a VM of size '{size.name}' because this VM size "
            f"only supports a CPU Architecture of '{size.architecture}', but "
            f"an image or disk with CPU Architecture '{architecture}' was "
            f"given. Please check that the CPU Architecture of the image or "
            f"disk is compatible with that of the VM size.")
    if generation not in size.generations.split(','):
        number = generation[1:]
        raise errors.ArmError(
            400, 'BadRequest',
            f"The selected VM size '{size.name}' cannot boot Hypervisor "
            f"Generation '{number}'. If this was a Create operation please "
            f"check that the Hypervisor Generation of the Image matches the "
            f"Hypervisor Generation of the selected VM Size. If this was an "
            f"Update operation please select a Hypervisor Generation "
            f"'{number}' VM Size. For more information, see "
            f"https://aka.ms/azuregen2vm")


def check_security(body: dict[str, Any], size: sizes.Size,
                   trusted_image: bool, generation: str) -> None:
    """Refuse Trusted Launch where size or image do not support it.

    :raises ArmError: 400 BadRequest
    """
    profile = body['properties'].get('securityProfile') or {}
    if profile.get('securityType') != 'TrustedLaunch':
        if profile.get('uefiSettings') and not profile.get('securityType'):
            raise errors.invalid_parameter(
                'securityProfile.securityType',
                'The value of parameter securityProfile.securityType is '
                'invalid.')
        return
    if not size.trusted:
        raise errors.ArmError(
            400, 'BadRequest',
            f"The VM size '{size.name}' is not supported for creation of VMs "
            f"and Virtual Machine Scale Set with 'TrustedLaunch' security "
            f"type. For more information, see "
            f"https://aka.ms/TrustedLaunch-FAQ")
    if generation == 'V1' or not trusted_image:
        raise errors.ArmError(
            400, 'BadRequest',
            'Use of TrustedLaunch setting is not supported for the provided '
            'image. Please select Trusted Launch Supported Gen2 OS Image. '
            'For more information, see https://aka.ms/TrustedLaunch-FAQ.')
