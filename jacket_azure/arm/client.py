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

"""The three SDK clients, each with our own pipeline over one transport."""

from __future__ import annotations

from collections.abc import Mapping
import dataclasses
from typing import Any

from azure.core.pipeline import policies as sdk_policies
from azure.core.rest import HttpRequest
from azure.mgmt.compute import ComputeManagementClient
from azure.mgmt.network import NetworkManagementClient
from azure.mgmt.resource.resources import ResourceManagementClient

from jacket_azure.arm import calls
from jacket_azure.arm import cloud as clouds
from jacket_azure.arm import errors
from jacket_azure.arm import gates
from jacket_azure.arm import operations
from jacket_azure.arm import policies
from jacket_azure.arm import redaction
from jacket_azure.arm import retries
from jacket_azure.arm import tokens
from jacket_azure.arm import wire as wires

_RESOURCES = 'Microsoft.Resources'


@dataclasses.dataclass(frozen=True)
class Client:
    """What every resource type works with.

    :ivar compute: the SDK's ComputeManagementClient
    :ivar network: the SDK's NetworkManagementClient
    :ivar resource: the SDK's ResourceManagementClient
    :ivar operation_timeout: seconds an operation may take from its first
        request on
    :ivar retry_timeout: seconds a read may take with all its repetitions
    """

    cloud: clouds.Cloud
    subscription_id: str
    resource_group: str
    compute: Any
    network: Any
    resource: Any
    waiter: operations.Waiter
    operation_timeout: float
    retry_timeout: float

    def read_call(
        self, operation: str, virtual_machine: str | None = None
    ) -> calls.Call:
        """Start a call that changes nothing."""
        return calls.Call(
            operation,
            self.waiter.clock()
            + min(self.retry_timeout, self.operation_timeout),
            virtual_machine=virtual_machine,
        )

    def write_call(
        self,
        operation: str,
        *,
        body: Mapping[str, Any] | None = None,
        virtual_machine: str | None = None,
        repeatable: bool = True,
        timeout_seconds: float | None = None,
    ) -> calls.Call:
        """Start a call that changes something and may take long."""
        timeout = timeout_seconds or self.operation_timeout
        return calls.Call(
            operation,
            self.waiter.clock() + timeout,
            repeatable=repeatable,
            virtual_machine=virtual_machine,
            secrets=redaction.secrets_of(body),
        )

    def version_of(self, resource_type: str) -> dict[str, str]:
        """Return the ``api_version`` keyword where this cloud needs one."""
        versions = self.cloud.api_versions
        namespace = resource_type.partition('/')[0]
        if namespace == _RESOURCES:
            return {}  # its client has it
        version = versions.get(resource_type) or versions.get(namespace)
        return {'api_version': version} if version else {}

    def send(
        self, method: str, path: str, version: str, call: calls.Call
    ) -> Any:
        """Send one request to a provider without an SDK; return the JSON.

        :param path: what follows the subscription
        :param version: the api-version
        :raises AzureError: typed by Azure's code
        """
        url = (
            f'{self.cloud.arm_endpoint}/subscriptions/{self.subscription_id}'
            f'{path}?api-version={version}'
        )
        options: dict[str, Any] = {calls.KEYWORD: call}
        with errors.translated(call):
            response = self.resource.send_request(
                HttpRequest(method, url), **options
            )
            return response.json()

    def close(self) -> None:
        """Close the SDK's clients; the shared session stays."""
        for client in (self.compute, self.network, self.resource):
            client.close()


def sdk_clients(
    wire: wires.Wire, subscription_id: str
) -> tuple[Any, Any, Any]:
    """Build compute, network and resource clients with one set of limits."""
    cloud, clock, sleep = wire.cloud, wire.clock, wire.sleep
    limits = gates.Gates(clock)
    options = {
        'base_url': cloud.arm_endpoint,
        'credential_scopes': [cloud.token_scope],
        'transport': wire.transport,
    }

    def pipeline() -> list[Any]:
        return [
            policies.CallPolicy(),
            sdk_policies.RequestIdPolicy(),
            sdk_policies.HeadersPolicy(),
            sdk_policies.UserAgentPolicy('jacket_azure'),
            sdk_policies.CustomHookPolicy(),
            retries.RetryPolicy(clock, sleep, wire.retry_timeout),
            policies.GatePolicy(limits, clock, sleep),
            tokens.TokenPolicy(wire.credential, cloud.token_scope),
            policies.WirePolicy(wire.statistics),
        ]

    compute = ComputeManagementClient(
        wire.credential, subscription_id, policies=pipeline(), **options
    )
    network = NetworkManagementClient(
        wire.credential, subscription_id, policies=pipeline(), **options
    )
    # its calls take no api-version of their own
    version = cloud.api_versions.get(_RESOURCES)
    own: dict[str, Any] = {'api_version': version} if version else {}
    resource = ResourceManagementClient(
        wire.credential,
        subscription_id,
        policies=pipeline(),
        **options,
        **own,
    )
    return compute, network, resource
