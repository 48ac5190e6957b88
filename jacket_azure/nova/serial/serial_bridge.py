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

"""A TCP port of this host that leads to one machine's serial port.

nova-serialproxy connects to it. One thread does all: it must not happen that
one thread reads from a connection with TLS while another writes to it.
"""

from __future__ import annotations

from collections.abc import Callable
import contextlib
import selectors
import socket
import threading
from typing import Any

from oslo_log import log as logging

from jacket_azure import exceptions

LOG = logging.getLogger(__name__)

_BYTES = 4096
_SEND_SECONDS = 30.0
_TICK_SECONDS = 1.0
# nova-serialproxy comes as soon as it has asked
_ADMISSION_SECONDS = 60.0
_JOIN_SECONDS = 5.0


class Bridge:
    """Carries bytes between a client and a terminal, one pair at a time.

    :param listener: bound and listening; closed in the end
    :param dial: returns a :class:`jacket_azure.arm.terminal.Terminal`
    :param clock: monotonic seconds
    :param idle_seconds: how long a pair may be silent
    :param ended: called once, when the port is free again
    """

    def __init__(
        self,
        listener: socket.socket,
        dial: Callable[[], Any],
        clock: Callable[[], float],
        idle_seconds: float,
        ended: Callable[[Bridge], None],
    ) -> None:
        self._listener = listener
        self.port: int = listener.getsockname()[1]
        self._dial = dial
        self._clock = clock
        self._idle_seconds = idle_seconds
        self._ended = ended
        self._lock = threading.Lock()
        self._admitting_until: float | None = None
        self._open_until = clock()
        self._closed = False
        self._wake, self._woken = socket.socketpair()
        self._selector = selectors.DefaultSelector()
        self._client: socket.socket | None = None
        self._terminal: Any = None
        self._last_byte = 0.0
        self._thread = threading.Thread(
            target=self._run, name=f'serial-console-{self.port}', daemon=True
        )

    def start(self) -> None:
        """Begin to wait for clients."""
        self._thread.start()

    def admit(self, seconds: float) -> bool:
        """Let one more client in, soon, and keep the port for a while.

        Each client takes the place of the one before, as on Azure.

        :returns: False when this bridge has ended
        """
        with self._lock:
            if not self._closed:
                now = self._clock()
                self._admitting_until = now + min(seconds, _ADMISSION_SECONDS)
                self._open_until = now + seconds
            return not self._closed

    def close(self, wait: bool = True) -> None:
        """Hang up and give the port back; twice is fine."""
        with self._lock:
            self._closed = True
        with contextlib.suppress(OSError):
            self._wake.send(b'!')
        if wait and self._thread is not threading.current_thread():
            self._thread.join(_JOIN_SECONDS)

    # -- in the thread

    def _run(self) -> None:
        for each in (self._listener, self._woken):
            self._selector.register(each, selectors.EVENT_READ)
        try:
            while self._goes_on():
                for key, _ in self._selector.select(_TICK_SECONDS):
                    self._serve(key.fileobj)
        except Exception:
            LOG.exception('The serial console at port %d broke', self.port)
        finally:
            with self._lock:
                self._closed = True
            self._hang_up()
            self._selector.close()
            for each in (self._listener, self._wake, self._woken):
                each.close()
            self._ended(self)

    def _goes_on(self) -> bool:
        now = self._clock()
        if self._client is not None:
            if now - self._last_byte > self._idle_seconds:
                self._tell('nothing happened for too long')
                self._hang_up()
            return not self._closed
        with self._lock:
            self._closed = self._closed or now > self._open_until
            return not self._closed

    def _serve(self, ready: Any) -> None:
        if ready is self._listener:
            self._accept()
        elif ready is self._client:
            self._from_client()
        elif self._terminal is not None and ready is self._terminal:
            self._from_terminal()

    def _accept(self) -> None:
        client, _ = self._listener.accept()
        with self._lock:
            until, self._admitting_until = self._admitting_until, None
        if until is None or self._clock() > until or self._closed:
            client.close()
            return
        if self._client is not None:
            self._tell('somebody else has connected')
            self._hang_up()
        client.settimeout(_SEND_SECONDS)
        self._client = client
        try:
            self._terminal = self._dial()
        except exceptions.JacketAzureError as exc:
            LOG.warning('No serial console at port %d: %s', self.port, exc)
            self._tell(str(exc))
            self._hang_up()
            return
        self._last_byte = self._clock()
        for each in (client, self._terminal):
            self._selector.register(each, selectors.EVENT_READ)
        if self._terminal.has_more():
            self._from_terminal()

    def _from_client(self) -> None:
        try:
            data = self._client.recv(_BYTES) if self._client else b''
        except OSError:
            data = b''
        self._last_byte = self._clock()
        if not data:
            self._hang_up()
        elif not self._terminal.write(data):
            self._tell('Azure has hung up')
            self._hang_up()

    def _from_terminal(self) -> None:
        data = self._terminal.read()
        self._last_byte = self._clock()
        if data and not self._show(data):
            self._hang_up()
        elif data is None or self._terminal.has_ended:
            self._tell('Azure has hung up')
            self._hang_up()

    def _show(self, data: bytes) -> bool:
        try:
            if self._client is not None:
                self._client.sendall(data)
        except OSError:
            return False
        return True

    def _tell(self, reason: str) -> None:
        """Say why it ends; whoever looks at the console sees it."""
        self._show(f'\r\n[Serial console closed: {reason}]\r\n'.encode())

    def _hang_up(self) -> None:
        for each in (self._client, self._terminal):
            if each is None:
                continue
            with contextlib.suppress(KeyError, ValueError, OSError):
                self._selector.unregister(each)
            with contextlib.suppress(OSError):
                each.close()
        self._client = self._terminal = None
