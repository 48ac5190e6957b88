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

"""What Azure holds, for people and for checks."""

from __future__ import annotations

from collections import Counter
from typing import Any

from jacket_azure.sandbox import arm_client
from jacket_azure.sandbox import content
from jacket_azure.sandbox import errors

POWER = 'PowerState/'


class Inventory:
    """The resources that came after this object was made.

    On real Azure the group may hold other things before; those of another
    owner that come meanwhile are left out as well.

    :param owner: the value of the tag jacket-owner on what is ours
    """

    def __init__(self, arm: arm_client.ArmClient, owner: str):
        self._arm = arm
        self._owner = owner
        self._before = frozenset(arm.resources())

    def resources(self) -> dict[str, dict[str, Any]]:
        """Return what there is now: id in lower case -> resource."""
        return {
            key: item for key, item in self._arm.resources().items()
            if key not in self._before
            and (item.get('tags') or {}).get(
                'jacket-owner', self._owner) == self._owner}

    def virtual_machine(self, uuid: str) -> dict[str, Any] | None:
        """Return the virtual machine of a server, with its instance view."""
        for item in self.resources().values():
            if (item['type'] == 'Microsoft.Compute/virtualMachines'
                    and (item.get('tags') or {}).get('jacket-id') == uuid):
                path = (f'{self._arm.group}/providers/Microsoft.Compute/'
                        f'virtualMachines/{item["name"]}')
                return self._arm.get(path, arm_client.COMPUTE,
                                     **{'$expand': 'instanceView'})
        return None

    def made_for(self, uuid: str) -> dict[str, Any]:
        """Return the disk or snapshot of a volume or snapshot of Cinder's.

        :raises SandboxError: there is none
        """
        for item in self.resources().values():
            if (item.get('tags') or {}).get('jacket-id') == uuid:
                return item
        raise errors.SandboxError(f'Azure holds nothing for {uuid}')

    def read(self, resource: dict[str, Any], length: int) -> bytes:
        """Read the first bytes of a disk or snapshot that is not in use."""
        with self._arm.open_disk(resource['id']) as disk:
            return disk.read(0, length)

    def content_hash(self, resource: dict[str, Any], size_bytes: int) -> str:
        """Return a hash of a disk or snapshot, see :mod:`.content`."""
        with self._arm.open_disk(resource['id']) as disk:
            return content.of_disk(disk, size_bytes)

    def delete(self, resource: dict[str, Any]) -> None:
        """Delete a disk or snapshot, not waiting for the driver."""
        self._arm.delete(resource['id'], arm_client.DISK)

    def addresses(self, machine: dict[str, Any]) -> list[str]:
        """Return the private addresses of a virtual machine's interfaces."""
        found = []
        for nic in machine['properties']['networkProfile'][
                'networkInterfaces']:
            content = self._arm.get(nic['id'], arm_client.NETWORK)
            for configuration in content['properties']['ipConfigurations']:
                found.append(
                    configuration['properties']['privateIPAddress'])
        return sorted(found)


def power_state(machine: dict[str, Any]) -> str:
    """Return the power state in an instance view, such as ``deallocated``."""
    statuses = machine['properties']['instanceView']['statuses']
    return next((status['code'].removeprefix(POWER) for status in statuses
                 if status['code'].startswith(POWER)), 'unknown')


def describe(resources: dict[str, dict[str, Any]]) -> str:
    """Return the resources as text: names of a few, counts of many."""
    if not resources:
        return 'Azure holds nothing.'
    kinds = Counter(item['type'].partition('/')[2]
                    for item in resources.values())
    if len(resources) > 8:
        return 'Azure holds ' + ', '.join(
            f'{number} {kind}' for kind, number in sorted(kinds.items()))
    lines = ['Azure holds']
    for item in sorted(resources.values(),
                       key=lambda item: (item['type'], item['name'])):
        lines.append(f'  {item["type"].partition("/")[2]:18} {item["name"]}')
    return '\n'.join(lines)
