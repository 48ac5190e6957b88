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

"""What all lookups share: how a value is checked, how a miss is told."""

from __future__ import annotations

from collections import abc
import re
from typing import TypeVar

from jacket_azure import exceptions

T = TypeVar('T')

VM_SIZE = re.compile(r'[A-Za-z][A-Za-z0-9_-]{1,63}')
ZONE = re.compile(r'[1-9]')
WORD = re.compile(r'[A-Za-z0-9]([A-Za-z0-9._-]{0,126}[A-Za-z0-9_])?')

OS_TYPES = ('linux', 'windows')
GENERATIONS = ('V1', 'V2')
SECURITY_TYPES = ('Standard', 'TrustedLaunch')
IMAGE_STATES = ('generalized', 'specialized')
PRIORITIES = ('Regular', 'Spot')
EVICTION_POLICIES = ('Deallocate', 'Delete')
OS_DISK_SKUS = (
    'Standard_LRS',
    'StandardSSD_LRS',
    'StandardSSD_ZRS',
    'Premium_LRS',
    'Premium_ZRS',
)

_MOST_NAMES = 20


def find(
    table: abc.Mapping[str, T], *keys: str | None
) -> tuple[str, T] | None:
    """Return the first of *keys* that *table* has, with its value."""
    for key in keys:
        if key is not None and key in table:
            return key, table[key]
    return None


def missing(
    file: str, section: str, what: str, known: abc.Iterable[str]
) -> exceptions.MappingLookupError:
    """Build the error for something that has no entry."""
    names = sorted(known)
    told = ', '.join(names[:_MOST_NAMES]) or 'none'
    if len(names) > _MOST_NAMES:
        told += f' and {len(names) - _MOST_NAMES} more'
    return exceptions.MappingLookupError(
        f'{what} is not mapped to Azure: no entry for it under "{section}" '
        f'in {file}. Entries there: {told}.'
    )


def checked(
    value: str, name: str, pattern: re.Pattern[str], allowed: str
) -> str:
    """Check an extra spec or image property.

    :raises InvalidRequest: naming the property and what is allowed
    """
    if not pattern.fullmatch(value):
        raise exceptions.InvalidRequest(
            f'{name} is {value[:80]!r}, must be {allowed}.'
        )
    return value


def chosen(value: str, name: str, choices: abc.Sequence[str]) -> str:
    """Check an extra spec or image property that has fixed values.

    :raises InvalidRequest: naming the property and what is allowed
    """
    for choice in choices:
        if choice.lower() == value.lower():
            return choice
    raise exceptions.InvalidRequest(
        f'{name} is {value[:80]!r}, must be one of {", ".join(choices)}.'
    )
