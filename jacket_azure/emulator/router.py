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

"""Routes, requests and answers: how a provider module is written.

A provider is a module with handlers, named in ``app.PROVIDERS``::

    NAME = ('/subscriptions/{sub}/resourceGroups/{rg}/providers'
            '/Microsoft.Compute/virtualMachines/{name}')

    @route('GET', NAME)
    def get(request):
        return ArmResponse(body=request.resource().view())

    @route('DELETE', NAME)
    def delete(request):
        vm = request.existing()
        if vm is None:
            return ArmResponse(204)
        def done(operation):
            request.emulator.store.delete(vm.id)
        operation = request.emulator.operations.start(
            request, 'virtualMachines.delete', seconds=23, on_done=done)
        return operation.accepted(202)

Done before a handler is called: token, api-version, subscription, group,
``ResourceNotFound`` for GET, HEAD, PATCH and POST on (or below) a resource
that is not there, ``ParentResourceNotFound`` for PUT of a child, validation
of query and body. A handler runs with ``store.lock`` held; give
``locked=False`` to :func:`route` for one that waits for something else.
Failures are raised as ``errors.ArmError``.

A provider module may also define ``setup(emulator)`` and
``teardown(emulator)``, called when the emulator starts and stops,
``forget(emulator, resource)``, called for each resource that goes with its
group, ``reset(emulator)`` when the world is emptied, and keep what belongs
to one emulator in ``emulator.state[<module name>]``.
"""

from __future__ import annotations

from collections.abc import Callable
import dataclasses
import re
import types
from typing import TYPE_CHECKING
from typing import Any
import urllib.parse

from jacket_azure.emulator import errors
from jacket_azure.emulator import ids
from jacket_azure.emulator import records
from jacket_azure.emulator import store

if TYPE_CHECKING:
    from jacket_azure.emulator import server

# answered where the service sends the four characters ``null``
NULL = object()


@dataclasses.dataclass
class ArmResponse:
    """What a handler answers.

    :ivar body: JSON; None sends no body at all, ``NULL`` a literal null
    """

    status: int = 200
    body: Any = None
    headers: dict[str, str] = dataclasses.field(default_factory=dict)


Handler = Callable[['ArmRequest'], ArmResponse]


@dataclasses.dataclass(frozen=True)
class Route:
    """One method and path template with its handler.

    :ivar is_poll: the path asks after an operation
    :ivar documented: the API documents must know the operation
    """

    method: str
    template: str
    handler: Handler
    locked: bool = True
    is_poll: bool = False
    documented: bool = True

    @property
    def pattern(self) -> re.Pattern[str]:
        """The template as a pattern that matches in any case."""
        text = re.sub(r'\\{(\w+)\\}', r'(?P<\1>[^/]+)',
                      re.escape(self.template))
        return re.compile(text + '/?', re.IGNORECASE)


@dataclasses.dataclass
class ArmRequest:
    """One authenticated and validated request.

    :ivar path: as sent, unquoted, without the query
    :ivar params: values of the template's names, in the case sent; ``sub``
        and ``rg`` are the subscription and the group everywhere
    :ivar query: last value of each query option, names in lower case
    :ivar raw_query: the query as sent
    :ivar headers: names in lower case
    :ivar body: JSON body after validation: property names in documented
        case, read-only properties left out, and outside PATCH no nulls
    :ivar raw_body: JSON body as sent
    :ivar record: what the emulator keeps about this request
    """

    emulator: server.Emulator
    method: str
    path: str
    route: Route
    params: dict[str, str]
    query: dict[str, str]
    raw_query: str
    headers: dict[str, str]
    body: Any
    raw_body: Any
    api_version: str
    record: records.Record

    @property
    def subscription(self) -> str:
        """The subscription in the case sent; empty for tenant routes."""
        return self.params.get('sub', '')

    @property
    def group(self) -> str:
        """The group's name in the case of its creation."""
        sent = self.params.get('rg', '')
        known = self.emulator.store.get(
            ids.group_id(self.subscription, sent))
        return known.name if known else sent

    @property
    def scope(self) -> str:
        """Id of the subscription or group that a list is about."""
        if 'rg' in self.params:
            return ids.group_id(self.subscription, self.group)
        return f'/subscriptions/{self.subscription}'

    @property
    def id(self) -> ids.ResourceId | None:
        """Id of the resource spoken to, a trailing action word left out.

        Types are in the template's case, the name in the case sent.
        """
        values = {**self.params, 'rg': self.group}
        filled = [values[word[1:-1]] if word.startswith('{') else word
                  for word in self.route.template.split('/')]
        while filled and not ids.parse('/'.join(filled)):
            filled.pop()
        return ids.parse('/'.join(filled)) if filled else None

    def existing(self) -> store.Resource | None:
        """Return the resource spoken to, or None."""
        return self.emulator.store.get(self.id)

    def resource(self) -> store.Resource:
        """Return the resource spoken to.

        :raises ArmError: 404 in ARM's words for a missing one
        """
        found = self.existing()
        if found is None:
            wanted = self.id
            assert wanted is not None  # noqa: S101
            raise (errors.child_not_found(wanted) if wanted.parent
                   else errors.resource_not_found(wanted))
        return found

    def url(self, path: str, query: dict[str, str]) -> str:
        """Build an absolute URL of this emulator."""
        return (self.emulator.endpoint + urllib.parse.quote(path) + '?'
                + urllib.parse.urlencode(query, safe='-._~'))


def route(method: str, template: str, *, locked: bool = True,
          is_poll: bool = False,
          documented: bool = True) -> Callable[[Handler], Handler]:
    """Mark a function as the handler of a method and a path template.

    May be given several times for one function.
    """
    def mark(handler: Handler) -> Handler:
        found = Route(method, template, handler, locked=locked,
                      is_poll=is_poll, documented=documented)
        handler.__dict__.setdefault('routes', []).append(found)
        return handler
    return mark


class Router:
    """Finds the handler of a request."""

    def __init__(self) -> None:
        self._routes: list[tuple[re.Pattern[str], Route]] = []

    def include(self, module: types.ModuleType) -> None:
        """Add every marked function of a provider module."""
        for value in list(vars(module).values()):
            if getattr(value, '__module__', None) != module.__name__:
                continue
            for found in getattr(value, '__dict__', {}).get('routes', ()):
                self._routes.append((found.pattern, found))
        # fewest placeholders first: '/providers/{ns}' after exact names
        self._routes.sort(key=lambda pair: pair[1].template.count('{'))

    def match(self, method: str,
              path: str) -> tuple[Route, dict[str, str]]:
        """Find the route of a request; ARM takes ``//`` for ``/``.

        :raises ArmError: 501 for a path, 405 for a method nobody knows
        """
        methods = []
        path = re.sub('//+', '/', path)
        for pattern, found in self._routes:
            match = pattern.fullmatch(path)
            if match and found.method == method:
                return found, match.groupdict()
            if match:
                methods.append(found.method)
        raise errors.not_implemented(
            f'{method} {path}' + (f' (it knows {", ".join(methods)} there)'
                                  if methods else ''))
