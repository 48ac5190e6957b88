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

"""Where a compute host keeps its machines, and handing one over to another.

Hosts of one resource group and region share what Azure has of it: a machine
goes from one to another by a tag. Each host tells the others by its compute
node's ``stats``, which Nova keeps in its database.
"""

from __future__ import annotations

from typing import Any

from nova import exception as nova_exception
from nova import objects
from oslo_log import log as logging

from jacket_azure import exceptions
from jacket_azure.nova import backend as backends
from jacket_azure.nova.resize import reshaping
from jacket_azure.payload import instance_view
from jacket_azure.payload import names
from jacket_azure.payload import shape as shapes
from jacket_azure.payload import tags

LOG = logging.getLogger(__name__)

# key of stats -> what the user is told it is
_WORDS = {
    'azure_subscription': 'the subscription',
    'azure_resource_group': 'the resource group',
    'azure_location': 'the region',
    'azure_owner': 'the owner',
    'azure_disk_model': 'the disk model',
}


def place(backend: backends.Backend) -> dict[str, str]:
    """Return where this host's machines are, for the node's ``stats``."""
    azure = backend.azure
    return {
        'azure_subscription': azure.subscription_id,
        'azure_resource_group': azure.resource_group,
        'azure_location': azure.location,
        'azure_owner': backend.owner,
        'azure_disk_model': backend.conf.disk_model,
    }


def check_same_place(
    backend: backends.Backend, context: Any, host: str, node: str
) -> None:
    """Refuse a host whose machines are elsewhere in Azure.

    :raises InvalidRequest: they are, or nobody knows
    """
    theirs = _place_of(context, host, node)
    if 'azure_location' not in theirs:
        raise exceptions.InvalidRequest(
            f'The host {host} does not tell that it runs servers on Azure.'
        )
    for key, ours in place(backend).items():
        if theirs.get(key, '').lower() != ours.lower():
            raise exceptions.InvalidRequest(
                f'Azure moves no virtual machine to where the host {host} '
                f'keeps its: {_WORDS[key]} is {theirs.get(key)} there and '
                f'{ours} here.'
            )


def _place_of(context: Any, host: str, node: str) -> dict[str, str]:
    try:
        found = objects.ComputeNode.get_by_host_and_nodename(
            context.elevated(), host, node
        )
    except nova_exception.ComputeHostNotFound:
        return {}
    return dict(found.stats or {})


def check_owned(
    backend: backends.Backend, instance: Any, vm: dict[str, Any]
) -> None:
    """Refuse a machine of this name that is not this instance's.

    :raises InvalidRequest: it was made by others, or elsewhere
    """
    is_ours = tags.is_owned(vm, backend.owner)
    if not is_ours or tags.instance_uuid(vm) != instance.uuid:
        raise exceptions.InvalidRequest(
            f'The virtual machine {vm.get("name")} was not made for this '
            f'server by this deployment.'
        )
    location = str(vm.get('location', '')).replace(' ', '').lower()
    if location != backend.azure.location.lower():
        raise exceptions.InvalidRequest(
            f'The virtual machine {vm.get("name")} is in {location}, this '
            f'host keeps its machines in {backend.azure.location}.'
        )


def take(
    backend: backends.Backend, instance: Any
) -> instance_view.Power:
    """Make a machine this host's, and touch nothing else of it.

    At most a read and a write.

    :returns: its power state
    :raises NotFound: there is no such machine
    :raises InvalidRequest: it is not the instance's
    """
    vm = backend.azure.virtual_machines.get(
        names.vm_name(instance.uuid), instance_view=True
    )
    check_owned(backend, instance, vm)
    found = shapes.parse(vm, instance.uuid)
    power = reshaping.Reshaper(backend).become(
        instance,
        vm,
        shapes.Shape(found.size, backend.host, found.disk),
    )
    backend.power_states.record(
        instance,
        power,
        {**vm, 'tags': tags.with_host(vm['tags'], backend.host)},
    )
    if found.host != backend.host:
        LOG.info(
            'Took over virtual machine %s from host %s',
            vm['name'],
            found.host,
            instance=instance,
        )
    return power
