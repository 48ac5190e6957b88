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

"""Reads the body of a request as Azure Resource Manager does."""

from __future__ import annotations

import json
import re
from typing import Any

from jacket_azure.emulator import errors

_MEDIA_TYPE = 'application/json'
_LOOSE = re.compile(
    r'(?P<string>"(?:\\.|[^"\\])*")|//[^\r\n]*|/\*.*?\*/'
    r'|(?P<name>[A-Za-z_]\w*)\s*:|,\s*(?P<end>[}\]])', re.DOTALL)


def read(data: bytes, media_type: str = _MEDIA_TYPE) -> Any:
    """Parse a request's body; None when there is none.

    Of a name that stands twice in an object the last one counts, as ARM
    has it.

    :raises ArmError: 400 InvalidRequestContent, 415 UnsupportedMediaType
    """
    if not data.strip():
        return None
    if media_type != _MEDIA_TYPE:
        raise errors.ArmError(
            415, 'UnsupportedMediaType',
            f"The content media type '{media_type or '<null>'}' is not "
            f"supported. Only '{_MEDIA_TYPE}' is supported.",
            gateway=True)
    try:
        found = _parse(data)
        if not isinstance(found, dict):
            raise ValueError('an object was expected')
    except (ValueError, RecursionError) as exc:
        raise _invalid_content(str(exc)) from exc
    return found


def _parse(data: bytes) -> Any:
    """Read JSON, as loosely as ARM does.

    It takes comments, names without quotes and a comma too many; az sends
    templates so.

    :raises ValueError: it is none
    """
    try:
        return json.loads(data, parse_constant=_refuse_constant)
    except ValueError:
        return json.loads(_LOOSE.sub(_tighten, data.decode()),
                          parse_constant=_refuse_constant)


def _tighten(found: re.Match[str]) -> str:
    if found['name']:
        return f'"{found["name"]}":'
    if found['end']:
        return found['end']
    return found['string'] or ' '


def _refuse_constant(name: str) -> None:
    """Python would read NaN and Infinity, which are no JSON.

    :raises ValueError: always
    """
    raise ValueError(f'{name} is no value of JSON')


def _invalid_content(reason: str) -> errors.ArmError:
    """The body is not what ARM itself can read."""
    return errors.ArmError(
        400, 'InvalidRequestContent',
        f"The request content was invalid and could not be deserialized: "
        f"'{reason}'.", gateway=True)
