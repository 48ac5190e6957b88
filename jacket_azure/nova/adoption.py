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

"""Whether a machine that is there is the one that would be made now."""

from __future__ import annotations

from typing import Any

from jacket_azure.payload import data_disk
from jacket_azure.payload import instance_view
from jacket_azure.payload import tags


def difference(vm: dict[str, Any], plan: Any) -> str | None:
    """Tell why a machine is not what would be made now; None if it is.

    :param vm: as read with its instance view
    :param plan: ``planning.Plan``

    A password or custom data cannot be read back, so a machine that should
    have one is never taken for the planned one.
    """
    found, wanted = vm['properties'], plan.vm_body['properties']
    state = instance_view.parse(vm)
    if state.provisioning != 'succeeded':
        return f'it is {state.provisioning}'
    if state.power is not instance_view.Power.RUNNING:
        return f'its power state is {state.power}'
    profile = wanted.get('osProfile', {})
    if 'adminPassword' in profile or 'customData' in profile:
        return 'its password and custom data cannot be compared'
    if 'userData' in wanted:
        return 'its user data cannot be compared'
    same = {
        'host': tags.get(vm, tags.HOST)
        == plan.vm_body['tags'].get(tags.HOST),
        'size': _lower(found['hardwareProfile']['vmSize'])
        == _lower(wanted['hardwareProfile']['vmSize']),
        'image': _image(found) == _image(wanted),
        'volumes': _volumes(found) == _volumes(wanted),
        'network interfaces': _nics(found) == _nics(wanted),
        'zone': (vm.get('zones') or []) == plan.vm_body.get('zones', []),
    }
    different = [name for name, is_same in same.items() if not is_same]
    return f'its {", ".join(different)} differ' if different else None


def _image(properties: dict[str, Any]) -> dict[str, str]:
    reference = properties['storageProfile'].get('imageReference') or {}
    return {
        key: _lower(reference[key])
        for key in ('id', 'publisher', 'offer', 'sku', 'version')
        if reference.get(key)
    }


def _volumes(properties: dict[str, Any]) -> set[tuple[int, str]]:
    """Return LUN and disk of each; -1 for one that is booted."""
    profile = properties['storageProfile']
    found = {
        (slot.lun, _lower(slot.disk_id)) for slot in data_disk.parse(profile)
    }
    os_disk = profile['osDisk']
    if os_disk.get('createOption') == 'Attach':
        found.add((-1, _lower(data_disk.disk_id_of(os_disk))))
    return found


def _nics(properties: dict[str, Any]) -> list[str]:
    references = properties['networkProfile']['networkInterfaces']
    return [_lower(reference['id']) for reference in references]


def _lower(text: str) -> str:
    return text.lower()
