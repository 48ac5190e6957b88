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

"""The websocket of a session on a serial port.

As azure-cli's extension serial-console 0.1.8 uses it: the query has the
token (``authorization``), and with ``new=1`` the first message is the token.
A second client takes the port from the first. What is said to a client that
is not let in was seen on Azure (microsoft/azserialconsole, issue 116).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkzeug import wrappers

from jacket_azure.emulator import handling
from jacket_azure.emulator import store
from jacket_azure.emulator import websockets
from jacket_azure.emulator.compute import guest
from jacket_azure.emulator.compute import instance_view
from jacket_azure.emulator.compute import serial_guest
from jacket_azure.emulator.compute import serial_ports

if TYPE_CHECKING:
    from jacket_azure.emulator import server

_HELD = 'serial.held'
_TOKEN_SECONDS = 10.0
_LOOK_SECONDS = 0.2
_INTERNAL_ERROR, _GOING_AWAY = 1011, 1001


def answer(emulator: server.Emulator,
           http: wrappers.Request) -> wrappers.Response | None:
    """Serve a session as long as it lasts; None when it is for ARM."""
    if not http.path.startswith(serial_ports.PREFIX):
        return None
    words = http.path.removeprefix(serial_ports.PREFIX).split('/')
    vm = (serial_ports.sessions(emulator).get(words[2])
          if len(words) == 4 and words[3] == 'client' else None)
    if vm is None:
        return wrappers.Response('There is no such session.', 404)
    newer = http.args.get('new') == '1'
    if not newer and not _trusts(emulator, http.args.get('authorization')):
        return wrappers.Response('Connection not trusted', 401)
    try:
        socket = websockets.WebSocket(http.environ)
    except ValueError as exc:
        return wrappers.Response(str(exc), 400)
    try:
        _serve(emulator, socket, vm, newer)
    except OSError:
        pass                                # it hung up
    http.environ[handling.CUT] = None
    return wrappers.Response(status=204)


def _serve(emulator: server.Emulator, socket: websockets.WebSocket,
           vm: store.Resource, newer: bool) -> None:
    socket.accept()
    socket.send('Connecting...\r\n')
    if newer:
        said = socket.receive(_TOKEN_SECONDS)
        if said is None:
            return
        if not _trusts(emulator, said.decode('latin-1')):
            socket.close(_INTERNAL_ERROR, 'Connection not trusted')
            return
    held: dict[str, object] = emulator.state.setdefault(_HELD, {})
    mine = held[vm.id] = object()
    if not _runs(emulator, vm):
        socket.close(_GOING_AWAY, 'The virtual machine does not run')
        return
    there = serial_guest.SerialGuest(guest.of(emulator, vm))
    socket.send('\r\n' + there.prompt())
    while True:
        keys = socket.receive(_LOOK_SECONDS)
        if keys is None:
            return
        if held.get(vm.id) is not mine:
            socket.close(_GOING_AWAY, 'Somebody else has connected')
            return
        if not _runs(emulator, vm):
            socket.close(_GOING_AWAY, 'The virtual machine has stopped')
            return
        socket.send(there.type(keys.decode('utf-8', 'replace')))


def _trusts(emulator: server.Emulator, token: str | None) -> bool:
    """Tell whether a token is one for ARM that is not out of date."""
    claims = emulator.identity.claims(token) if token else None
    return claims is not None and (
        claims['aud'].rstrip('/') == emulator.audience.rstrip('/')
        and not emulator.identity.outdated(claims))


def _runs(emulator: server.Emulator, vm: store.Resource) -> bool:
    now = emulator.store.get(vm.id)
    return now is not None and (
        now.properties['vmId'] == vm.properties['vmId']
        and instance_view.power(emulator, now) in ('running', 'starting')
        and serial_ports.has_diagnostics(now))
