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

"""Resource types that this driver makes, changes and deletes."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
import json
from typing import Any
from typing import cast

from azure.core import MatchConditions

from jacket_azure import exceptions
from jacket_azure.arm import calls
from jacket_azure.arm import resources


class WrittenResources(resources.ListedResources):
    """... that we make, change and delete."""

    def create_or_update(
        self, name: str, body: Mapping[str, Any]
    ) -> resources.Body:
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
    ) -> resources.Body:
        call = call or self._client.write_call(
            self._operation(verb),
            body=body,
            virtual_machine=self._machine(name),
        )
        method = getattr(
            self._sdk, 'begin_update' if verb == 'update' else _BEGIN_PUT
        )
        return cast(
            resources.Body,
            self._run(
                method,
                self._group,
                name,
                encode(body),
                call=call,
                **if_match(etag),
            ),
        )

    def _delete(
        self,
        name: str,
        timeout_seconds: float | None = None,
        **options: Any,
    ) -> bool:
        call = self._client.write_call(
            self._operation('delete'),
            virtual_machine=self._machine(name),
            timeout_seconds=timeout_seconds,
        )
        return self._run_delete(self._group, name, call=call, **options)


class AccessibleResources(WrittenResources):
    """... whose contents can be read and written through a signed URL."""

    def update(self, name: str, body: Mapping[str, Any]) -> resources.Body:
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
