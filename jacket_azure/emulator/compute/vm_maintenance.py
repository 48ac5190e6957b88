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
"""Reimage, maintenance and patches of a machine.

Source: Compute REST API, virtual-machines; arm-behaviour.md section 3.
"""

from __future__ import annotations

from typing import Any
import uuid

from jacket_azure.emulator import errors
from jacket_azure.emulator import store
from jacket_azure.emulator.compute import boot_log
from jacket_azure.emulator.compute import extension_checks
from jacket_azure.emulator.compute import guest
from jacket_azure.emulator.compute import os_profile
from jacket_azure.emulator.compute import vm_model
from jacket_azure.emulator.compute import vm_operations
from jacket_azure.emulator.compute import vm_provisioning
from jacket_azure.emulator.router import ArmRequest
from jacket_azure.emulator.router import ArmResponse
from jacket_azure.emulator.router import route


@route('POST', vm_model.NAME + '/reimage')
def reimage(request: ArmRequest) -> ArmResponse:
    """Give a machine with an ephemeral OS disk its image again.

    A password or custom data in the body is the new guest's.
    """
    vm = vm_operations.checked(request, 'VirtualMachines.Reimage.POST')
    vm_operations.refuse_never_started(vm, 'reimage')
    disk = vm.properties['storageProfile']['osDisk']
    if not disk.get('diffDiskSettings'):
        raise errors.ArmError(
            409, 'OperationNotAllowed',
            'The Reimage and OSUpgrade Virtual Machine actions require that '
            'the virtual machine has Automatic OS Upgrades enabled.')
    body = request.body or {}
    sent = body.get('osProfile') or {}
    windows = disk.get('osType') == 'Windows'
    if sent.get('adminPassword'):
        os_profile.check_password(sent['adminPassword'], windows)
    os_profile.check_custom_data(sent.get('customData'))

    def finish(vm: store.Resource) -> None:
        there = guest.of(request.emulator, vm)
        profile = vm.properties.get('osProfile') or {}
        if profile.get('adminUsername'):
            known = there.users.get(profile['adminUsername'], guest.User())
            guest.install(request.emulator, vm, {
                **profile,
                'adminPassword': sent.get('adminPassword', known.password),
                'customData': sent.get('customData', there.custom_data)})
        there.scripts.clear()
        vm_provisioning.allocate(request.emulator, vm)
        boot_log.boot(request.emulator, vm)

    return vm_operations.run(
        request, vm, 'virtualMachines.reimage', finish, 'starting')


@route('POST', vm_model.NAME + '/performMaintenance')
def perform_maintenance(request: ArmRequest) -> ArmResponse:
    """Nothing is planned for a host of the emulator.

    :raises ArmError: 409 OperationNotAllowed
    """
    vm = vm_operations.checked(
        request, 'VirtualMachines.PerformMaintenance.POST')
    raise errors.ArmError(
        409, 'OperationNotAllowed',
        f"Customer Initiated Maintenance is not allowed on VM '{vm.name}' "
        f"since there is no maintenance scheduled for it.")


def _check_patches(request: ArmRequest, verb: str) -> store.Resource:
    vm = vm_operations.checked(request, f'VirtualMachines.{verb}.POST')
    if vm.private.get('power') != 'running':
        raise errors.ArmError(
            409, 'OperationNotAllowed', 'The operation requires the VM to be '
            'running (or set to run).')
    extension_checks.check_allowed(vm)
    return vm


@route('POST', vm_model.NAME + '/assessPatches')
def assess_patches(request: ArmRequest) -> ArmResponse:
    """Look for patches: a guest of the emulator is up to date."""
    vm = _check_patches(request, 'AssessPatches')
    began = request.emulator.clock.stamp()

    def finish(vm: store.Resource) -> dict[str, Any]:
        summary = {
            'status': 'Succeeded', 'assessmentActivityId': str(uuid.uuid4()),
            'rebootPending': False, 'criticalAndSecurityPatchCount': 0,
            'otherPatchCount': 0}
        vm.private['patches'] = {'availablePatchSummary': {
            **summary, 'startTime': began,
            'lastModifiedTime': request.emulator.clock.stamp()}}
        return {**summary, 'startDateTime': began, 'availablePatches': []}

    return vm_operations.run(
        request, vm, 'virtualMachines.assessPatches', finish)


@route('POST', vm_model.NAME + '/installPatches')
def install_patches(request: ArmRequest) -> ArmResponse:
    """Install the patches there are: none."""
    vm = _check_patches(request, 'InstallPatches')
    began = request.emulator.clock.stamp()

    def finish(vm: store.Resource) -> dict[str, Any]:
        counts = {f'{kind}PatchCount': 0 for kind in (
            'excluded', 'notSelected', 'pending', 'installed', 'failed')}
        summary = {
            'status': 'Succeeded',
            'installationActivityId': str(uuid.uuid4()),
            'maintenanceWindowExceeded': False, **counts}
        vm.private.setdefault('patches', {})[
            'lastPatchInstallationSummary'] = {
                **summary, 'startTime': began,
                'lastModifiedTime': request.emulator.clock.stamp()}
        return {**summary, 'rebootStatus': 'NotNeeded', 'patches': [],
                'startDateTime': began}

    return vm_operations.run(
        request, vm, 'virtualMachines.installPatches', finish)
