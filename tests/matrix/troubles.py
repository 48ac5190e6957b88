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

"""The columns of the matrix: what can become of a request."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from tests.matrix import proxy

_HTML = (b'<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n'
         b'<body bgcolor="white"><center><h1>Bad Gateway</h1></center>'
         b'</body>\r\n</html>\r\n')


@dataclasses.dataclass(frozen=True)
class Trouble:
    """One column.

    :ivar strike: takes an exchange and the function that forwards it
    :ivar plan: for what an operation comes to: takes the emulator's faults
        and the options of a fault, and plans it
    :ivar at_client: happens before the request leaves the client
    :ivar spreads: from the struck request on, all are struck
    :ivar polls_only: means something for a poll only
    :ivar kind: those of one kind look alike to whoever made the request:
        Azure did nothing, it acted and is not heard, and so on
    """

    name: str
    kind: str
    strike: Any = None
    plan: Any = None
    at_client: bool = False
    spreads: bool = False
    polls_only: bool = False

    def fits(self, row):
        """Tell whether this can happen to a request."""
        if self.plan is not None:
            return row.is_write
        return row.is_poll or not self.polls_only


def error(status, code, message, **headers):
    """Return Azure's answer of an error."""
    return proxy.Reply(status, [
        ('Content-Type', 'application/json; charset=utf-8'),
        ('x-ms-request-id', '00000000-0000-0000-0000-00000000feed'),
        *((name.replace('_', '-'), value) for name, value in headers.items()),
    ], json.dumps({'error': {'code': code, 'message': message}}).encode())


def _answered(reply):
    def strike(exchange, _forward):
        exchange.answer(reply)
    return strike


def _dropped(exchange, _forward):
    exchange.cut(reset=True)


def _lost(exchange, forward):
    forward(exchange)
    exchange.cut()


def _truncated(exchange, forward):
    """Half of the answer, then the end of the connection."""
    whole = forward(exchange).encoded()
    exchange.send(whole[:-1 if len(whole) < 2 else len(whole) // 2])
    exchange.cut()


def _mangled(exchange, forward):
    """Half of the body in a whole answer, as a broken proxy sends it."""
    reply = forward(exchange)
    reply.body = reply.body[:len(reply.body) // 2]
    exchange.answer(reply)


def _operation(name, *arguments):
    def plan(faults, options):
        return getattr(faults, name)(
            options.pop('method'), options.pop('type'), *arguments, **options)
    return plan


_THROTTLED = (429, 'TooManyRequests', 'The server rejected the request '
              'because too many requests have been received.')
FAILED_TEXT = 'Azure could not do it today.'

TROUBLES = (
    Trouble('429-after', 'undone', _answered(
        error(*_THROTTLED, Retry_After='20'))),
    Trouble('429', 'undone', _answered(error(*_THROTTLED))),
    Trouble('500', 'undone', _answered(error(
        500, 'InternalServerError', 'Encountered internal server error.'))),
    Trouble('503', 'undone', _answered(error(
        503, 'ServerTimeout', 'The request timed out.'))),
    Trouble('garbage', 'undone', _answered(proxy.Reply(
        502, [('Content-Type', 'text/html')], _HTML))),
    Trouble('refused', 'undone', at_client=True),
    Trouble('down', 'down', at_client=True, spreads=True),
    Trouble('dropped', 'undone', _dropped),
    Trouble('lost', 'unheard', _lost),
    Trouble('truncated', 'unheard', _truncated),
    Trouble('mangled', 'unheard', _mangled),
    Trouble('failed', 'ended', plan=_operation(
        'fail_operation', 'InternalExecutionError', FAILED_TEXT)),
    Trouble('canceled', 'ended', plan=_operation('cancel_operation')),
    Trouble('stuck', 'stuck', plan=_operation('stick_operation')),
    Trouble('404', 'undone', _answered(error(
        404, 'NotFound', 'The entity was not found in this Azure location.',
    )), polls_only=True),
)
BY_NAME = {trouble.name: trouble for trouble in TROUBLES}
