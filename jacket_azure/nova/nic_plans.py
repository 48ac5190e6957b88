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

"""Bodies of network interfaces and of their public addresses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from jacket_azure.nova import backend as backends
from jacket_azure.nova import netops
from jacket_azure.payload import names
from jacket_azure.payload import network_interface
from jacket_azure.payload import public_ip
from jacket_azure.payload import tags


class NicPlans:
    """Builds what is written for interfaces; writes nothing."""

    def __init__(self, backend: backends.Backend) -> None:
        self._backend = backend
        self._azure = backend.azure

    def nics(
        self,
        instance: Any,
        interfaces: Iterable[netops.Interface],
        created: str,
        accelerated_networking: bool,
    ) -> tuple[tuple[str, dict[str, Any]], ...]:
        """Return name and body of each."""
        return tuple(
            (
                one.name,
                self.nic(instance, one, created, accelerated_networking),
            )
            for one in interfaces
        )

    def public_ips(
        self,
        instance: Any,
        interfaces: Iterable[netops.Interface],
        created: str,
    ) -> dict[str, dict[str, Any]]:
        """Return the bodies of public addresses, by the interface's name.

        :raises InvalidRequest: the cloud has no such address
        """
        found = {}
        for one in interfaces:
            body = self.public_ip(instance, one, created)
            if body is not None:
                found[one.name] = body
        return found

    def nic(
        self,
        instance: Any,
        interface: netops.Interface,
        created: str,
        accelerated_networking: bool,
    ) -> dict[str, Any]:
        """Build the body that creates a network interface.

        :param created: ISO 8601 in UTC
        """
        return network_interface.build(
            network_interface.NicSpec(
                location=self._azure.location,
                fixed_ips=interface.fixed_ips,
                network_security_group_id=interface.security_group_id,
                accelerated_networking=accelerated_networking,
                tags=self._tags(instance, tags.KIND_NIC, created),
                public_ip_id=(
                    self._id(names.PUBLIC_IP_ADDRESS, interface.name)
                    if interface.public_ip
                    else None
                ),
                cascade_delete=self._azure.cloud.capabilities.cascade_delete,
            )
        )

    def public_ip(
        self, instance: Any, interface: netops.Interface, created: str
    ) -> dict[str, Any] | None:
        """Build the body that creates an interface's public address.

        It has the interface's name.

        :returns: None where it gets none
        :raises InvalidRequest: the cloud has no such address
        """
        if interface.public_ip is None:
            return None
        return public_ip.build(
            public_ip.PublicIpSpec(
                location=self._azure.location,
                port_id=interface.port_id,
                wanted=interface.public_ip,
                standard=self._azure.cloud.capabilities.standard_addresses,
                tags=self._tags(instance, tags.KIND_PUBLIC_IP, created),
            )
        )

    def nic_id(self, name: str) -> str:
        """Return the full ARM id of an interface of ours."""
        return self._id(names.NETWORK_INTERFACE, name)

    def _id(self, type_: str, name: str) -> str:
        return names.resource_id(
            self._azure.subscription_id,
            self._azure.resource_group,
            type_,
            name,
        )

    def _tags(self, instance: Any, kind: str, created: str) -> dict[str, str]:
        found, _ = tags.build(
            self._backend.owner,
            kind,
            instance.uuid,
            instance.project_id,
            created,
            host=self._backend.host,
        )
        return found
