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

"""Flavors for the mapped sizes, and the availability zone."""

from __future__ import annotations

from typing import Any

from jacket_azure.sandbox import arm_client
from jacket_azure.sandbox import errors
from jacket_azure.sandbox import render

# No image of the sandbox is larger than its flavor's disk: Windows wants 127
DISK_GIB = 128


def sizes(arm: arm_client.ArmClient) -> dict[str, tuple[int, int]]:
    """Return the sizes of the region: name in lower case -> (vCPUs, MiB).

    Source: Compute REST API, resource-skus/list, 2021-07-01.
    """
    subscription = arm.group.partition('/resourceGroups')[0]
    found = {}
    for sku in arm.list(f'{subscription}/providers/Microsoft.Compute/skus',
                        arm_client.SKUS,
                        **{'$filter': f"location eq '{arm.location}'"}):
        if sku.get('resourceType') != 'virtualMachines':
            continue
        facts = {item['name']: item['value']
                 for item in sku.get('capabilities', [])}
        found[sku['name'].lower()] = (
            int(facts['vCPUs']), int(float(facts['MemoryGB']) * 1024))
    return found


def ensure_flavors(
    cloud: Any, mapping: dict[str, Any], arm: arm_client.ArmClient,
) -> None:
    """Make one flavor per entry of the mapping, as large as its size.

    :raises SandboxError: the region does not have a mapped size
    """
    flavors = mapping.get('flavors') or {}
    missing = {name: size for name, size in flavors.items()
               if cloud.compute.find_flavor(name) is None}
    known = sizes(arm) if missing else {}
    for name, size in missing.items():
        if size.lower() not in known:
            raise errors.SandboxError(
                f'flavor {name}: {arm.location} has no size {size}')
        vcpus, memory_mib = known[size.lower()]
        cloud.compute.create_flavor(
            name=name, vcpus=vcpus, ram=memory_mib, disk=DISK_GIB)


def ensure_zone(cloud: Any, mapping: dict[str, Any]) -> str | None:
    """Put the compute host into the first mapped availability zone.

    Nova allows a host one zone only, so further zones of the mapping need
    further nova-compute services.

    :returns: the name of the zone; None when none is mapped
    """
    name = next(iter(mapping.get('zones') or {}), None)
    if name is None:
        return None
    found = [aggregate for aggregate in cloud.compute.aggregates()
             if aggregate.name == name]
    aggregate = found[0] if found else cloud.compute.create_aggregate(
        name=name, availability_zone=name)
    if render.HOST not in (aggregate.hosts or []):
        cloud.compute.add_host_to_aggregate(aggregate.id, render.HOST)
    return name
