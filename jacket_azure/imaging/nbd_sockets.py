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

"""Connections to a server that does not run yet."""

from __future__ import annotations

import contextlib
import os
import socket
import tempfile


def connected(
    listener: socket.socket, count: int, timeout_seconds: float
) -> list[socket.socket]:
    """Let a socket listen, and return others that are connected to it.

    :param listener: new, of the family AF_UNIX
    :param timeout_seconds: of what is done with the others
    """
    with contextlib.ExitStack() as done, contextlib.ExitStack() as undo:
        directory = done.enter_context(
            tempfile.TemporaryDirectory(prefix='jacket-')
        )
        folder = os.open(directory, os.O_PATH | os.O_CLOEXEC)
        done.callback(os.close, folder)
        # a socket's path is short, that of a temporary folder may not be
        path = f'/proc/self/fd/{folder}/nbd'
        listener.bind(path)
        os.chmod(path, 0o600)
        listener.listen(count)
        sockets = []
        for _ in range(count):
            sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            undo.callback(sock.close)
            sock.settimeout(timeout_seconds)
            sock.connect(path)
            sockets.append(sock)
        undo.pop_all()
    return sockets
