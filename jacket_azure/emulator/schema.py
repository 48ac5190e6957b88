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

"""Checks a JSON value against a Swagger 2.0 schema, as Azure reads JSON.

Azure matches property names without regard to case and ignores read-only
properties that a client sends back; a general JSON schema checker knows
neither. An object with properties is closed: a property it does not list is
a problem. A list of values marked ``modelAsString`` is open.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import pathlib
import re
from typing import Any
from typing import NamedTuple

_ROOT = pathlib.Path(__file__).parent / 'openapi'
# what the service answers without documenting it, and so takes back too
_UNDOCUMENTED = {'properties.allowport25out', 'kind'}
_TYPES: dict[str, tuple[type, ...]] = {
    'string': (str,), 'boolean': (bool,), 'integer': (int,),
    'number': (int, float), 'array': (list,), 'object': (dict,)}


class Problem(NamedTuple):
    """One thing wrong: *kind* is unknown, missing or invalid."""

    kind: str
    path: str
    text: str


class Node(NamedTuple):
    """A schema, and the document in which its references are looked up."""

    schema: dict[str, Any]
    document: str


class Shape(NamedTuple):
    """What an object may hold, with everything it inherits."""

    properties: dict[str, tuple[str, Node]]
    required: frozenset[str]
    additional: Node | bool


@functools.cache
def load(document: str) -> dict[str, Any]:
    """Read a document by its path below ``openapi/``."""
    found: dict[str, Any] = json.loads(
        (_ROOT / document).read_text('utf-8'))
    return found


def documents() -> list[str]:
    """List the paths of all documents below ``openapi/``."""
    return sorted(path.relative_to(_ROOT).as_posix()
                  for path in _ROOT.glob('**/*.json'))


def resolve(node: Node) -> Node:
    """Follow ``$ref`` to its end; a read-only mark beside it stays."""
    read_only = node.schema.get('readOnly', False)
    while '$ref' in node.schema:
        node = _target(node.schema['$ref'], node.document)
        read_only = read_only or node.schema.get('readOnly', False)
    if read_only and not node.schema.get('readOnly'):
        node = Node({**node.schema, 'readOnly': True}, node.document)
    return node


@functools.cache
def _target(reference: str, document: str) -> Node:
    file, _, pointer = reference.partition('#')
    if file:
        folder = (_ROOT / document).parent
        document = (folder / file).resolve().relative_to(
            _ROOT.resolve()).as_posix()
    found: Any = load(document)
    for word in pointer.strip('/').split('/'):
        found = found[word.replace('~1', '/').replace('~0', '~')]
    return Node(found, document)


def shape(node: Node) -> Shape:
    """Collect the properties of an object schema through ``allOf``."""
    properties: dict[str, tuple[str, Node]] = {}
    required: set[str] = set()
    additional: Node | bool = False
    for part in node.schema.get('allOf', ()):
        inner = shape(resolve(Node(part, node.document)))
        properties |= inner.properties
        required |= inner.required
        additional = additional or inner.additional
    for name, schema in node.schema.get('properties', {}).items():
        properties[name.lower()] = name, Node(schema, node.document)
    required |= set(node.schema.get('required', ()))
    more = node.schema.get('additionalProperties')
    if isinstance(more, dict) and more:
        additional = Node(more, node.document)
    elif more or more == {} or not properties:
        additional = True
    return Shape(properties, frozenset(required), additional)


@dataclasses.dataclass
class Reader:
    """Checks one value and copies it in canonical form.

    :ivar keep_null: keep nulls, which mean "remove" in a PATCH; else a null
        is as good as nothing
    :ivar problems: what was found wrong
    """

    keep_null: bool = False
    problems: list[Problem] = dataclasses.field(default_factory=list)

    def read(self, node: Node, value: Any, path: str = '') -> Any:
        """Return a copy of *value* without read-only properties."""
        node = resolve(node)
        expected = node.schema.get('type') or (
            'object' if {'properties', 'allOf'} & node.schema.keys() else '')
        if not self._is_a(expected, value):
            self._say('invalid', path, f'expected {expected}, '
                      f'got {type(value).__name__}')
            return value
        if isinstance(value, dict):
            return self._object(node, value, path)
        if isinstance(value, list) and 'items' in node.schema:
            items = Node(node.schema['items'], node.document)
            return [self.read(items, item, f'{path}[{index}]')
                    for index, item in enumerate(value)]
        value = _canonical(node.schema, value)
        self._scalar(node.schema, value, path)
        return value

    def _object(self, node: Node, value: dict[str, Any],
                path: str) -> dict[str, Any]:
        known = shape(node)
        result = {}
        for name, item in value.items():
            where = f'{path}.{name}' if path else name
            if name.lower() in known.properties:
                name, inner = known.properties[name.lower()]
                if resolve(inner).schema.get('readOnly'):
                    continue
                if item is not None:
                    result[name] = self.read(inner, item, where)
                elif self.keep_null:
                    result[name] = None
            elif where.lower() in _UNDOCUMENTED:
                continue
            elif known.additional is False:
                self._say('unknown', where, 'not a property of this object')
            elif known.additional is True or item is None:
                result[name] = item
            else:
                result[name] = self.read(known.additional, item, where)
        for name in sorted(known.required):
            _, inner = known.properties.get(name.lower(), (name, node))
            if name not in result and not resolve(inner).schema.get(
                    'readOnly'):
                self._say('missing', f'{path}.{name}' if path else name,
                          'required')
        return result

    def _scalar(self, schema: dict[str, Any], value: Any, path: str) -> None:
        allowed = schema.get('enum')
        if allowed and not schema.get('x-ms-enum', {}).get('modelAsString'):
            # Azure reads the names of closed lists in any case
            if _word(value) not in [_word(one) for one in allowed]:
                self._say('invalid', path, f'{value!r} is none of {allowed}')
        if isinstance(value, str):
            if 'pattern' in schema and not re.search(
                    schema['pattern'], value):
                self._say('invalid', path,
                          f'does not match {schema["pattern"]}')
            size = len(value)
            if not schema.get('minLength', 0) <= size <= schema.get(
                    'maxLength', size):
                self._say('invalid', path, f'{size} characters long')
        elif isinstance(value, int | float):
            if not schema.get('minimum', value) <= value <= schema.get(
                    'maximum', value):
                self._say('invalid', path, f'{value} is out of range')

    @staticmethod
    def _is_a(expected: str, value: Any) -> bool:
        if expected not in _TYPES:
            return True
        if isinstance(value, bool) and expected in ('integer', 'number'):
            return False
        return isinstance(value, _TYPES[expected])

    def _say(self, kind: str, path: str, text: str) -> None:
        self.problems.append(Problem(kind, path, text))


def _word(value: Any) -> str:
    """Write a word to compare: ``A,B`` is ``A, B`` for Azure too."""
    return str(value).lower().replace(', ', ',')


def _canonical(schema: dict[str, Any], value: Any) -> Any:
    """Write a word of an enumeration as documented: case is no matter."""
    if isinstance(value, str):
        for word in schema.get('enum', ()):
            if isinstance(word, str) and _word(word) == _word(value):
                return word
    return value
