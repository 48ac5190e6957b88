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

"""How a change of a blob is sent, and settled when its reply is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from azure.core import MatchConditions

from jacket_azure import exceptions
from jacket_azure.arm import calls
from jacket_azure.arm import errors as arm_errors
from jacket_azure.blob import address as addresses
from jacket_azure.blob import calls as blob_calls
from jacket_azure.blob import channel as channels

_ETAG = ('etag',)


class Changes:
    """Base of a blob: sends what the SDK does by a method's name.

    :param lease: id of the lease that is held, sent with every change
    """

    def __init__(
        self,
        channel: channels.Channel,
        address: addresses.Address,
        lease: str | None = None,
    ) -> None:
        self.channel = channel
        self.address = address
        self.lease = lease

    def _change(
        self,
        verb: str,
        method: str,
        *arguments: Any,
        holds: Callable[[], str | None],
        etag: str | None = None,
        **options: Any,
    ) -> str:
        """Send a change and return the ETag that the blob has now.

        :param holds: asked after a lost reply; returns the ETag if the blob
            is what the change would have made of it
        """
        if self.address.snapshot:
            # Azurite would change the blob itself
            raise exceptions.InvalidRequest('A snapshot cannot be changed.')
        call = self.channel.write_call(f'blobs.{verb}', needs=_ETAG)
        try:
            answer = self._send(
                method, call, *arguments, **self._conditions(etag), **options
            )
        except exceptions.PreconditionFailed:
            found = holds() if call.reply_lost else None
            if found is None:
                raise
            return found
        return str(answer['etag'])

    def _conditions(self, etag: str | None) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if self.lease and not self.address.snapshot:
            found['lease'] = self.lease
        if etag:
            found['etag'] = etag
            found['match_condition'] = MatchConditions.IfNotModified
        return found

    def _send(
        self,
        method: str,
        call: blob_calls.BlobCall,
        *arguments: Any,
        **options: Any,
    ) -> Any:
        with arm_errors.translated(call):
            client = self.channel.blob_client(self.address)
            return getattr(client, method)(
                *arguments, **{calls.KEYWORD: call}, **options
            )
