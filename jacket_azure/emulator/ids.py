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

"""ARM resource ids: take apart, put together, compare without regard to case.

The emulator has its own, for it must not share a mistake with the driver.
"""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class ResourceId:
    """One id of the form ``/subscriptions/S/resourceGroups/G/providers/...``.

    :ivar types: resource type names without the namespace, outermost first
    :ivar names: resource names, as many as types
    """

    subscription: str
    group: str
    namespace: str
    types: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def type(self) -> str:
        """The full type, as ``Microsoft.Network/virtualNetworks/subnets``."""
        return '/'.join((self.namespace, *self.types))

    @property
    def extension_type(self) -> str:
        """The type of what another provider adds to a resource, if it does.

        Of ``.../virtualMachines/v/providers/N.S/kinds/k`` it is ``N.S/kinds``.
        """
        if 'providers' not in self.types:
            return self.type
        at = self.types.index('providers')
        return '/'.join((self.names[at], *self.types[at + 1:]))

    @property
    def name(self) -> str:
        """The last name, ``default`` of a subnet of that name."""
        return self.names[-1]

    @property
    def top(self) -> ResourceId:
        """The outermost resource; itself when it is not a child."""
        return dataclasses.replace(
            self, types=self.types[:1], names=self.names[:1])

    @property
    def parent(self) -> ResourceId | None:
        """The resource this one is a child of, or None."""
        if len(self.names) < 2:
            return None
        return dataclasses.replace(
            self, types=self.types[:-1], names=self.names[:-1])

    def __str__(self) -> str:
        pairs = zip(self.types, self.names, strict=True)
        tail = '/'.join(f'{kind}/{name}' for kind, name in pairs)
        return (f'/subscriptions/{self.subscription}/resourceGroups/'
                f'{self.group}/providers/{self.namespace}/{tail}')


def parse(text: str) -> ResourceId | None:
    """Take an id apart; None when it is no id of a resource in a group."""
    parts = text.strip('/').split('/')
    words = [part.lower() for part in parts]
    if (len(parts) < 8 or len(parts) % 2 or words[0] != 'subscriptions'
            or words[2] != 'resourcegroups' or words[4] != 'providers'
            or not all(parts)):
        return None
    return ResourceId(parts[1], parts[3], parts[5],
                      tuple(parts[6::2]), tuple(parts[7::2]))


def group_id(subscription: str, group: str) -> str:
    """Return the id of a resource group."""
    return f'/subscriptions/{subscription}/resourceGroups/{group}'


def same(one: str | None, other: str | None) -> bool:
    """Tell whether two ids mean one resource."""
    return (one or '').lower() == (other or '').lower()


def upper_group(resource_id: str) -> str:
    """Write the group's name in capitals, as Azure does inside some bodies."""
    parts = resource_id.split('/')
    parts[4] = parts[4].upper()
    return '/'.join(parts)
