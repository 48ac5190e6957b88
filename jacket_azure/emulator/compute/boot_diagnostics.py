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

from jacket_azure.emulator import errors
from jacket_azure.emulator import store
from jacket_azure.emulator.compute import boot_log
from jacket_azure.emulator.compute import contents
from jacket_azure.emulator.compute import vm_model
from jacket_azure.emulator.router import ArmRequest
from jacket_azure.emulator.router import ArmResponse
from jacket_azure.emulator.router import route

_DEFAULT_MINUTES = 120


# Azurite may have to be started: that must not hold the store's lock
@route('POST', vm_model.NAME + '/retrieveBootDiagnosticsData', locked=False)
def retrieve(request: ArmRequest) -> ArmResponse:
    """Put log and screenshot into blobs; answer their URLs."""
    with request.emulator.store.lock:
        vm = request.resource()
        _check(vm)
        log = boot_log.text(request.emulator, vm)
        shot = boot_log.screenshot() if log else None
        name = f'{vm.name}.{vm.properties["vmId"]}'
    minutes = int(request.query.get(
        'sasuriexpirationtimeinminutes', _DEFAULT_MINUTES))
    keeper = contents.of(request.emulator)
    public = request.emulator.blobs.public
    container = 'boot-' + hashlib.sha256(name.encode()).hexdigest()[:24]
    # what the machine has not written yet is a URL that answers 404
    return ArmResponse(body={
        'consoleScreenshotBlobUri': public(keeper.publish(
            container, f'{name}.screenshot.bmp', shot, minutes)),
        'serialConsoleLogBlobUri': public(keeper.publish(
            container, f'{name}.serialconsole.log',
            log.encode() or None, minutes))})


def _check(vm: store.Resource) -> None:
    profile = vm.properties.get('diagnosticsProfile') or {}
    settings = profile.get('bootDiagnostics') or {}
    if not settings.get('enabled'):
        raise errors.ArmError(
            409, 'OperationNotAllowed',
            f"Boot diagnostics is not enabled for VM '{vm.name}'.")
