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

"""retrieveBootDiagnosticsData: URLs of a serial log that can be read.

Source: Compute REST API, virtual-machines/retrieve-boot-diagnostics-data.
"""

from __future__ import annotations

import hashlib
import struct

from jacket_azure.emulator import errors
from jacket_azure.emulator import store
from jacket_azure.emulator.compute import contents
from jacket_azure.emulator.compute import vm_model
from jacket_azure.emulator.router import ArmRequest
from jacket_azure.emulator.router import ArmResponse
from jacket_azure.emulator.router import route

_DEFAULT_MINUTES = 120


def serial_log(vm: store.Resource) -> str:
    """What a booting Linux or Windows would have written, made up."""
    windows = vm.properties['storageProfile']['osDisk'].get(
        'osType') == 'Windows'
    profile = vm.properties.get('osProfile') or {}
    host = profile.get('computerName', vm.name)
    if windows:
        return ('<?xml version="1.0"?>\r\n<INSTANCE CLASSNAME="BLUESCREEN">'
                f'\r\n<machine-name>{host}</machine-name>\r\n</INSTANCE>\r\n'
                'SAC>\r\nEVENT: The CMD command is now available.\r\nSAC>')
    return (
        '[    0.000000] Linux version 6.8.0-azure (buildd@lcy02) #1 SMP\n'
        '[    0.000000] Command line: console=tty1 console=ttyS0\n'
        '[    2.104311] hv_vmbus: Vmbus version:5.3\n'
        '[    8.771045] cloud-init[612]: Cloud-init v. 24.1 running\n'
        f'\nUbuntu 24.04 LTS {host} ttyS0\n\n{host} login: ')


def screenshot() -> bytes:
    """A black bitmap of 8 by 8."""
    pixels = bytes(8 * 8 * 3)
    return (struct.pack('<2sIHHI', b'BM', 54 + len(pixels), 0, 0, 54)
            + struct.pack('<IiiHHIIiiII', 40, 8, 8, 1, 24, 0, len(pixels),
                          2835, 2835, 0, 0) + pixels)


# Azurite may have to be started: that must not hold the store's lock
@route('POST', vm_model.NAME + '/retrieveBootDiagnosticsData', locked=False)
def retrieve(request: ArmRequest) -> ArmResponse:
    """Put log and screenshot into blobs; answer their URLs."""
    with request.emulator.store.lock:
        vm = request.resource()
        _check(vm)
        log = vm.private.get('serial_log') or serial_log(vm)
        name = f'{vm.name}.{vm.properties["vmId"]}'
    minutes = int(request.query.get(
        'sasuriexpirationtimeinminutes', _DEFAULT_MINUTES))
    keeper = contents.of(request.emulator)
    container = 'boot-' + hashlib.sha256(name.encode()).hexdigest()[:24]
    return ArmResponse(body={
        'consoleScreenshotBlobUri': keeper.publish(
            container, f'{name}.screenshot.bmp', screenshot(), minutes),
        'serialConsoleLogBlobUri': keeper.publish(
            container, f'{name}.serialconsole.log', log.encode(), minutes)})


def _check(vm: store.Resource) -> None:
    profile = vm.properties.get('diagnosticsProfile') or {}
    if not (profile.get('bootDiagnostics') or {}).get('enabled'):
        raise errors.ArmError(
            409, 'OperationNotAllowed',
            f"Boot diagnostics is not enabled for VM '{vm.name}'.")
