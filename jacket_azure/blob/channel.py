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

"""A pipeline to one storage account, and what is sent through it.

Changes go through the SDK. What it makes slow or wrong is sent as it is:
listings, ranged reads, and the questions that go with them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib import parse

from azure.core import PipelineClient
from azure.core.pipeline import Pipeline
from azure.core.pipeline import policies as sdk_policies
from azure.core.rest import HttpRequest
from azure.storage.blob import BlobClient
from azure.storage.blob import ContainerClient

from jacket_azure.arm import calls
from jacket_azure.arm import errors
from jacket_azure.arm import retries
from jacket_azure.arm import wire as wires
from jacket_azure.blob import address as addresses
from jacket_azure.blob import calls as blob_calls
from jacket_azure.blob import policies


class Channel:
    """How requests get to one storage account.

    Safe to share between threads.

    :param login: the policy that logs in
    """

    def __init__(self, wire: wires.Wire, login: Any) -> None:
        self.wire = wire
        version = wire.cloud.blob_version
        self._pipeline: Pipeline[Any, Any] = Pipeline(
            wire.transport,
            [
                policies.AnswerPolicy(),
                sdk_policies.UserAgentPolicy('jacket_azure'),
                retries.RetryPolicy(
                    wire.clock, wire.sleep, wire.retry_timeout
                ),
                policies.HeadersPolicy(version),
                login,
                policies.WirePolicy(wire.statistics),
            ],
        )
        # The SDK hands its clients' pipeline on by this keyword; there is no
        # other way to have one's own.
        self._options: dict[str, Any] = {
            '_pipeline': self._pipeline,
            'api_version': version,
        }

    def blob_client(self, address: addresses.Address) -> Any:
        """Return the SDK's client of a blob."""
        return BlobClient(
            address.endpoint,
            address.container,
            address.name,
            snapshot=address.snapshot,
            **self._options,
        )

    def container_client(self, endpoint: str, container: str) -> Any:
        """Return the SDK's client of a container."""
        return ContainerClient(endpoint, container, **self._options)

    def send(
        self,
        method: str,
        url: str,
        query: Mapping[str, str | None],
        headers: Mapping[str, str],
        call: calls.Call,
    ) -> Any:
        """Send a request without a body and return the answer, read."""
        given = {key: value for key, value in query.items() if value}
        if given:
            joint = '&' if '?' in url else '?'
            # commas stay: Azure signs the query as it was sent
            url = f'{url}{joint}{parse.urlencode(given, safe=",")}'
        request = HttpRequest(method, url, headers=dict(headers))
        client: Any = PipelineClient(url, pipeline=self._pipeline)
        with errors.translated(call):
            return client.send_request(request, **{calls.KEYWORD: call})

    def read_call(self, operation: str, **facts: Any) -> blob_calls.BlobCall:
        """Start a call that changes nothing."""
        return blob_calls.BlobCall(
            operation, self.wire.read_deadline(), **facts
        )

    def write_call(
        self, operation: str, **facts: Any
    ) -> blob_calls.BlobCall:
        """Start a call that changes something."""
        return blob_calls.BlobCall(
            operation, self.wire.write_deadline(), **facts
        )
