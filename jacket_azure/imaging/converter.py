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

"""qemu-nbd, confined, showing the disk that is in one staged image.

The connections are made before the program starts: they wait in the backlog
of a socket which the program inherits, and the socket's path is gone before
it runs, so nobody else can connect. qemu is told the format and to open
nothing else; it gets the image as an open descriptor and sees no other file
of the host, where the kernel can do that (:mod:`.confine`).
"""

from __future__ import annotations

from collections.abc import Sequence
import contextlib
import json
import os
import pwd
import shutil
import socket
import subprocess  # noqa: S404  a fixed command, without a shell
import sys
from typing import Any

from oslo_log import log as logging

from jacket_azure import exceptions
from jacket_azure.imaging import confine
from jacket_azure.imaging import models
from jacket_azure.imaging import nbd
from jacket_azure.imaging import nbd_reader
from jacket_azure.imaging import nbd_sockets

LOG = logging.getLogger(__name__)

GIB = 1024**3

PROGRAM = 'qemu-nbd'

# disk format of Glance -> qemu's driver, and what it must be told. The size
# of a VHD is in its header; qemu would take the geometry for some creators.
_DRIVERS: dict[str, dict[str, Any]] = {
    'qcow2': {'driver': 'qcow2', 'backing': None},
    'vhd': {'driver': 'vpc', 'force_size_calc': 'current_size'},
    'vhdx': {'driver': 'vhdx'},
    'vmdk': {'driver': 'vmdk', 'backing': None},
}
# descriptors as confine numbers them
_IMAGE_FD = 4

# inflating runs at 100 MiB/s and more; who needs longer is stuck
_CPU_SECONDS = 120
_CPU_SECONDS_PER_GIB = 30
_END_TIMEOUT = 10.0
_LOGGED = 500


def find() -> str:
    """Return the full path of qemu-nbd.

    :raises InvalidRequest: it is not installed
    """
    path = shutil.which(PROGRAM)
    if path is None:
        raise exceptions.InvalidRequest(
            f'Images in the formats {", ".join(_DRIVERS)} cannot be read on '
            f'this host, as {PROGRAM} is not installed there. Images in the '
            f'formats raw and (fixed) vhd can.'
        )
    return path


class Converter:
    """A running qemu-nbd; a context manager that ends it.

    :param path: the image, readable for everybody who has it open
    :param disk_format: one Glance knows
    :param size_bytes: of the disk, as the image's header tells
    :param data: where it has data, if qemu cannot tell
    :raises InvalidRequest: qemu cannot open the image
    """

    def __init__(
        self,
        path: str,
        disk_format: str,
        size_bytes: int,
        limits: models.Limits,
        data: Sequence[tuple[int, int]] | None = None,
    ) -> None:
        program = find()
        self._undo = contextlib.ExitStack()
        with contextlib.ExitStack() as undo:
            self._output = undo.enter_context(
                open(os.memfd_create('qemu-nbd', os.MFD_CLOEXEC), 'r+b')
            )
            sockets = self._start(
                undo, program, path, disk_format, size_bytes, limits
            )
            try:
                connections = [nbd.Connection(sock) for sock in sockets]
            except exceptions.InvalidRequest:
                self.close_process()
                self._log(logging.INFO)
                raise
            self.reader = nbd_reader.NbdReader(connections, data)
            undo.callback(self.reader.close)
            if self.reader.size_bytes != size_bytes:
                raise exceptions.InvalidRequest(
                    f'The image tells in its header of a disk of '
                    f'{size_bytes} bytes, but holds one of '
                    f'{self.reader.size_bytes}.'
                )
            self._undo = undo.pop_all()

    def close(self) -> None:
        """End the program."""
        if self._process.poll() is not None:
            # by itself, which whoever read it was told without the reason
            self._log(logging.WARNING)
        self._undo.close()

    def __enter__(self) -> Converter:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """Of the process that watches over qemu-nbd."""
        return int(self._process.pid)

    def close_process(self) -> None:
        """Let go of the program's life line, and kill it if that fails."""
        if self._process.stdin:
            self._process.stdin.close()
        try:
            self._process.wait(_END_TIMEOUT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _start(
        self,
        undo: contextlib.ExitStack,
        program: str,
        path: str,
        disk_format: str,
        size_bytes: int,
        limits: models.Limits,
    ) -> list[socket.socket]:
        """Start the program and return sockets that are connected to it."""
        with contextlib.ExitStack() as passed:
            listener = passed.enter_context(
                socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            )
            sockets = nbd_sockets.connected(
                listener, limits.connections, limits.request_timeout
            )
            for sock in sockets:
                undo.callback(sock.close)
            image = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            passed.callback(os.close, image)
            fds = [listener.fileno(), image]
            order = {
                'command': _command(program, disk_format, limits),
                'fds': fds,
                'cpu_seconds': _CPU_SECONDS
                + _CPU_SECONDS_PER_GIB * (size_bytes // GIB),
                'memory_bytes': limits.memory_bytes,
                **_nobody(),
            }
            self._process: subprocess.Popen[bytes] = subprocess.Popen(  # noqa: S603
                [sys.executable, '-I', '-S', str(confine.__file__),
                 json.dumps(order)],
                stdin=subprocess.PIPE,
                stdout=self._output,
                stderr=self._output,
                pass_fds=fds,
                cwd='/',
                # a signal for the service is none for its children
                start_new_session=True,
            )
            undo.callback(self.close_process)
        return sockets

    def _log(self, level: int) -> None:
        """Log what the program wrote: for operators, not for users.

        It may quote what the image holds.
        """
        self._output.seek(0)
        LOG.log(
            level,
            'qemu-nbd ended with status %s: %r',
            self._process.returncode,
            self._output.read(_LOGGED),
        )


def _command(
    program: str, disk_format: str, limits: models.Limits
) -> list[str]:
    """Return the command line, which names no file."""
    node = {
        **_DRIVERS[disk_format],
        'read-only': True,
        'file': {
            'driver': 'file',
            'filename': f'/proc/self/fd/{_IMAGE_FD}',
            'read-only': True,
            'locking': 'off',
        },
    }
    return [
        program,
        '--read-only',
        f'--shared={limits.connections}',
        f'json:{json.dumps(node)}',
    ]


def _nobody() -> dict[str, int]:
    """Return the user that a service which is root uses for this."""
    if os.geteuid():
        return {}
    try:
        user = pwd.getpwnam('nobody')
    except KeyError:
        return {'uid': 65534, 'gid': 65534}
    return {'uid': user.pw_uid, 'gid': user.pw_gid}
