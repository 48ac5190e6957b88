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

"""The mapping file as lookup tables."""

from __future__ import annotations

from collections import abc
from dataclasses import dataclass
from dataclasses import field

from jacket_azure.mapping import flavors
from jacket_azure.mapping import images
from jacket_azure.mapping import lookup
from jacket_azure.mapping import networks
from jacket_azure.mapping import public_ips
from jacket_azure.mapping import security_groups
from jacket_azure.mapping import zones
from jacket_azure.mapping.flavors import FlavorTarget
from jacket_azure.mapping.image_target import ImageTarget
from jacket_azure.mapping.networks import NetworkEntry
from jacket_azure.mapping.networks import SubnetTarget


@dataclass(frozen=True)
class Mapping:
    """What the operator's file says; never changed after it was read.

    A lookup raises MappingLookupError for what has no entry, naming the
    file, the section and the entries there are.

    :param file: name of the file, for messages
    """

    file: str
    flavors: abc.Mapping[str, FlavorTarget] = field(default_factory=dict)
    images: abc.Mapping[str, ImageTarget] = field(default_factory=dict)
    networks: abc.Mapping[str, NetworkEntry] = field(default_factory=dict)
    security_groups: abc.Mapping[str, str | None] = field(default_factory=dict)
    zones: abc.Mapping[str, str | None] = field(default_factory=dict)

    def flavor(
        self,
        name: str,
        flavorid: str | None = None,
        extra_specs: abc.Mapping[str, str] | None = None,
    ) -> FlavorTarget:
        """Return the VM size and what else the flavor decides.

        :param extra_specs: those named ``azure:...`` override the file
        :raises MappingLookupError: no entry and no ``azure:vm_size``
        :raises InvalidRequest: an extra spec has a bad value
        """
        return flavors.find(
            self.flavors, self.file, name, flavorid, extra_specs or {}
        )

    def image(
        self,
        name: str | None,
        uuid: str | None = None,
        properties: abc.Mapping[str, str] | None = None,
    ) -> ImageTarget:
        """Return the Azure image.

        :param properties: Glance properties; ``azure_...`` override
        :raises MappingLookupError: no entry and no properties that say it
        :raises InvalidRequest: a property has a bad value
        """
        return images.find(
            self.images, self.file, name, uuid, properties or {}
        )

    def network(
        self,
        name: str | None,
        uuid: str | None,
        subnet_keys: abc.Sequence[str] = (),
    ) -> SubnetTarget:
        """Return the Azure subnet of one subnet of a network.

        :param subnet_keys: the Neutron subnet's id, name and CIDR, as far
            as known
        :raises MappingLookupError: network or subnet has no entry
        """
        return networks.find(self.networks, self.file, name, uuid, subnet_keys)

    def public_ip(
        self, name: str | None, uuid: str | None
    ) -> public_ips.PublicIp | None:
        """Return what public IP address an interface on a network gets.

        :returns: None for none, also of a network without an entry
        """
        found = lookup.find(self.networks, uuid, name)
        return found[1].public_ip if found else None

    @property
    def has_public_ips(self) -> bool:
        """Say whether any network gives its interfaces public addresses."""
        return any(entry.public_ip for entry in self.networks.values())

    def security_group(
        self, name: str | None, uuid: str | None = None
    ) -> str | None:
        """Return a network security group, None for none on purpose.

        :returns: name (in our resource group) or full ARM id
        :raises MappingLookupError: the group has no entry
        """
        return security_groups.find(
            self.security_groups, self.file, name, uuid
        )

    def security_group_of(
        self, groups: abc.Sequence[tuple[str | None, str | None]]
    ) -> str | None:
        """Return the one network security group for a port's groups.

        :param groups: (name, id) of each security group of the port
        :raises MappingLookupError: a group has no entry
        :raises InvalidRequest: they mean more than one
        """
        return security_groups.find_one(
            self.security_groups, self.file, groups
        )

    def zone(self, availability_zone: str | None) -> str | None:
        """Return the Azure zone of a Nova availability zone.

        :returns: None without an availability zone, for one mapped to
            null, and for all of them when the file has no zones
        :raises MappingLookupError: there are zones, but not this one
        """
        return zones.find(self.zones, self.file, availability_zone)
