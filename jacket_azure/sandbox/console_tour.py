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

"""The part of the tour that types on a server's serial console."""

from __future__ import annotations

from collections.abc import Callable
import contextlib
import time
from typing import Any

from openstack import exceptions as sdk
import websocket

from jacket_azure.sandbox import errors
from jacket_azure.sandbox.report import Step

_SECONDS = 60.0
_ENTER = b'\r'


def run(step: Callable[..., None], compute: Any, server: Any) -> None:
    """Take the step of the tour."""
    step('type on its serial console',
         lambda entry: type_on(compute, server, entry))


def type_on(compute: Any, server: Any, step: Step) -> None:
    """Press Enter on a server's console and see that the guest answers.

    That Azure's subscription has no serial console is no failure.

    :param compute: the compute proxy of an openstacksdk connection
    :raises SandboxError: nobody answers
    """
    try:
        console = compute.create_server_remote_console(
            server, protocol='serial', type='serial')
    except (sdk.BadRequestException, sdk.ConflictException) as exc:
        step.note = f'none: {exc.details or exc}'
        return
    channel = websocket.create_connection(
        console.url, timeout=_SECONDS, subprotocols=['binary'])
    with contextlib.closing(channel):
        channel.send_binary(_ENTER)
        shown = _read(channel, 'login:')
    lines = [line for line in shown.split('\r\n') if line.strip()]
    if not lines:
        raise errors.SandboxError('nobody answers on the serial console')
    step.note = f'"{lines[-1].strip()[:40]}"'


def _read(channel: websocket.WebSocket, until: str) -> str:
    """Return what appears up to *until*, or for a while."""
    found = b''
    deadline = time.monotonic() + _SECONDS
    while until.encode() not in found and time.monotonic() < deadline:
        try:
            opcode, data = channel.recv_data()
        except websocket.WebSocketException:
            break
        if opcode == websocket.ABNF.OPCODE_CLOSE:
            break
        found += data
    return found.decode('utf-8', 'replace')
