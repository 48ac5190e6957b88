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

"""What Azure offers and allows here, remembered: sizes, quotas, images, nets.

Every check of a request reads from here, so that refusals cost no request
and come before the first write.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
import dataclasses
import functools
import ipaddress
import time
from typing import Any

from jacket_azure.mapping import image_target
from jacket_azure.nova import cache
from jacket_azure.nova import power_states
from jacket_azure.payload import checks
from jacket_azure.payload import images
from jacket_azure.payload import names
from jacket_azure.payload import quotas
from jacket_azure.payload import vm_sizes

_MANAGED_IMAGE = 'Microsoft.Compute/images'
# Subnets hardly ever change; a changed prefix is noticed after this time.
_NETWORK_SECONDS = 300


@dataclasses.dataclass(frozen=True)
class Capacity:
    """Azure's quotas, and how much of their use is this host's own.

    :ivar quotas: limits and use of the whole subscription in this region
    :ivar own_vcpus: vCPUs of this host's machines by size family, and their
        sum under None
    """

    quotas: quotas.Quotas
    own_vcpus: Mapping[str | None, int]


class Catalogue:
    """Cached facts of one region.

    :param conf: the ``[azure]`` options
    :param azure: the client layer
    :param states: whose listing tells how much of the quota we use ourselves
    :param host: this nova-compute host
    """

    def __init__(
        self,
        conf: Any,
        azure: Any,
        states: power_states.PowerStates,
        host: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._azure = azure
        self._states = states
        self._host = host
        new = functools.partial(cache.Cache, clock=clock)
        stale = functools.partial(new, keep_stale=True)
        self._sizes = stale(self._load_sizes, conf.catalogue_cache_seconds)
        self._capacity = stale(self._load_capacity, conf.quota_cache_seconds)
        self._network_quotas = stale(
            self._load_network_quotas, conf.quota_cache_seconds
        )
        self._latest = new(self._load_latest, conf.image_cache_seconds)
        self._marketplace = new(
            self._load_marketplace, conf.image_cache_seconds
        )
        self._images = new(self._load_image, conf.image_cache_seconds)
        self._subnets = new(self._load_subnet, _NETWORK_SECONDS)
        self._security_groups = new(
            self._load_security_group, _NETWORK_SECONDS
        )

    def sizes(self) -> Mapping[str, vm_sizes.VmSize]:
        """Return all VM sizes of the region, by name in lower case."""
        return self._sizes.get()

    def size(self, name: str) -> vm_sizes.VmSize:
        """Return one VM size, whatever the case of its name.

        :raises MappingLookupError: the region has no such size
        """
        return checks.find_size(self.sizes(), name, self._azure.location)

    def capacity(self, max_age_seconds: float | None = None) -> Capacity:
        """Return quotas and their use.

        :param max_age_seconds: look again when the answer is older
        """
        return self._capacity.get(max_age_seconds=max_age_seconds)

    def expire_capacity(self) -> None:
        """Look at the quotas again: Azure does not agree with what we saw."""
        self._capacity.expire()

    def network_quotas(
        self, max_age_seconds: float | None = None
    ) -> quotas.Quotas:
        """Return the quotas of network resources and their use.

        :param max_age_seconds: look again when the answer is older
        """
        return self._network_quotas.get(max_age_seconds=max_age_seconds)

    def image_version(
        self, publisher: str, offer: str, sku: str, version: str
    ) -> str:
        """Return the version to boot: *version*, or what ``latest`` means.

        :raises NotFound: the marketplace has no such image here
        """
        if version.lower() != 'latest':
            return version
        return self._latest.get((publisher, offer, sku))

    def image_facts(
        self, target: image_target.ImageTarget
    ) -> images.ImageFacts:
        """Return what Azure knows of an image, its version resolved.

        Of a gallery image nothing is asked: what must be known about it, the
        operator says.

        :raises NotFound: there is no such image here
        """
        if target.id is None:
            facts = self._marketplace.get(
                (target.publisher, target.offer, target.sku, target.version)
            )
        elif names.parse_resource_id(target.id).is_type(_MANAGED_IMAGE):
            facts = self._images.get(target.id)
        else:
            facts = images.ImageFacts()
        return images.complete(facts, target)

    def subnet_prefixes(
        self, subnet_id: str
    ) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
        """Return the address prefixes of an Azure subnet.

        :raises NotFound: there is no such subnet
        """
        return self._subnets.get(subnet_id)

    def check_security_group(self, group_id: str) -> None:
        """Make sure that a network security group is there.

        :raises NotFound: it is not
        """
        self._security_groups.get(group_id)

    def _load_sizes(self, _key: None) -> Mapping[str, vm_sizes.VmSize]:
        location = self._azure.location
        return vm_sizes.parse_skus(
            self._azure.resource_skus.list(location), location
        )

    def _load_capacity(self, _key: None) -> Capacity:
        usages = quotas.parse(self._azure.usages.list(self._azure.location))
        sizes = self.sizes()
        own: dict[str | None, int] = {None: 0}
        for seen in self._states.everything().values():
            size = sizes.get((seen.size or '').lower())
            if seen.host != self._host or size is None:
                continue
            # a deallocated one as well: Azure counts them too ("Check vCPU
            # quotas", allocated and deallocated), and so does Placement
            for key in (None, size.family):
                own[key] = own.get(key, 0) + size.vcpus
        return Capacity(usages, own)

    def _load_network_quotas(self, _key: None) -> quotas.Quotas:
        return quotas.parse(
            self._azure.network_usages.list(self._azure.location)
        )

    def _load_latest(self, key: tuple[str, str, str]) -> str:
        return self._azure.virtual_machine_images.latest_version(
            self._azure.location, *key
        )

    def _load_marketplace(self, key: tuple[str, str, str, str]) -> Any:
        return images.parse_marketplace(
            self._azure.virtual_machine_images.get(self._azure.location, *key)
        )

    def _load_image(self, image_id: str) -> Any:
        return images.parse_managed_image(self._azure.images.get(image_id))

    def _load_security_group(self, group_id: str) -> bool:
        self._azure.network_security_groups.get(group_id)
        return True

    def _load_subnet(self, subnet_id: str) -> tuple[Any, ...]:
        network_id, _, name = subnet_id.rpartition('/subnets/')
        properties = self._azure.subnets.get(network_id, name)['properties']
        prefixes = properties.get('addressPrefixes')
        return tuple(
            ipaddress.ip_network(prefix)
            for prefix in prefixes or [properties['addressPrefix']]
        )
