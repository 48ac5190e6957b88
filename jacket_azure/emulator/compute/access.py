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

"""beginGetAccess and endGetAccess of disks and snapshots.

The URL given out is a real SAS of the blob. Source: Disk REST
API, disks/grant-access and revoke-access; arm-behaviour.md section 4.
"""

from __future__ import annotations

import datetime
import logging
import threading
from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import latency
from jacket_azure.emulator import store
from jacket_azure.emulator import vhd_footer
from jacket_azure.emulator.compute import access_checks
from jacket_azure.emulator.compute import contents
from jacket_azure.emulator.compute import disk_model
from jacket_azure.emulator.compute import disks
from jacket_azure.emulator.compute import snapshots
from jacket_azure.emulator.router import ArmRequest
from jacket_azure.emulator.router import ArmResponse
from jacket_azure.emulator.router import route

if TYPE_CHECKING:
    from jacket_azure.emulator import server
    from jacket_azure.emulator.operation import Operation

LOG = logging.getLogger(__name__)


class _Preparation(threading.Thread):
    """Starts Azurite and makes the blob without holding up other calls."""

    def __init__(self, emulator: server.Emulator,
                 disk: store.Resource) -> None:
        super().__init__(name=f'contents of {disk.name}', daemon=True)
        self._emulator = emulator
        self._disk = disk
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            contents.materialise(self._emulator, self._disk)
        except Exception as exc:
            LOG.exception('No contents for %s', self._disk.id)
            self.error = exc

    def ready(self) -> bool:
        return not self.is_alive()


def _prepare(emulator: server.Emulator,
             disk: store.Resource) -> _Preparation:
    """Begin to make the blob; one attempt at a time for a disk."""
    found = disk.private.get('preparation')
    if found is None or (found.ready() and found.error is not None):
        found = disk.private['preparation'] = _Preparation(emulator, disk)
        if contents.of(emulator).running:
            found.run()         # takes milliseconds: no thread is needed
        else:
            found.start()
    return found


@route('POST', disks.NAME + '/beginGetAccess')
@route('POST', snapshots.NAME + '/beginGetAccess')
def begin(request: ArmRequest) -> ArmResponse:
    """Grant access; the SAS is the output of the operation."""
    emulator = request.emulator
    disk = request.resource()
    access = request.body['access']
    seconds = request.body['durationInSeconds']
    access_checks.check(emulator, disk, request.body)
    preparation = _prepare(emulator, disk)
    disk.private['grant'] = {
        'access': access,
        'until': emulator.clock.now() + datetime.timedelta(seconds=seconds)}

    def done(operation: Operation) -> dict[str, str]:
        if preparation.error is not None:
            del disk.private['grant']
            raise errors.ArmError(
                500, 'InternalError', f'The emulator could not make the '
                f'contents of {disk.name}: {preparation.error}')
        permission = 'rw' if access == 'Write' else 'r'
        return {'accessSAS': emulator.blobs.public(
            contents.of(emulator).grant(
                disk.private['container'], permission, seconds))}

    def failed(operation: Operation) -> None:
        disk.private.pop('grant', None)

    return _start(request, disk, 'beginGetAccess', done, failed,
                  preparation.ready)


@route('POST', disks.NAME + '/endGetAccess')
@route('POST', snapshots.NAME + '/endGetAccess')
def end(request: ArmRequest) -> ArmResponse:
    """Revoke access; an upload ends with it."""
    emulator = request.emulator
    disk = request.resource()

    def done(operation: Operation) -> None:
        grant = disk.private.pop('grant', None)
        if grant is None:
            return
        container = disk.private.get('container')
        if container is not None:
            # else the grant never came to its end
            contents.of(emulator).revoke(container)
        if grant['access'] == 'Write':
            _end_upload(disk)

    return _start(request, disk, 'endGetAccess', done)


def _end_upload(disk: store.Resource) -> None:
    """An uploaded disk becomes an ordinary one."""
    uploaded = disk.private.pop('upload_bytes', None)
    if uploaded is not None:
        disk.properties['diskSizeBytes'] = uploaded - vhd_footer.SIZE_BYTES
        disk.properties['diskSizeGB'] = -(
            -disk.properties['diskSizeBytes'] // disk_model.GIB)


def _start(request: ArmRequest, disk: store.Resource, verb: str,
           done: Any, failed: Any = None, ready: Any = None) -> ArmResponse:
    kind = f'{disk.type.rpartition("/")[2]}.{verb}'
    return request.emulator.operations.start(
        request, kind, style='disk', on_done=done, on_fail=failed,
        ready=ready, seconds=latency.of(request.emulator, kind),
    ).accepted(202)
