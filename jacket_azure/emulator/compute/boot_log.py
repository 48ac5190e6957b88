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
"""The serial log a guest writes: a boot after the other."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from jacket_azure.emulator import errors
from jacket_azure.emulator import storage_blobs
from jacket_azure.emulator import store
from jacket_azure.emulator.compute import guest

if TYPE_CHECKING:
    from jacket_azure.emulator import server


def boot(emulator: server.Emulator, vm: store.Resource) -> None:
    """The guest boots and writes how."""
    there = guest.of(emulator, vm)
    there.boots.append(_one_boot(there, emulator.clock.stamp()))
    _store(emulator, vm)


def blobs(vm: store.Resource) -> dict[str, str]:
    """Where log and screenshot are; managed storage does not tell."""
    settings = (vm.properties.get('diagnosticsProfile') or {}).get(
        'bootDiagnostics') or {}
    base = settings.get('storageUri') or ''
    if not settings.get('enabled') or not base:
        return {}
    vm_id = vm.properties['vmId']
    short = ''.join(filter(str.isalnum, vm.name.lower()))[:9]
    stem = (f'{base.rstrip("/")}/bootdiagnostics-{short}-{vm_id}/'
            f'{vm.name}.{vm_id}')
    return {'consoleScreenshotBlobUri': f'{stem}.screenshot.bmp',
            'serialConsoleLogBlobUri': f'{stem}.serialconsole.log'}


def screenshot() -> bytes:
    """A black bitmap of 8 by 8."""
    pixels = bytes(8 * 8 * 3)
    return (struct.pack('<2sIHHI', b'BM', 54 + len(pixels), 0, 0, 54)
            + struct.pack('<IiiHHIIiiII', 40, 8, 8, 1, 24, 0, len(pixels),
                          2835, 2835, 0, 0) + pixels)


def _store(emulator: server.Emulator, vm: store.Resource) -> None:
    """Put log and screenshot into the account the machine names."""
    if not emulator.contents:
        return
    data = {'consoleScreenshotBlobUri': screenshot(),
            'serialConsoleLogBlobUri': text(emulator, vm).encode()}
    for key, url in blobs(vm).items():
        try:
            found = storage_blobs.find(emulator, url, vm.location)
        except errors.ArmError:
            # such an account is not here; the machine runs all the same
            return
        blob = found.blob()
        blob.client.create_container(blob.container, exist_ok=True)
        blob.client.put_block_blob(blob.path, data[key])


def text(emulator: server.Emulator, vm: store.Resource) -> str:
    """Everything written so far; empty before the first boot."""
    return ''.join(guest.of(emulator, vm).boots)


def _one_boot(there: guest.Guest, when: str) -> str:
    """What a booting Linux or Windows would have written, made up."""
    host = there.host_name
    if there.windows:
        return ('\r\n<?xml version="1.0"?>\r\n<INSTANCE '
                f'CLASSNAME="BLUESCREEN">\r\n<machine-name>{host}'
                f'</machine-name>\r\n<!-- {when} -->\r\n</INSTANCE>\r\n'
                'SAC>\r\nEVENT: The CMD command is now available.\r\nSAC>')
    lines = [
        '[    0.000000] Linux version 6.8.0-azure (buildd@lcy02) #1 SMP',
        '[    0.000000] Command line: BOOT_IMAGE=/vmlinuz root=/dev/sda1 '
        'console=tty1 console=ttyS0 earlyprintk=ttyS0',
        f'[    0.713402] rtc_cmos: setting system clock to {when[:19]} UTC',
        '[    2.104311] hv_vmbus: Vmbus version:5.3',
        f'[    5.918422] systemd[1]: Hostname set to <{host}>.',
        '[    8.771045] cloud-init[612]: Cloud-init v. 24.1 running '
        "'init-local'",
        *(f'[   12.104933] cloud-init[640]: ci-info: authorized keys for '
          f'user {name}: {len(user.keys)}'
          for name, user in there.users.items() if user.keys),
        '[   14.662910] cloud-init[702]: Cloud-init v. 24.1 finished. '
        'Datasource DataSourceAzure [seed=/dev/sr0].']
    return '\n'.join([
        *lines, '', f'Ubuntu 24.04 LTS {host} ttyS0', '',
        f'{host} login: \n'])
