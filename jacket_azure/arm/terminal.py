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

"""One connection to the serial port of a virtual machine.

A websocket. What the guest writes comes as frames of text or of bytes; what
is typed goes as frames of text, as Azure's own command line sends it.
"""

from __future__ import annotations

import codecs
import contextlib
import ssl
from typing import Any
from urllib import parse

import websocket

from jacket_azure import exceptions

_FRAME_SECONDS = 1.0
_UNUSABLE = (
    'the answer is not what Azure sends; check for a proxy between'
)


class Terminal:
    """Reads and writes bytes; for one thread.

    :param channel: connected, and logged in
    :param timeout_seconds: how long a write may take
    :ivar has_ended: the other side has hung up; set by :meth:`read`
    """

    has_ended = False

    def __init__(self, channel: Any, timeout_seconds: float) -> None:
        # a WebSocket, of which the library types only a part
        self._channel = channel
        self._timeout = timeout_seconds
        # a frame of text must be whole characters; keys arrive as bytes
        self._decoder = codecs.getincrementaldecoder('utf-8')('replace')

    def fileno(self) -> int:
        """Return what to wait on before :meth:`read`."""
        return int(self._channel.fileno())

    def has_more(self) -> bool:
        """Tell whether something has come that waiting does not show.

        TLS decrypts as much at a time as was sent at a time.
        """
        try:
            return bool(self._channel.sock.pending())
        except (OSError, AttributeError):
            # AttributeError: the library has let go of the socket
            return False

    def read(self) -> bytes | None:
        """Return what has come, b'' when that is nothing yet.

        :returns: None when the other side has hung up
        """
        found = b''
        try:
            self._channel.settimeout(_FRAME_SECONDS)
            while True:
                opcode, data = self._channel.recv_data(control_frame=True)
                if opcode == websocket.ABNF.OPCODE_CLOSE:
                    self.has_ended = True
                    return found or None
                if opcode in (
                    websocket.ABNF.OPCODE_TEXT,
                    websocket.ABNF.OPCODE_BINARY,
                ):
                    found += data
                if not self.has_more():
                    return found
        except websocket.WebSocketTimeoutException:
            return found
        except (websocket.WebSocketException, OSError):
            # no later wait would show it: the socket is closed now
            self.has_ended = True
            return found or None

    def write(self, data: bytes) -> bool:
        """Type *data*; return False when the other side has hung up."""
        text = self._decoder.decode(data)
        if not text:
            return True
        try:
            self._channel.settimeout(self._timeout)
            self._channel.send(text)
        except (websocket.WebSocketException, OSError):
            return False
        return True

    def close(self) -> None:
        """Hang up; twice is fine."""
        # without waiting for the other side's farewell
        with contextlib.suppress(Exception):
            self._channel.send_close()
        self._channel.shutdown()


def connect(
    url: str, token: str, ca_file: str, timeout_seconds: float
) -> Terminal:
    """Open the connection that *url* leads to.

    :param url: a secret, which no message holds
    :param token: an access token for ARM; goes into the query, as Azure's
        command line has it, and is the first thing that is said
    :raises Unauthorized: Azure does not accept the token
    :raises Unavailable: there is no connection, and why
    """
    if parse.urlsplit(url).scheme != 'wss':
        # a token is never sent over anything but TLS
        raise _unavailable(_UNUSABLE)
    query = parse.urlencode({'authorization': token, 'new': '1'})
    try:
        channel = websocket.create_connection(
            f'{url}?{query}',
            timeout=timeout_seconds,
            sslopt={'ca_certs': ca_file},
            # whoever it leads to would learn the token
            redirect_limit=0,
        )
        terminal = Terminal(channel, timeout_seconds)
        try:
            channel.send(token)
        except BaseException:
            terminal.close()
            raise
    except websocket.WebSocketBadStatusException as exc:
        if exc.status_code in (401, 403):
            raise exceptions.Unauthorized(
                f'Azure does not let these credentials use the serial '
                f'console: HTTP {exc.status_code}',
                status=exc.status_code,
            ) from None
        raise _unavailable(f'it answers HTTP {exc.status_code}') from None
    except websocket.WebSocketAddressException:
        raise _unavailable('its name cannot be resolved') from None
    except ssl.SSLCertVerificationError:
        raise _unavailable(
            'its certificate cannot be verified; check [azure] ca_file'
        ) from None
    except TimeoutError:
        raise _unavailable('connecting took too long') from None
    except OSError as exc:
        raise _unavailable(exc.strerror or type(exc).__name__) from None
    except (websocket.WebSocketException, ValueError):
        raise _unavailable(_UNUSABLE) from None
    return terminal


def _unavailable(reason: str) -> exceptions.Unavailable:
    return exceptions.Unavailable(
        f'No connection to the serial console service of Azure: {reason}'
    )
