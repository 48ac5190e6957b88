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

"""The one node this host is: its lists, its capacity, its addresses."""

from __future__ import annotations

from typing import Any

import nova.conf
from oslo_log import log as logging
from oslo_serialization import jsonutils

from jacket_azure import exceptions
from jacket_azure.nova import backend as backends
from jacket_azure.nova import inventory
from jacket_azure.nova import ownership
from jacket_azure.payload import names

CONF = nova.conf.CONF
LOG = logging.getLogger(__name__)


class HostOps:
    """Answers for nova-compute's lists and resource tracker."""

    def __init__(self, backend: backends.Backend) -> None:
        self._backend = backend

    def instances(self) -> dict[str, str]:
        """Return instance names by uuid: ours, and of this host.

        Another host's machines are not ours to report: Nova would reap them
        as running though deleted, or refuse to start (nova 34
        compute/manager.py, ``_running_deleted_instances`` and
        ``_sanity_check_new_host``).
        """
        return {
            uuid: seen.name or uuid
            for uuid, seen in self._backend.power_states.everything().items()
            if seen.host == self._backend.host
        }

    def instance_exists(self, instance: Any) -> bool:
        """Tell whether this host has the instance's machine.

        Not before Nova thinks so as well: an evacuation to this host that
        was cut short has put its tag on the machine, and must be possible
        again.
        """
        here = self._backend.host
        if getattr(instance, 'host', None) not in (None, here):
            return False
        seen = self._backend.power_states.get(instance.uuid)
        return seen is not None and seen.host == here

    def instance_in_azure(self, instance: Any) -> bool:
        """Tell whether the machine exists, under whatever host."""
        return self._backend.power_states.get(instance.uuid) is not None

    def available_resource(self, nodename: str) -> dict[str, Any]:
        """Describe the node as ``ComputeDriver.get_available_resource``.

        Use is left at 0: Nova's tracker counts the instances itself.
        """
        conf = self._backend.conf
        cores = self._backend.catalogue.capacity().quotas.cores
        vcpus = cores.limit if cores is not None else 0
        used = cores.used if cores is not None else 0
        return {
            'vcpus': vcpus,
            'memory_mb': conf.placement_memory_mb,
            'local_gb': conf.placement_disk_gb,
            'vcpus_used': 0,
            'memory_mb_used': 0,
            'local_gb_used': 0,
            'disk_available_least': conf.placement_disk_gb,
            'hypervisor_type': 'azure',
            'hypervisor_version': 1,
            'hypervisor_hostname': nodename,
            'cpu_info': jsonutils.dumps({'arch': 'x86_64'}),
            'numa_topology': None,
            # Azure's hypervisor; the field accepts no other word for it
            'supported_instances': [('x86_64', 'hyperv', 'hvm')],
            'stats': {
                **ownership.place(self._backend),
                'azure_vcpus_used': str(used),
            },
        }

    def update_provider_tree(self, tree: Any, nodename: str) -> None:
        """Tell Placement the quotas and what the region offers."""
        conf = self._backend.conf
        catalogue = self._backend.catalogue
        mapping = self._backend.mapping
        node = tree.data(nodename)
        sizes = self._mapped_sizes()
        families = {size.family for size in sizes}
        families |= inventory.families_of(catalogue.sizes(), node.inventory)
        tree.update_inventory(
            nodename,
            inventory.build_inventories(
                catalogue.capacity(),
                sorted(families),
                conf.placement_memory_mb,
                conf.placement_disk_gb,
                self._backend.shortages.families,
            ),
        )
        wanted = inventory.build_traits(
            self._backend.azure.location,
            conf.disk_model,
            [zone for zone in mapping.zones.values() if zone],
            sizes,
            self._backend.shortages.sizes,
        )
        tree.add_traits(nodename, *wanted)
        tree.remove_traits(
            nodename, *(inventory.own_names(node.traits) - wanted)
        )

    def volume_connector(self, instance: Any) -> dict[str, Any]:
        """Describe where a volume will be attached; without a secret."""
        return {
            'host': self._backend.host,
            'ip': CONF.my_block_storage_ip,
            'initiator': None,
            'platform': 'x86_64',
            'os_type': 'linux',
            'multipath': False,
            'azure_subscription': self._backend.azure.subscription_id,
            'azure_location': self._backend.azure.location,
            'azure_disk_model': self._backend.conf.disk_model,
            # Nova's contract test hands in a dict
            'instance_uuid': getattr(instance, 'uuid', None),
            # tells a server from a host that copies data
            'azure_vm_id': self._vm_id(instance),
        }

    def _vm_id(self, instance: Any) -> str | None:
        uuid = getattr(instance, 'uuid', None)
        azure = self._backend.azure
        return uuid and names.resource_id(
            azure.subscription_id,
            azure.resource_group,
            names.VIRTUAL_MACHINE,
            names.vm_name(uuid),
        )

    def _mapped_sizes(self) -> list[Any]:
        found = {}
        for target in self._backend.mapping.flavors.values():
            try:
                size = self._backend.catalogue.size(target.size)
            except exceptions.MappingLookupError:
                LOG.debug('No VM size %s in this region', target.size)
                continue
            found[size.name] = size
        return [found[name] for name in sorted(found)]
