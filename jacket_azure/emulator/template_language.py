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

"""The language inside the square brackets of a deployment template.

``[concat(parameters('name'), '-nic', copyIndex(1))]``: calls, strings,
whole numbers, members (``.id``) and elements (``[0]``). Source:
learn.microsoft.com, azure-resource-manager/templates/template-expressions.
"""

from __future__ import annotations

from collections.abc import Iterator
import dataclasses
import re
from typing import Any

_TOKEN = re.compile(r"""\s*(?:
    (?P<text>'(?:[^']|'')*') | (?P<number>-?\d+) |
    (?P<name>[A-Za-z_][\w]*) | (?P<mark>[()\[\],.]) )""", re.VERBOSE)


class SyntaxProblem(Exception):
    """The text is no expression."""


@dataclasses.dataclass(frozen=True)
class Literal:
    """A string or a whole number."""

    value: Any


@dataclasses.dataclass(frozen=True)
class Call:
    """A function with its arguments; the name in lower case."""

    name: str
    arguments: tuple[Any, ...]


@dataclasses.dataclass(frozen=True)
class Element:
    """A member or an element of a value; *key* is an expression."""

    of: Any
    key: Any


def is_expression(value: Any) -> bool:
    """Tell whether a JSON value is to be evaluated."""
    return (isinstance(value, str) and value.startswith('[')
            and value.endswith(']') and not value.startswith('[['))


def parse(text: str) -> Any:
    """Read an expression with its brackets.

    :returns: a tree of :class:`Call`, :class:`Element`, :class:`Literal`
    :raises SyntaxProblem: it is none
    """
    reader = _Reader(text[1:-1])
    found = reader.expression()
    if reader.kind is not None:
        raise SyntaxProblem(f"unexpected '{reader.value}'")
    return found


def calls(tree: Any) -> Iterator[Call]:
    """Walk over every call of an expression."""
    if isinstance(tree, Call):
        yield tree
        for argument in tree.arguments:
            yield from calls(argument)
    elif isinstance(tree, Element):
        yield from calls(tree.of)
        yield from calls(tree.key)


class _Reader:
    """Reads one token ahead."""

    def __init__(self, text: str) -> None:
        self._text = text.rstrip()
        self._place = 0
        self.kind: str | None = None
        self.value = ''
        self._next()

    def _next(self) -> None:
        if self._place == len(self._text):
            self.kind, self.value = None, 'end'
            return
        match = _TOKEN.match(self._text, self._place)
        if match is None:
            raise SyntaxProblem(
                f"unexpected '{self._text[self._place:][:10]}'")
        self._place = match.end()
        self.kind = str(match.lastgroup)
        self.value = match[self.kind]

    def _take(self, mark: str) -> bool:
        if (self.kind, self.value) != ('mark', mark):
            return False
        self._next()
        return True

    def _expect(self, mark: str) -> None:
        if not self._take(mark):
            raise SyntaxProblem(f"'{mark}' instead of '{self.value}'")

    def expression(self) -> Any:
        found = self._primary()
        while True:
            if self._take('.'):
                if self.kind != 'name':
                    raise SyntaxProblem(f"no member: '{self.value}'")
                found = Element(found, Literal(self.value))
                self._next()
            elif self._take('['):
                found = Element(found, self.expression())
                self._expect(']')
            else:
                return found

    def _primary(self) -> Any:
        kind, value = self.kind, self.value
        self._next()
        if kind == 'text':
            return Literal(value[1:-1].replace("''", "'"))
        if kind == 'number':
            return Literal(int(value))
        if kind != 'name':
            raise SyntaxProblem(f"unexpected '{value}'")
        self._expect('(')
        arguments = []
        if not self._take(')'):
            arguments.append(self.expression())
            while self._take(','):
                arguments.append(self.expression())
            self._expect(')')
        return Call(value.lower(), tuple(arguments))
