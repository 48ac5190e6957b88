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

"""Validates requests against the API document of the nearest version."""

from __future__ import annotations

import dataclasses
import functools
import re
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import schema

_METHODS = ('get', 'put', 'post', 'patch', 'delete', 'head')
# what ARM itself adds to links; no document lists the skip token everywhere
_ALWAYS = {'api-version', '$skiptoken'}


@dataclasses.dataclass(frozen=True)
class Documented:
    """One operation of one API document."""

    operation_id: str
    version: str
    query: dict[str, schema.Node]
    required_query: frozenset[str]
    body: schema.Node | None
    body_required: bool

    def check(self, query: dict[str, str], body: Any, *,
              patch: bool) -> tuple[Any, list[schema.Problem]]:
        """Check a request.

        :param query: by lower-case name
        :param body: parsed JSON, None when none was sent
        :returns: the body in canonical form, and the problems
        """
        reader = schema.Reader(keep_null=patch)
        problems = reader.problems
        for name, value in query.items():
            if name in self.query:
                reader.read(self.query[name], _typed(
                    self.query[name].schema, value), name)
            elif name not in _ALWAYS:
                problems.append(schema.Problem(
                    'unknown', name, 'not a query option of this operation'))
        problems += [
            schema.Problem('missing', name, 'required query option')
            for name in sorted(self.required_query - query.keys())]
        if body is None and self.body_required:
            problems.append(schema.Problem('missing', 'body', 'required'))
        elif body is not None and self.body is None:
            problems.append(schema.Problem(
                'unknown', 'body', 'this operation takes no body'))
        elif body is not None and self.body is not None:
            body = reader.read(self.body, body)
        return body, problems


def find(method: str, template: str, version: str) -> Documented | None:
    """Find an operation in the document nearest to an api-version.

    Nearest is the same, else the newest before it, else the oldest.

    :param template: a route's path template; placeholders may have any name
    """
    known = _index().get((method, _key(template)))
    if not known:
        return None
    day = version[:10]
    before = [name for name in known if name <= day]
    return known[max(before) if before else min(known)]


def newest(method: str, template: str) -> str:
    """Return the newest api-version the documents have for an operation."""
    return versions(method, template)[0]


def versions(method: str, template: str) -> list[str]:
    """List the api-versions the documents have for an operation."""
    return sorted(_index().get((method, _key(template)), ()), reverse=True)


def refuse(namespace: str, problems: list[schema.Problem],
           operation_id: str) -> errors.ArmError:
    """Turn problems into the provider's 400; all are named.

    :param namespace: of the provider, empty for ARM's own types
    """
    first = problems[0]
    told = '; '.join(f'{problem.path}: {problem.text}'
                     for problem in problems)
    if not namespace:
        return errors.ArmError(
            400, 'InvalidRequestContent',
            f"The request content was invalid and could not be "
            f"deserialized: '{told}'.", gateway=True)
    if first.kind == 'missing':
        return errors.missing_parameter(first.path)
    if first.kind == 'invalid':
        return errors.invalid_parameter(
            first.path, f'The value of parameter {first.path} is invalid. '
            f'({operation_id}: {told})')
    text = (f"Could not find member '{first.path.rpartition('.')[2]}' on "
            f"object. Path '{first.path}'. ({operation_id}: {told})")
    if namespace.lower() == 'microsoft.network':
        return errors.ArmError(
            400, 'InvalidRequestFormat', 'Cannot parse the request.',
            details=[{'code': 'InvalidJson', 'message': text}])
    return errors.ArmError(400, 'BadRequest', text, target=first.path)


@functools.cache
def _index() -> dict[tuple[str, str], dict[str, Documented]]:
    found: dict[tuple[str, str], dict[str, Documented]] = {}
    for document in schema.documents():
        content = schema.load(document)
        version = content.get('info', {}).get('version', '')
        for path, methods in content.get('paths', {}).items():
            shared = methods.get('parameters', [])
            for method in _METHODS:
                if method not in methods:
                    continue
                operation = _read(document, version, methods[method], shared)
                found.setdefault((method.upper(), _key(path)), {}).setdefault(
                    version, operation)
    return found


def _read(document: str, version: str, operation: dict[str, Any],
          shared: list[dict[str, Any]]) -> Documented:
    query: dict[str, schema.Node] = {}
    required = set()
    body, body_required = None, False
    for entry in [*shared, *operation.get('parameters', [])]:
        node = schema.resolve(schema.Node(entry, document))
        name = node.schema['name'].lower()
        if node.schema['in'] == 'query':
            query[name] = node
            if node.schema.get('required') and name != 'api-version':
                required.add(name)
        elif node.schema['in'] == 'body':
            body = schema.Node(node.schema['schema'], node.document)
            body_required = node.schema.get('required', False)
    return Documented(operation['operationId'], version, query,
                      frozenset(required), body, body_required)


def _key(template: str) -> str:
    return re.sub(r'{\w+}', '{}', template).lower().rstrip('/')


def _typed(parameter: dict[str, Any], value: str) -> Any:
    kind = parameter.get('type')
    if kind == 'boolean' and value.lower() in ('true', 'false'):
        return value.lower() == 'true'
    if kind in ('integer', 'number'):
        try:
            return int(value)
        except ValueError:
            return value
    return value
