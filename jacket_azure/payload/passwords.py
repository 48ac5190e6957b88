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

"""Azure's rules for administrator names and passwords.

A password never appears in a message.

Source: Compute REST API 2024-07-01, OSProfile.adminUsername and
OSProfile.adminPassword.
"""

from __future__ import annotations

from collections import abc
import re
import string
from typing import Protocol

from jacket_azure import exceptions

_LENGTHS = {'linux': (6, 72), 'windows': (8, 123)}
_CLASSES = 3
_GENERATED_LENGTH = 20
_CLASS_PATTERNS = tuple(
    re.compile(p) for p in (r'[a-z]', r'[A-Z]', r'[0-9]', r'[\W_]')
)
_DISALLOWED = frozenset(
    word.lower()
    for word in (
        'abc@123', 'P@$$w0rd', 'P@ssw0rd', 'P@ssword123', 'Pa$$word',
        'pass@word1', 'Password!', 'Password1', 'Password22', 'iloveyou!',
    )
)  # fmt: skip
_USER_MAX = {'linux': 64, 'windows': 20}
_DISALLOWED_USERS = frozenset((
    'administrator', 'admin', 'user', 'user1', 'test', 'user2', 'test1',
    'user3', 'admin1', '1', '123', 'a', 'actuser', 'adm', 'admin2', 'aspnet',
    'backup', 'console', 'david', 'guest', 'john', 'owner', 'root', 'server',
    'sql', 'support', 'support_388945a0', 'sys', 'test2', 'test3', 'user4',
    'user5',
))  # fmt: skip
_LINUX_USER = re.compile(r'[A-Za-z_][A-Za-z0-9_.-]*')
_WINDOWS_REFUSED = frozenset('"/\\[]:;|=,+*?<>@')
# without look-alikes, and without what a shell or a unattend file mangles
_LOWER = 'abcdefghijkmnopqrstuvwxyz'
_UPPER = 'ABCDEFGHJKLMNPQRSTUVWXYZ'
_DIGITS = '23456789'
_SPECIAL = '-_.+='


class RandomSource(Protocol):
    """What :func:`generate` needs of a ``random.Random``."""

    def choice(self, seq: abc.Sequence[str], /) -> str:
        """Return one of *seq*."""

    def shuffle(self, x: list[str], /) -> None:
        """Change the order of *x* in place."""


def problems(password: str, os_type: str) -> tuple[str, ...]:
    """Return why Azure would refuse the password; empty when it would not.

    :param os_type: ``linux`` or ``windows``
    """
    least, most = _LENGTHS[os_type]
    found = []
    if not least <= len(password) <= most:
        found.append(f'must have {least} to {most} characters')
    classes = sum(bool(p.search(password)) for p in _CLASS_PATTERNS)
    if classes < _CLASSES:
        found.append(
            'must have three of: a lower-case letter, an upper-case letter, '
            'a digit, a special character'
        )
    if password.lower() in _DISALLOWED:
        found.append('is on the list of passwords Azure refuses')
    if any(not char.isprintable() for char in password):
        found.append('must not have control characters')
    return tuple(found)


def check(password: str, os_type: str) -> None:
    """Refuse a password that Azure would refuse.

    :raises InvalidRequest: saying which rules it breaks
    """
    found = problems(password, os_type)
    if found:
        raise exceptions.InvalidRequest(
            f'The administrator password {"; it ".join(found)}.'
        )


def generate(random_source: RandomSource) -> str:
    """Make a password that Azure accepts, for Linux and for Windows.

    :param random_source: where randomness comes from; for a real password
        it must be ``random.SystemRandom()``
    :returns: 20 characters of four classes, about 118 bits
    """
    classes = (_LOWER, _UPPER, _DIGITS, _SPECIAL)
    chars = [random_source.choice(chars) for chars in classes]
    everything = ''.join(classes)
    while len(chars) < _GENERATED_LENGTH:
        chars.append(random_source.choice(everything))
    random_source.shuffle(chars)
    # "-" first would read as an option on a command line
    letters = string.ascii_letters
    first = next(i for i, char in enumerate(chars) if char in letters)
    chars[0], chars[first] = chars[first], chars[0]
    return ''.join(chars)


def check_user_name(name: str, os_type: str) -> None:
    """Refuse an administrator name that Azure would refuse.

    :raises InvalidRequest: naming the rule
    """
    most = _USER_MAX[os_type]
    if not 1 <= len(name) <= most:
        raise exceptions.InvalidRequest(
            f'The administrator name {name[:80]!r} must have 1 to {most} '
            f'characters.'
        )
    if name.lower() in _DISALLOWED_USERS:
        raise exceptions.InvalidRequest(
            f'Azure refuses {name!r} as the name of an administrator.'
        )
    if os_type == 'windows':
        valid = not _WINDOWS_REFUSED & set(name) and name.isprintable()
        valid = valid and not name.endswith('.') and name == name.strip()
    else:
        valid = bool(_LINUX_USER.fullmatch(name))
    if not valid:
        raise exceptions.InvalidRequest(
            f'The administrator name {name!r} has characters that are not '
            f'allowed there.'
        )
