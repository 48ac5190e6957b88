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

"""nova-serialproxy inside the process of Nova.

It asks nova-compute whether a port is still good, and the messages of a
sandbox are in memory: a process of its own would reach nobody. For each
client nova-serialproxy forks, here a thread serves it.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
from typing import Any

LOG = logging.getLogger(__name__)

_JOIN_SECONDS = 5.0


class SerialProxy:
    """Nova's own proxy code behind a listener of this process.

    :param port: of loopback; 0 takes a free one
    :raises OSError: the port is taken
    """

    def __init__(self, port: int) -> None:
        from nova.console import websocketproxy  # reads nova.conf

        self._listener = socket.create_server(('127.0.0.1', port))
        self.port: int = self._listener.getsockname()[1]
        self._proxy = websocketproxy.NovaWebSocketProxy(
            listen_host='127.0.0.1', listen_port=self.port, file_only=True,
            RequestHandlerClass=websocketproxy.NovaProxyRequestHandler)
        self._clients: dict[threading.Thread, socket.socket] = {}
        self._thread = threading.Thread(
            target=self._accept, name='serialproxy', daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Take nobody any more, and hang up."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(_JOIN_SECONDS)
        for thread, client in list(self._clients.items()):
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)
            thread.join(_JOIN_SECONDS)

    def _accept(self) -> None:
        while True:
            try:
                client, address = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(
                target=self._serve, args=(client, address), daemon=True,
                name=f'serialproxy {address[1]}')
            self._clients[thread] = client
            thread.start()

    def _serve(self, client: socket.socket, address: Any) -> None:
        try:
            # the end of a fork would close it
            with client:
                self._proxy.top_new_client(client, address)
        except Exception:
            LOG.exception('A client of the serial proxy is lost')
        finally:
            self._clients.pop(threading.current_thread(), None)
