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

"""What all resource types have in common: get, list, write, delete.

A resource type is a small class that names its SDK operations; bodies go in
and come out as plain dicts in ARM's own JSON spelling.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from typing import ClassVar
from typing import cast

from jacket_azure import exceptions
from jacket_azure.arm import calls
from jacket_azure.arm import client as clients
from jacket_azure.arm import errors
from jacket_azure.arm import ids
from jacket_azure.arm import operations

Body = dict[str, Any]


class Resources:
    """Base of all resource types.

    :cvar NAME: our word, the attribute of the facade
    :cvar TYPE: ARM's resource type
    """

    NAME: ClassVar[str]
    TYPE: ClassVar[str]

    def __init__(self, client: clients.Client, sdk: Any) -> None:
        self._client = client
        self._sdk = sdk
        self._version = client.version_of(self.TYPE)

    def _operation(self, verb: str) -> str:
        return f'{self.NAME}.{verb}'

    def _machine(self, name: str) -> str | None:
        """Return whose own rate limits a call falls under."""
        return None

    def _read(
        self,
        method: Callable[..., Any],
        *path: str,
        verb: str = 'get',
        **options: Any,
    ) -> Any:
        """Call a reading SDK method and return the answer's JSON."""
        call = self._client.read_call(
            self._operation(verb), self._machine(path[-1])
        )
        with errors.translated(call):
            return method(
                *path,
                cls=raw_json,
                **{calls.KEYWORD: call},
                **self._version,
                **options,
            )

    def _read_pages(
        self, method: Callable[..., Any], *path: str, **options: Any
    ) -> list[Body]:
        """Call a listing SDK method and return the items of all pages."""
        call = self._client.read_call(self._operation('list'))
        items: list[Body] = []

        def keep(response: Any) -> None:
            if response.http_response.status_code != 200:
                return
            body = response.http_response.json()
            if not isinstance(body, dict):
                raise ValueError('a page of a list is a JSON object')
            items.extend(body.get('value') or ())
            # The SDK reads the same parsed JSON next; without items it makes
            # no models, which take three quarters of the time of a listing.
            body['value'] = []

        with errors.translated(call):
            paged = method(
                *path,
                raw_response_hook=keep,
                **{calls.KEYWORD: call},
                **self._version,
                **options,
            )
            for _ in paged.by_page():
                pass
        return items

    def _start(
        self,
        method: Callable[..., Any],
        *arguments: Any,
        call: calls.Call,
        **options: Any,
    ) -> operations.Started:
        """Call a ``begin_*`` SDK method and return its first answer."""
        started = operations.Started()
        with errors.translated(call):
            method(
                *arguments,
                polling=started,
                **{calls.KEYWORD: call},
                **self._version,
                **options,
            )
        return started

    def _run(
        self,
        method: Callable[..., Any],
        *arguments: Any,
        call: calls.Call,
        **options: Any,
    ) -> Any:
        """Call a ``begin_*`` SDK method and wait for its operation."""
        started = self._start(method, *arguments, call=call, **options)
        return self._client.waiter.wait(started, call)

    def _run_delete(
        self, *path: str, call: calls.Call, **options: Any
    ) -> bool:
        """Delete what is at a path and wait; return False for nothing."""
        try:
            started = self._start(
                self._sdk.begin_delete, *path, call=call, **options
            )
        except exceptions.NotFound:
            # After a lost reply it may have been us, or it was never there:
            # who relies on what goes along has to look.
            return False
        if started.response.status_code == 204:
            return False
        self._client.waiter.wait(started, call)
        return True


class GroupResources(Resources):
    """A resource type that lives in our resource group."""

    def __init__(self, client: clients.Client, sdk: Any) -> None:
        super().__init__(client, sdk)
        self._group = client.resource_group

    def get(self, name: str) -> Body:
        """Read one resource.

        :param name: in our group, or the full id of one in any group
        :raises NotFound: says what is missing
        """
        return cast(Body, self._read(self._sdk.get, *self._place(name)))

    def _place(self, name: str) -> tuple[str, str]:
        """Return group and name; a full id may lie in another group."""
        if '/' not in name:
            return self._group, name
        parts = name.strip('/').split('/')
        lower = [part.lower() for part in parts]
        target = ids.parse_target(name)
        if 'resourcegroups' not in lower[:-1] or not target.name:
            raise exceptions.Refused(
                f'{name} is neither a name nor a full ARM id'
            )
        return parts[lower.index('resourcegroups') + 1], target.name


class ListedResources(GroupResources):
    """... that can be listed by group."""

    def list(self) -> list[Body]:
        """Read all resources of the group, all pages."""
        return self._read_pages(self._sdk_list(), self._group)

    def _sdk_list(self) -> Callable[..., Any]:
        return cast('Callable[..., Any]', self._sdk.list)


def raw_json(response: Any, _deserialized: Any, _headers: Any) -> Any:
    """Return the answer's JSON; given to the SDK as ``cls=``."""
    return response.http_response.json()
