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

"""Our own steps of the pipeline to storage accounts.

Order: ``AnswerPolicy``, ``retries.RetryPolicy``, ``HeadersPolicy``, the
login, ``WirePolicy``. All behind the retry run once per attempt, so each
attempt has a date and a signature of its own.
"""

from __future__ import annotations

from email import utils
import time
from typing import Any
import uuid
from xml.etree import ElementTree  # noqa: S405 - expat limits entities

from azure.core import exceptions as sdk
from azure.core.pipeline import PipelineRequest
from azure.core.pipeline import PipelineResponse
from azure.core.pipeline.policies import SansIOHTTPPolicy

from jacket_azure.arm import calls
from jacket_azure.arm import policies
from jacket_azure.blob import calls as blob_calls
from jacket_azure.blob import errors


class AnswerPolicy(SansIOHTTPPolicy[Any, Any]):
    """Bring each request together with its call, each error out of it."""

    def on_request(self, request: PipelineRequest[Any]) -> None:
        call = request.context.options.pop(calls.KEYWORD)
        call.url = call.url or request.http_request.url
        request.context[calls.KEYWORD] = call
        # The SDK's options are for policies of its own, which are not here;
        # else they reach requests.
        request.context.options.clear()
        if getattr(call, 'content', '') == blob_calls.BYTES:
            # read in large pieces, and whole, by WirePolicy
            request.context.options['stream'] = True

    def on_response(
        self,
        request: PipelineRequest[Any],
        response: PipelineResponse[Any, Any],
    ) -> None:
        if response.http_response.status_code >= 300:
            raise errors.from_response(
                response.http_response, calls.of(request)
            )


class HeadersPolicy(SansIOHTTPPolicy[Any, Any]):
    """Date, id and version of each attempt."""

    def __init__(self, version: str) -> None:
        super().__init__()
        self._version = version

    def on_request(self, request: PipelineRequest[Any]) -> None:
        headers = request.http_request.headers
        # Azure checks it against its own clock, to the quarter of an hour
        headers['x-ms-date'] = utils.formatdate(time.time(), usegmt=True)
        headers['x-ms-client-request-id'] = str(uuid.uuid4())
        headers['x-ms-version'] = self._version


class WirePolicy(policies.WirePolicy):
    """What a success of the blob service must have."""

    def check(self, response: Any, request: PipelineRequest[Any]) -> None:
        """Take a success of which a part is missing for a lost reply."""
        call = calls.of(request)
        if response.status_code >= 300 or not isinstance(
            call, blob_calls.BlobCall
        ):
            return
        for name in call.needs:
            if not response.headers.get(name):
                raise sdk.DecodeError(f'the answer has no header {name}')
        if call.length is not None and len(response.content) != call.length:
            raise sdk.DecodeError(
                f'the answer has {len(response.content)} bytes instead of '
                f'{call.length}'
            )
        if call.content == blob_calls.XML:
            try:
                ElementTree.fromstring(response.content)  # noqa: S314
            except ElementTree.ParseError:
                raise sdk.DecodeError('the answer is not XML') from None
