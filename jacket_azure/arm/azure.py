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

"""Where the rest of the driver meets Azure: connect() and what it returns."""

from __future__ import annotations

from collections.abc import Callable
import re
import time
from typing import Any

from azure.core.credentials import TokenCredential

from jacket_azure import exceptions
from jacket_azure.arm import client as clients
from jacket_azure.arm import cloud as clouds
from jacket_azure.arm import credentials
from jacket_azure.arm import disks
from jacket_azure.arm import images
from jacket_azure.arm import network_interfaces
from jacket_azure.arm import network_security_groups
from jacket_azure.arm import operations
from jacket_azure.arm import public_ip_addresses
from jacket_azure.arm import resource_groups
from jacket_azure.arm import resource_skus
from jacket_azure.arm import serial_console
from jacket_azure.arm import snapshots
from jacket_azure.arm import statistics as statistics_module
from jacket_azure.arm import storage_accounts
from jacket_azure.arm import subnets
from jacket_azure.arm import transport as transports
from jacket_azure.arm import usages
from jacket_azure.arm import virtual_machine_extensions
from jacket_azure.arm import virtual_machine_images
from jacket_azure.arm import virtual_machines
from jacket_azure.arm import wire as wires

_RULES = {
    'subscription_id': (
        r'[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}',
        'a UUID',
    ),
    'location': (r'[a-z0-9]+', 'the short form of a region, as westeurope'),
    'resource_group': (
        r'[\w.()-]{0,89}[\w()-]',
        'a name of at most 90 letters, digits and ._()- without a final dot',
    ),
}


class Azure:
    """One subscription and resource group, and all we do there.

    Safe to share between threads. Methods take and return plain dicts in
    ARM's own JSON spelling, wait for long-running operations, and raise only
    :mod:`jacket_azure.exceptions`.

    :ivar cloud: endpoints and capabilities
    :ivar statistics: counts of what went over the wire
    :ivar wire: what the pipelines are built from, for those of blobs
    """

    def __init__(
        self, client: clients.Client, location: str, wire: wires.Wire
    ) -> None:
        self._client = client
        self.cloud = client.cloud
        self.subscription_id = client.subscription_id
        self.resource_group = client.resource_group
        self.location = location
        self.wire = wire
        self.statistics = wire.statistics
        compute, network = client.compute, client.network
        self.virtual_machines = virtual_machines.VirtualMachines(
            client, compute.virtual_machines
        )
        self.virtual_machine_extensions = (
            virtual_machine_extensions.VirtualMachineExtensions(
                client, compute.virtual_machine_extensions
            )
        )
        self.network_interfaces = network_interfaces.NetworkInterfaces(
            client, network.network_interfaces
        )
        self.disks = disks.Disks(client, compute.disks)
        self.snapshots = snapshots.Snapshots(client, compute.snapshots)
        self.images = images.Images(client, compute.images)
        self.public_ip_addresses = public_ip_addresses.PublicIpAddresses(
            client, network.public_ip_addresses
        )
        self.subnets = subnets.Subnets(client, network.subnets)
        self.network_security_groups = (
            network_security_groups.NetworkSecurityGroups(
                client, network.network_security_groups
            )
        )
        self.resource_groups = resource_groups.ResourceGroups(
            client, client.resource.resource_groups
        )
        self.storage_accounts = storage_accounts.StorageAccounts(client)
        self.serial_console = serial_console.SerialConsole(client, wire)
        self.resource_skus = resource_skus.ResourceSkus(
            client, compute.resource_skus
        )
        self.usages = usages.Usages(client, compute.usage)
        self.network_usages = usages.NetworkUsages(client, network.usages)
        self.virtual_machine_images = (
            virtual_machine_images.VirtualMachineImages(
                client, compute.virtual_machine_images
            )
        )

    def close(self) -> None:
        """Close the SDK's clients; the shared session stays."""
        self._client.close()


def connect(
    conf: Any,
    *,
    credential: TokenCredential | None = None,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Azure:
    """Build the client layer from the options; nothing is sent yet.

    :param conf: the ``[azure]`` option group
    :param credential: instead of the configured one
    :param clock: monotonic seconds
    :param sleep: seconds; called without any lock held
    :raises ConfigurationError: names every missing or wrong option at once
    """
    cloud, transport, credential = _parts(conf, credential, sleep)
    wire = wires.Wire(
        cloud=cloud,
        credential=credential,
        transport=transport,
        statistics=statistics_module.Statistics(),
        clock=clock,
        sleep=sleep,
        operation_timeout=conf.operation_timeout,
        retry_timeout=conf.retry_timeout,
        poll_interval=conf.poll_interval,
    )
    compute, network, resource = clients.sdk_clients(
        wire, conf.subscription_id
    )
    client = clients.Client(
        cloud=cloud,
        subscription_id=conf.subscription_id,
        resource_group=conf.resource_group,
        compute=compute,
        network=network,
        resource=resource,
        waiter=operations.Waiter(clock, sleep, conf.poll_interval),
        operation_timeout=conf.operation_timeout,
        retry_timeout=conf.retry_timeout,
    )
    return Azure(client, conf.location, wire)


def _parts(
    conf: Any,
    credential: TokenCredential | None,
    sleep: Callable[[float], None],
) -> tuple[clouds.Cloud, transports.Transport, TokenCredential]:
    """Build what can fail, and report all failures together."""
    problems = [
        *clouds.problems_of(conf),
        *transports.problems_of(conf),
        *([] if credential else credentials.problems_of(conf)),
        *_problems(conf),
    ]
    if problems:
        raise exceptions.ConfigurationError('; '.join(problems))
    cloud = clouds.from_conf(conf)
    transport = transports.from_conf(conf, sleep)
    if credential is None:
        credential = credentials.from_conf(conf, cloud, transport)
    return cloud, transport, credential


def _problems(conf: Any) -> list[str]:
    problems = []
    for option, (pattern, allowed) in _RULES.items():
        value = getattr(conf, option)
        if not value:
            problems.append(
                f'[azure] {option} is missing; it must be {allowed}'
            )
        elif not re.fullmatch(pattern, value):
            problems.append(
                f'[azure] {option} is {value!r}; it must be {allowed}'
            )
    return problems
