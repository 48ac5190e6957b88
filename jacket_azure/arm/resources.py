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
from collections.abc import Mapping
import json
from typing import Any
from typing import ClassVar
from typing import cast

from azure.core import MatchConditions

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


class GroupResources(Resources):
    """A resource type that lives in our resource group."""

    def __init__(self, client: clients.Client, sdk: Any) -> None:
        super().__init__(client, sdk)
        self._group = client.resource_group

    def get(self, name: str) -> Body:
        """Read one resource.

        :raises NotFound: says what is missing
        """
        return cast(Body, self._read(self._sdk.get, self._group, name))

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


class WrittenResources(ListedResources):
    """... that we make, change and delete."""

    def create_or_update(self, name: str, body: Mapping[str, Any]) -> Body:
        """Make the resource what *body* says and wait until it is.

        :returns: the resource; see :meth:`.operations.Waiter.wait`
        :raises AzureError: typed by Azure's code, also when the operation
            fails after it was accepted
        """
        return self._write('create_or_update', name, body)

    def delete(self, name: str) -> bool:
        """Delete the resource and wait until it is gone.

        :returns: False when it was not there
        :raises InUse: something else still holds it
        """
        return self._delete(name)

    def _write(
        self,
        verb: str,
        name: str,
        body: Mapping[str, Any],
        *,
        etag: str | None = None,
        call: calls.Call | None = None,
    ) -> Body:
        call = call or self._client.write_call(
            self._operation(verb),
            body=body,
            virtual_machine=self._machine(name),
        )
        method = getattr(
            self._sdk, 'begin_update' if verb == 'update' else _BEGIN_PUT
        )
        return cast(
            Body,
            self._run(
                method,
                self._group,
                name,
                encode(body),
                call=call,
                **if_match(etag),
            ),
        )

    def _delete(self, name: str, **options: Any) -> bool:
        call = self._client.write_call(
            self._operation('delete'), virtual_machine=self._machine(name)
        )
        try:
            started = self._start(
                self._sdk.begin_delete,
                self._group,
                name,
                call=call,
                **options,
            )
        except exceptions.NotFound:
            # After a lost reply it may well have been us.
            return call.reply_lost
        if started.response.status_code == 204:
            return call.reply_lost
        self._client.waiter.wait(started, call)
        return True


class AccessibleResources(WrittenResources):
    """... whose contents can be read and written through a signed URL."""

    def update(self, name: str, body: Mapping[str, Any]) -> Body:
        """Change what *body* names, leave the rest, and wait.

        :raises AzureError: typed by Azure's code
        """
        return self._write('update', name, body)

    def grant_access(
        self, name: str, seconds: int, write: bool = False
    ) -> str:
        """Return a SAS URL of the contents; it must never be logged.

        :param seconds: how long it is valid
        :raises InUse: a running virtual machine has it attached
        """
        body = {
            'access': 'Write' if write else 'Read',
            'durationInSeconds': seconds,
        }
        call = self._client.write_call(self._operation('grant_access'))
        result = self._run(
            self._sdk.begin_grant_access,
            self._group,
            name,
            encode(body),
            call=call,
        )
        sas = result.get('accessSAS') if isinstance(result, dict) else None
        if not sas:
            raise exceptions.OperationFailed(
                f'{call.operation} of {name} ended without a URL',
                code='NoAccessUri',
            )
        return str(sas)

    def revoke_access(self, name: str) -> None:
        """End all signed URLs of the contents."""
        call = self._client.write_call(self._operation('revoke_access'))
        self._run(
            self._sdk.begin_revoke_access, self._group, name, call=call
        )

    def _sdk_list(self) -> Callable[..., Any]:
        return cast('Callable[..., Any]', self._sdk.list_by_resource_group)


_BEGIN_PUT = 'begin_create_or_update'


def encode(body: Mapping[str, Any]) -> bytes:
    """Return the body as it goes over the wire.

    Bytes pass through the SDK untouched; a dict may lose properties that the
    SDK's models call read-only.
    """
    return json.dumps(body).encode()


def if_match(etag: str | None) -> dict[str, Any]:
    """Return the SDK's keywords that make a write conditional."""
    if etag is None:
        return {}
    return {'etag': etag, 'match_condition': MatchConditions.IfNotModified}


def raw_json(response: Any, _deserialized: Any, _headers: Any) -> Any:
    """Return the answer's JSON; given to the SDK as ``cls=``."""
    return response.http_response.json()
