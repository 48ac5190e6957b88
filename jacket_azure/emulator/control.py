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

"""``/_emulator``: how another process looks into and disturbs an emulator.

No path of ARM begins so, and nothing here wants an api-version or a token
of Azure: the key in ``control.json`` of the state folder, readable by its
owner only, is sent in ``X-Emulator-Key``. What is asked here is neither
recorded nor throttled nor hit by faults. Errors are ``{"problem": text}``,
which no ARM client takes for one of its own.

=======  ====================  =============================================
GET      /_emulator            who this is and how it is set
GET      /_emulator/faults     what is planned, how often it struck
POST     /_emulator/faults     plan one, see ``fault_plans.py``; 201
DELETE   /_emulator/faults     take all back, denials too
DELETE   /_emulator/faults/N   take one back
GET      /_emulator/requests   what was asked; ``?since=N&polls=false``
DELETE   /_emulator/requests   forget it
GET      /_emulator/resources  what exists; ``?type=T&bodies=true``
GET      /_emulator/settings   list_lag, throttling, limits, ...
PATCH    /_emulator/settings   change some of them
=======  ====================  =============================================
"""

from __future__ import annotations

import dataclasses
import hmac
import json
import pathlib
import secrets
from typing import TYPE_CHECKING
from typing import Any

from werkzeug import wrappers

from jacket_azure.emulator import fault_plans
from jacket_azure.emulator import settings

if TYPE_CHECKING:
    from jacket_azure.emulator import server

PREFIX = '/_emulator'
KEY_HEADER = 'X-Emulator-Key'
FILE = 'control.json'


class Problem(Exception):
    """Something cannot be done; the text goes to whoever asked.

    :ivar status: HTTP status
    """

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


def write_file(emulator: server.Emulator, folder: pathlib.Path) -> str:
    """Write what a process needs to reach this interface; return the key."""
    key = secrets.token_urlsafe(24)
    file = folder / FILE
    file.touch(0o600)
    file.write_text(json.dumps({
        'endpoint': emulator.endpoint + PREFIX, 'ca_file': emulator.ca_file,
        'key': key}, indent=1) + '\n')
    return key


def answer(emulator: server.Emulator,
           http: wrappers.Request) -> wrappers.Response | None:
    """Answer a request below ``/_emulator``; None when it is not."""
    first, _, rest = http.path.lstrip('/').partition('/')
    if '/' + first != PREFIX:
        return None
    if not hmac.compare_digest(http.headers.get(KEY_HEADER, '').encode(),
                               emulator.control_key.encode()):
        return _json(401, {'problem': f'{KEY_HEADER} is missing or wrong; '
                                      f'{FILE} in the state folder has it'})
    what, _, which = rest.strip('/').partition('/')
    try:
        handler = _HANDLERS.get((http.method, what))
        if handler is None:
            raise Problem(404, f'{http.method} {http.path} is unknown here')
        return handler(emulator, http, which)
    except Problem as exc:
        return _json(exc.status, {'problem': str(exc)})


def _about(emulator: server.Emulator, http: wrappers.Request,
           which: str) -> wrappers.Response:
    return _json(200, {
        'arm_endpoint': emulator.endpoint,
        'blob_endpoint': emulator.blobs.url if emulator.contents else None,
        'subscription_id': emulator.subscription_id,
        'profile': emulator.profile, 'time': emulator.clock.stamp(),
        'resources': len(emulator.store),
        'requests': len(emulator.requests), **settings.read(emulator)})


def _list_faults(emulator: server.Emulator, http: wrappers.Request,
                 which: str) -> wrappers.Response:
    return _json(200, {
        'faults': [fault.view() for fault in emulator.faults.planned()],
        'denied': emulator.faults.denials()})


def _add_fault(emulator: server.Emulator, http: wrappers.Request,
               which: str) -> wrappers.Response:
    try:
        made = fault_plans.plan(emulator.faults, _body(http))
    except ValueError as exc:
        raise Problem(400, str(exc)) from exc
    return _json(201, made.view() if made else {
        'denied': emulator.faults.denials()})


def _remove_faults(emulator: server.Emulator, http: wrappers.Request,
                   which: str) -> wrappers.Response:
    if not which:
        emulator.faults.clear()
        return _json(200, {'faults': [], 'denied': []})
    for fault in emulator.faults.planned():
        if str(fault.id) == which:
            emulator.faults.remove(fault)
            return _json(200, fault.view())
    raise Problem(404, f'there is no fault {which}')


def _list_requests(emulator: server.Emulator, http: wrappers.Request,
                   which: str) -> wrappers.Response:
    """List records; each has its place in ``index``, for ``since``."""
    try:
        since = int(http.args.get('since', 0))
    except ValueError as exc:
        raise Problem(400, 'since is a number') from exc
    polls = http.args.get('polls', 'true').lower() != 'false'
    found = list(emulator.requests)
    return _json(200, {'next': len(found), 'requests': [
        {'index': index, **dataclasses.asdict(record)}
        for index, record in enumerate(found)
        if index >= since and (polls or not record.is_poll)]})


def _forget_requests(emulator: server.Emulator, http: wrappers.Request,
                     which: str) -> wrappers.Response:
    emulator.requests.clear()
    return _json(200, {'next': 0, 'requests': []})


def _list_resources(emulator: server.Emulator, http: wrappers.Request,
                    which: str) -> wrappers.Response:
    wanted = http.args.get('type', '').lower()
    bodies = http.args.get('bodies', 'false').lower() == 'true'
    with emulator.store.lock:
        emulator.operations.settle()
        return _json(200, {'resources': [
            {'id': one.id, 'type': one.type,
             **({'body': one.view()} if bodies else {})}
            for one in emulator.store
            if wanted in ('', one.type.lower())]})


def _get_settings(emulator: server.Emulator, http: wrappers.Request,
                  which: str) -> wrappers.Response:
    return _json(200, settings.read(emulator))


def _change_settings(emulator: server.Emulator, http: wrappers.Request,
                     which: str) -> wrappers.Response:
    try:
        settings.change(emulator, _body(http))
    except ValueError as exc:
        raise Problem(400, str(exc)) from exc
    return _json(200, settings.read(emulator))


def _body(http: wrappers.Request) -> Any:
    try:
        return json.loads(http.get_data())
    except ValueError as exc:
        raise Problem(400, f'no JSON: {exc}') from exc


def _json(status: int, body: Any) -> wrappers.Response:
    return wrappers.Response(json.dumps(body), status,
                             content_type='application/json; charset=utf-8')


_HANDLERS = {
    ('GET', ''): _about,
    ('GET', 'faults'): _list_faults,
    ('POST', 'faults'): _add_fault,
    ('DELETE', 'faults'): _remove_faults,
    ('GET', 'requests'): _list_requests,
    ('DELETE', 'requests'): _forget_requests,
    ('GET', 'resources'): _list_resources,
    ('GET', 'settings'): _get_settings,
    ('PATCH', 'settings'): _change_settings,
}
