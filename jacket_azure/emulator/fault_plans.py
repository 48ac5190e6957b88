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

"""Reads a fault that another process asks for.

One JSON object::

    {"action": "fail", "method": "PUT", "type": "virtualMachines",
     "status": 503, "code": "ServerTimeout", "times": 1}
    {"action": "drop_reply", "request": 7, "for_good": true}
    {"action": "deny", "permission": "Microsoft.Compute/disks/write"}

``action`` names a method of ``faults.Faults``; the other members are its
arguments. ``request`` counts from the next request, polls left out; without
it the fault is chosen by method, type and name.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING
from typing import Any

if TYPE_CHECKING:
    from jacket_azure.emulator import fault
    from jacket_azure.emulator import faults

ACTIONS = (
    'fail', 'throttle', 'drop_request', 'drop_reply', 'truncate_reply',
    'garble_reply', 'slow_reply', 'refuse_connections', 'fail_operation',
    'cancel_operation', 'stick_operation', 'slow_operation',
    'lose_operation')
DENY = 'deny'
_MATCH = {'name': str, 'times': int, 'skip': int, 'polls': bool}
_KINDS = {
    'method': str, 'type': str, 'status': int, 'code': str, 'message': str,
    'headers': dict, 'gateway': bool, 'target': str, 'bucket': str,
    'retry_after': int, 'seconds': (int, float), 'share': (int, float),
    'acted': bool, **_MATCH}


def plan(known: faults.Faults, asked: Any) -> fault.Fault | None:
    """Plan what *asked* describes; None for a denial.

    :raises ValueError: it is no such object; the text says why
    """
    if not isinstance(asked, dict):
        raise ValueError('a JSON object is expected')
    values = dict(asked)
    action = values.pop('action', None)
    if action == DENY:
        _deny(known, values)
        return None
    if action not in ACTIONS:
        raise ValueError(f'action is one of {", ".join((*ACTIONS, DENY))}')
    number = values.pop('request', None)
    for_good = values.pop('for_good', False)
    if number is not None and (not _is(number, int) or number < 1):
        raise ValueError('request is a number from 1')
    if not isinstance(for_good, bool):
        raise ValueError('for_good is true or false')
    if for_good and number is None:
        raise ValueError('for_good goes with request')
    _check(getattr(known, action), values, by_number=number is not None)
    if number is None:
        made: fault.Fault = getattr(known, action)(**values)
        return made
    return known.at(number, action, for_good=for_good, **values)


def _deny(known: faults.Faults, values: dict[str, Any]) -> None:
    permission = values.pop('permission', None)
    if values or not permission or not isinstance(permission, str):
        raise ValueError('deny takes permission, and nothing else')
    known.deny(permission)


def _check(method: Any, values: dict[str, Any], by_number: bool) -> None:
    """Hold the arguments against the method's own.

    :raises ValueError: one is missing, unknown, or of the wrong kind
    """
    parameters = dict(inspect.signature(method).parameters)
    open_ended = parameters.pop('match', None) is not None
    if by_number:
        for name in ('method', 'type'):
            parameters.pop(name, None)
    allowed = set(parameters) | (set(_MATCH) if (
        open_ended and not by_number) else set())
    unknown = sorted(set(values) - allowed)
    if unknown:
        raise ValueError(f'{", ".join(unknown)}: not known here; there are '
                         f'{", ".join(sorted(allowed))}')
    missing = [name for name, one in parameters.items()
               if one.default is inspect.Parameter.empty
               and name not in values]
    if missing:
        raise ValueError(f'{", ".join(missing)}: missing')
    for name, value in values.items():
        if value is None and name in ('retry_after', 'times', 'target'):
            continue
        if not _is(value, _KINDS[name]):
            raise ValueError(f'{name}: not {value!r}')


def _is(value: Any, kind: Any) -> bool:
    """Tell whether JSON has that kind; true is no number there."""
    if isinstance(value, bool):
        return kind is bool
    return isinstance(value, kind)
