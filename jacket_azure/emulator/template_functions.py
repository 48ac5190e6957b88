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

"""The functions of deployment templates that depend on nothing else.

Those not here (and not in ``templates.py``) are refused by their name.
Source: learn.microsoft.com, azure-resource-manager/templates/
template-functions.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
import hashlib
import json
import operator
import re
from typing import Any
import uuid

_BASE32 = 'abcdefghijklmnopqrstuvwxyz234567'


def _concat(*parts: Any) -> Any:
    if parts and isinstance(parts[0], list):
        return [one for part in parts for one in part]
    return ''.join(text(part) for part in parts)


def _format(pattern: str, *values: Any) -> str:
    return re.sub(r'{(\d+)}', lambda match: text(values[int(match[1])]),
                  pattern)


def _union(*parts: Any) -> Any:
    if isinstance(parts[0], dict):
        return {name: value for part in parts for name, value in part.items()}
    found: list[Any] = []
    for part in parts:
        found += [one for one in part if one not in found]
    return found


def _unique(*parts: Any) -> str:
    """13 characters, the same for the same words; Azure's hash differs."""
    number = int.from_bytes(hashlib.sha256(
        '-'.join(map(text, parts)).encode()).digest()[:9])
    return ''.join(_BASE32[number >> 5 * place & 31] for place in range(13))


def _contains(where: Any, what: Any) -> bool:
    if isinstance(where, dict):
        return str(what).lower() in {name.lower() for name in where}
    return what in where


def _equals(one: Any, other: Any) -> bool:
    return type(one) is type(other) and one == other


def text(value: Any) -> str:
    """Write a value as ``string()`` does."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return 'True' if value else 'False'
    return json.dumps(value, separators=(',', ':'))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    'add': operator.add, 'sub': operator.sub, 'mul': operator.mul,
    'div': lambda one, other: int(one / other), 'mod': operator.mod,
    'int': int, 'string': text, 'bool': lambda value: text(
        value).lower() in ('true', '1'),
    'true': lambda: True, 'false': lambda: False, 'null': lambda: None,
    'not': operator.not_, 'and': lambda *parts: all(parts),
    'or': lambda *parts: any(parts), 'equals': _equals,
    'greater': operator.gt, 'greaterorequals': operator.ge,
    'less': operator.lt, 'lessorequals': operator.le,
    'coalesce': lambda *parts: next(
        (part for part in parts if part is not None), None),
    'concat': _concat, 'format': _format, 'length': len, 'union': _union,
    'tolower': str.lower, 'toupper': str.upper, 'trim': str.strip,
    'replace': str.replace, 'contains': _contains,
    'startswith': lambda one, start: one.lower().startswith(start.lower()),
    'endswith': lambda one, end: one.lower().endswith(end.lower()),
    'substring': lambda one, start, size=None: one[start:] if (
        size is None) else one[start:start + size],
    'split': lambda one, by: re.split('|'.join(map(re.escape, (
        [by] if isinstance(by, str) else by))), one),
    'join': lambda parts, by: by.join(map(text, parts)),
    'empty': lambda value: not value,
    'first': lambda value: value[0], 'last': lambda value: value[-1],
    'skip': lambda value, count: value[count:],
    'take': lambda value, count: value[:count],
    'range': lambda start, count: list(range(start, start + count)),
    'min': lambda *parts: min(_numbers(parts)),
    'max': lambda *parts: max(_numbers(parts)),
    'array': lambda value: value if isinstance(value, list) else [value],
    'createarray': lambda *parts: list(parts),
    'createobject': lambda *parts: dict(
        zip(parts[::2], parts[1::2], strict=True)),
    'json': json.loads,
    'base64': lambda one: base64.b64encode(one.encode()).decode(),
    'base64tostring': lambda one: base64.b64decode(one).decode(),
    'padleft': lambda one, size, fill=' ': text(one).rjust(size, fill),
    'uniquestring': _unique,
    'guid': lambda *parts: str(uuid.uuid5(
        uuid.NAMESPACE_URL, '-'.join(map(text, parts)))),
}


def _numbers(parts: tuple[Any, ...]) -> Any:
    return parts[0] if isinstance(parts[0], list) else parts
