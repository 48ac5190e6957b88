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

"""Neutron ports to network interfaces: where each address lives on Azure."""

from __future__ import annotations

from collections.abc import Iterable
import dataclasses
import ipaddress
from typing import Any

from jacket_azure import exceptions
from jacket_azure.mapping import public_ips
from jacket_azure.nova import backend as backends
from jacket_azure.nova import ports
from jacket_azure.payload import names
from jacket_azure.payload import network_interface

# Azure keeps the first four addresses of a subnet and the last one.
_RESERVED_FIRST = 4
# A port bound as anything else promises hardware that Azure does not show.
_VNIC_TYPES = ('normal', None)


@dataclasses.dataclass(frozen=True)
class Interface:
    """One network interface to be.

    :ivar name: Azure's name for it
    :ivar security_group_id: full ARM id, None for none
    :ivar public_ip: what public address it gets, None for none
    """

    name: str
    port_id: str
    fixed_ips: tuple[network_interface.FixedIp, ...]
    security_group_id: str | None
    public_ip: public_ips.PublicIp | None = None


class NetOps:
    """Decides what Azure makes of an instance's ports; writes nothing."""

    def __init__(self, backend: backends.Backend) -> None:
        self._backend = backend
        self._ports = ports.Ports()

    def interfaces(
        self, context: Any, uuid: str, network_info: Iterable[Any]
    ) -> tuple[Interface, ...]:
        """Return the interfaces of an instance, the primary one first.

        :param network_info: Nova's VIFs in the order the user asked for
        :raises InvalidRequest: no port, an address Azure keeps or has not,
            more than one security group, a special kind of port
        :raises MappingLookupError: a network or security group is unmapped
        :raises NotFound: a mapped subnet or security group does not exist
        """
        vifs = list(network_info or ())
        if not vifs:
            raise exceptions.InvalidRequest(
                'A virtual machine on Azure needs at least one port.'
            )
        known = self._ports.of_instance(context, uuid)
        return tuple(
            self._interface(uuid, vif, known, primary=index == 0)
            for index, vif in enumerate(vifs)
        )

    def interface(self, context: Any, uuid: str, vif: Any) -> Interface:
        """Return the interface of a port that an instance gets later.

        :raises: as :meth:`interfaces`
        """
        return self._interface(
            uuid, vif, self._ports.of_instance(context, uuid), primary=False
        )

    def _interface(
        self, uuid: str, vif: Any, known: dict[str, ports.Port], primary: bool
    ) -> Interface:
        port = known.get(vif['id'])
        if port is None:
            raise exceptions.InvalidRequest(
                f'Neutron has no port {vif["id"]} for this instance.'
            )
        if vif.get('vnic_type') not in _VNIC_TYPES:
            raise exceptions.InvalidRequest(
                f'Port {port.id} is of type {vif["vnic_type"]}; Azure has '
                f'network interfaces for type normal only.'
            )
        return Interface(
            name=names.nic_name(uuid, port.id, primary),
            port_id=port.id,
            fixed_ips=tuple(self._fixed_ips(vif, port)),
            security_group_id=self._security_group_id(port),
            public_ip=self._backend.mapping.public_ip(
                vif['network'].get('label'), vif['network']['id']
            ),
        )

    def _fixed_ips(
        self, vif: Any, port: ports.Port
    ) -> Iterable[network_interface.FixedIp]:
        network = vif['network']
        for subnet in network['subnets']:
            for fixed_ip in subnet['ips']:
                address = fixed_ip['address']
                subnet_id = self._subnet_id(
                    network, port.subnet_ids.get(address), subnet['cidr']
                )
                self._check_address(address, subnet_id)
                yield network_interface.FixedIp(address, subnet_id)

    def _subnet_id(self, network: Any, uuid: str | None, cidr: Any) -> str:
        """Return the Azure subnet; the file may name ours in three ways."""
        mapping = self._backend.mapping
        keys = [key for key in (uuid, str(cidr)) if key]
        network_keys = (network.get('label'), network['id'])
        try:
            target = mapping.network(*network_keys, keys)
        except exceptions.MappingLookupError:
            name = self._ports.subnet_name(uuid) if uuid else None
            if name is None:
                raise
            target = mapping.network(*network_keys, [*keys, name])
        azure = self._backend.azure
        return names.subnet_id(
            azure.subscription_id,
            azure.resource_group,
            target.virtual_network,
            target.subnet,
        )

    def _check_address(self, address: str, subnet_id: str) -> None:
        ip = ipaddress.ip_address(address)
        name = names.parse_resource_id(subnet_id).name
        prefixes = self._backend.catalogue.subnet_prefixes(subnet_id)
        for prefix in prefixes:
            if ip.version != prefix.version or ip not in prefix:
                continue
            first = int(prefix.network_address) + _RESERVED_FIRST
            last = int(prefix.broadcast_address) - 1
            if not first <= int(ip) <= last:
                raise exceptions.InvalidRequest(
                    f'Azure keeps the address {address} of subnet {name} '
                    f'({prefix}) for itself: the first four of a subnet '
                    f'and the last. Leave them out of the allocation pools '
                    f'in Neutron.'
                )
            return
        raise exceptions.InvalidRequest(
            f'The address {address} is not in the Azure subnet {name} '
            f'({", ".join(map(str, prefixes))}), to which its network is '
            f'mapped.'
        )

    def _security_group_id(self, port: ports.Port) -> str | None:
        found = self._backend.mapping.security_group_of(port.security_groups)
        if found is None:
            return None
        azure = self._backend.azure
        group_id = names.full_id(
            azure.subscription_id,
            azure.resource_group,
            names.NETWORK_SECURITY_GROUP,
            found,
        )
        self._backend.catalogue.check_security_group(group_id)
        return group_id
