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

"""What remains of an instance when a step failed: adopt it, or remove it.

All by constructed names. Whatever does not carry our ownership tag and the
instance's id is never touched.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from typing import Any

from oslo_log import log as logging

from jacket_azure import exceptions
from jacket_azure.nova import backend as backends
from jacket_azure.nova import errors
from jacket_azure.nova import parallel
from jacket_azure.payload import instance_view
from jacket_azure.payload import names
from jacket_azure.payload import tags

LOG = logging.getLogger(__name__)


class Leftovers:
    """Parts of instances in Azure, without their whole."""

    def __init__(self, backend: backends.Backend) -> None:
        self._backend = backend
        self._azure = backend.azure

    def may_delete(self, instance: Any) -> bool:
        """Tell whether a machine of this name, if any, is ours to delete."""
        vm = self._find_vm(instance)
        return vm is None or self._is_ours(vm, instance, 'virtual machine')

    def adopt(self, instance: Any, plan: Any) -> bool:
        """Take the existing machine for the planned one, if it is the same.

        :returns: False when it is ours but has to be made anew
        :raises InvalidRequest: a machine of this name is somebody else's
        """
        vm = self._find_vm(instance)
        if vm is None:
            return False
        if not self._is_ours(vm, instance, 'virtual machine'):
            raise exceptions.InvalidRequest(
                f'A virtual machine {plan.vm} exists already, and it was '
                f'not made for this instance by this deployment.'
            )
        difference = _difference(vm, plan)
        if difference is not None:
            LOG.info(
                'Replacing virtual machine %s, left by another attempt: %s',
                plan.vm,
                difference,
                instance=instance,
            )
            return False
        LOG.info(
            'Adopting virtual machine %s, left by another attempt',
            plan.vm,
            instance=instance,
        )
        return True

    def remove_vm(self, instance: Any) -> None:
        """Delete the machine and its disk, so that both can be made anew."""
        self._azure.virtual_machines.delete(names.vm_name(instance.uuid))
        self._delete_disk(instance)

    def delete_parts(self, instance: Any, network_info: Any) -> None:
        """Delete network interfaces and OS disk of a machine that is gone.

        Waits while Azure still reserves an interface for the failed
        machine, up to 200 seconds.
        """
        parallel.call(
            lambda name: self._delete_nic(instance, name),
            [(name,) for name in self._nic_names(instance, network_info)],
        )
        self._delete_disk(instance)

    def undo_nic(self, instance: Any, name: str) -> None:
        """Delete an interface of ours after a failure; never raises."""
        self._undo(
            instance, name, self._azure.network_interfaces.delete, name
        )

    def undo_vm(self, instance: Any) -> None:
        """Delete the machine after a failure; never raises."""
        vm = names.vm_name(instance.uuid)
        self._undo(instance, vm, self._azure.virtual_machines.delete, vm)
        self._backend.power_states.forget(instance.uuid)

    def undo_disk(self, instance: Any) -> None:
        """Delete the OS disk after a failure; never raises."""
        name = names.os_disk_name(instance.uuid)
        self._undo(instance, name, self._delete_disk, instance)

    def _undo(
        self,
        instance: Any,
        name: str,
        delete: Callable[..., Any],
        *arguments: Any,
    ) -> None:
        """Run one step of an undo; Nova's destroy, which follows, repeats."""
        try:
            delete(*arguments)
        except exceptions.AzureError as exc:
            LOG.warning(
                'Left %s behind for the deletion of the instance: %s',
                name,
                exc,
                instance=instance,
            )

    def _find_vm(self, instance: Any) -> dict[str, Any] | None:
        try:
            return self._azure.virtual_machines.get(
                names.vm_name(instance.uuid), instance_view=True
            )
        except exceptions.NotFound as exc:
            if not errors.is_missing_vm(exc):
                raise
            return None

    def _is_ours(
        self, resource: dict[str, Any], instance: Any, kind: str
    ) -> bool:
        if (
            tags.is_owned(resource, self._backend.owner)
            and tags.instance_uuid(resource) == instance.uuid
        ):
            return True
        LOG.warning(
            'Leaving %s %s alone: its tags do not say that owner %s made it '
            'for this instance',
            kind,
            resource.get('name'),
            self._backend.owner,
            instance=instance,
        )
        return False

    @staticmethod
    def _nic_names(instance: Any, network_info: Iterable[Any]) -> list[str]:
        """Return all names an interface of the instance may have.

        Which port was the primary one is not known here.
        """
        found = [names.nic_name(instance.uuid, instance.uuid, primary=True)]
        found += [
            names.nic_name(instance.uuid, vif['id'], primary=False)
            for vif in network_info or ()
        ]
        return found

    def _delete_nic(self, instance: Any, name: str) -> None:
        nics = self._azure.network_interfaces
        try:
            nic = nics.get(name)
        except exceptions.NotFound:
            return
        if self._is_ours(nic, instance, 'network interface'):
            nics.delete(name, wait_reserved=True)
            LOG.info('Deleted network interface %s', name, instance=instance)

    def _delete_disk(self, instance: Any) -> None:
        name = names.os_disk_name(instance.uuid)
        try:
            disk = self._azure.disks.get(name)
        except exceptions.NotFound:
            return
        # Azure gives a disk it makes with a machine the machine's tags
        if self._is_ours(disk, instance, 'disk'):
            self._azure.disks.delete(name)
            LOG.info('Deleted OS disk %s', name, instance=instance)


def _difference(vm: dict[str, Any], plan: Any) -> str | None:
    """Tell why a machine is not what would be made now; None if it is.

    A password or custom data cannot be read back, so a machine that should
    have one is never taken for the planned one.
    """
    found, wanted = vm['properties'], plan.vm_body['properties']
    state = instance_view.parse(vm).provisioning
    if state != 'succeeded':
        return f'it is {state}'
    profile = wanted.get('osProfile', {})
    if 'adminPassword' in profile or 'customData' in profile:
        return 'its password and custom data cannot be compared'
    same = {
        'host': tags.get(vm, tags.HOST)
        == plan.vm_body['tags'].get(tags.HOST),
        'size': _lower(found['hardwareProfile']['vmSize'])
        == _lower(wanted['hardwareProfile']['vmSize']),
        'image': _image(found) == _image(wanted),
        'network interfaces': _nics(found) == _nics(wanted),
        'zone': (vm.get('zones') or []) == plan.vm_body.get('zones', []),
    }
    different = [name for name, is_same in same.items() if not is_same]
    return f'its {", ".join(different)} differ' if different else None


def _image(properties: dict[str, Any]) -> dict[str, str]:
    reference = properties['storageProfile']['imageReference']
    return {
        key: _lower(reference[key])
        for key in ('id', 'publisher', 'offer', 'sku', 'version')
        if reference.get(key)
    }


def _nics(properties: dict[str, Any]) -> list[str]:
    references = properties['networkProfile']['networkInterfaces']
    return [_lower(reference['id']) for reference in references]


def _lower(text: str) -> str:
    return text.lower()
