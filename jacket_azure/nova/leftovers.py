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

from collections.abc import Iterable
from typing import Any

from oslo_log import log as logging

from jacket_azure import exceptions
from jacket_azure.nova import adoption
from jacket_azure.nova import backend as backends
from jacket_azure.nova import errors
from jacket_azure.nova import parallel
from jacket_azure.nova import public_addresses
from jacket_azure.payload import names
from jacket_azure.payload import network_interface
from jacket_azure.payload import tags

LOG = logging.getLogger(__name__)

# An interface goes in seconds, or waits out its reservation. One that an
# operation of Azure's still holds is left to the janitor: Nova's few build
# threads are not to wait for it.
PART_SECONDS = 300.0


class Leftovers:
    """Parts of instances in Azure, without their whole."""

    def __init__(self, backend: backends.Backend) -> None:
        self._backend = backend
        self._azure = backend.azure
        self._public_addresses = public_addresses.PublicAddresses(backend)

    def may_delete(self, instance: Any) -> bool:
        """Tell whether a machine of this name, if any, is ours to delete."""
        if self._backend.power_states.last_seen(instance.uuid) is not None:
            return True
        vm = self._find_vm(instance)
        return vm is None or self._is_ours(vm, instance, 'virtual machine')

    def delete_vm(self, instance: Any) -> bool:
        """Delete the instance's machine and what it takes along.

        Only after :meth:`may_delete` or :meth:`adopt`.

        :returns: False when there was none
        """
        states = self._backend.power_states
        name = names.vm_name(instance.uuid)
        try:
            existed = self._azure.virtual_machines.delete(name)
        except exceptions.AzureError:
            states.forget(instance.uuid)
            raise
        states.record_gone(instance.uuid)
        if existed:
            LOG.info('Deleted virtual machine %s', name, instance=instance)
        return bool(existed)

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
        difference = adoption.difference(vm, plan)
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

    def delete_parts(self, instance: Any, network_info: Any) -> None:
        """Delete network interfaces and OS disk of a machine that is gone.

        Waits while Azure still reserves an interface for the failed
        machine, up to 200 seconds.
        """
        parallel.call(
            lambda name: self.delete_nic(instance, name, wait_reserved=True),
            [(name,) for name in self._nic_names(instance, network_info)],
        )
        self.delete_disk(instance)

    def delete_nic(
        self, instance: Any, name: str, wait_reserved: bool = False
    ) -> str | None:
        """Delete one network interface, if it is there and ours.

        With it its public address, which else only a machine takes along.

        :returns: that address
        """
        nics = self._azure.network_interfaces
        try:
            nic = nics.get(name)
        except exceptions.NotFound:
            # the address is made first
            if self._backend.mapping.has_public_ips:
                return self._public_addresses.delete(instance, name)
            return None
        if not self._is_ours(nic, instance, 'network interface'):
            return None
        nics.delete(
            name,
            wait_reserved=wait_reserved,
            timeout_seconds=PART_SECONDS,
        )
        LOG.info('Deleted network interface %s', name, instance=instance)
        if not network_interface.parse_public_ip_ids(nic):
            return None
        return self._public_addresses.delete(instance, name)

    def delete_disk(self, instance: Any, name: str | None = None) -> None:
        """Delete the OS disk, if it is there and ours.

        :param name: of one; else all that the instance may have
        """
        try:
            deleted = self._backend.disks.delete_os_disk(instance.uuid, name)
        except exceptions.InUse:
            raise
        except exceptions.Conflict as exc:
            LOG.warning('Leaving an OS disk alone: %s', exc, instance=instance)
            return
        if deleted:
            LOG.info('Deleted the OS disk', instance=instance)

    def try_to_delete_disk(self, instance: Any, name: str) -> bool:
        """Delete a disk that the server no longer needs; never fails.

        What stays is replaced by the next disk of its name, and goes with
        the server, or by the janitor after it.

        :returns: False when it may be there still
        """
        try:
            self.delete_disk(instance, name)
        except exceptions.AzureError as exc:
            LOG.warning(
                'The disk %s stays until another one takes its place or the '
                'server is deleted: %s',
                name,
                exc,
                instance=instance,
            )
            return False
        return True

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

    def _nic_names(
        self, instance: Any, network_info: Iterable[Any]
    ) -> list[str]:
        """Return all names an interface of the instance may have.

        Those constructed from the ports, since a listing lags behind, and
        those listed with its tag, since Nova forgets a port that somebody
        deleted in Neutron. Which port was the primary one is not known.
        """
        found = {names.nic_name(instance.uuid, instance.uuid, primary=True)}
        found.update(
            names.nic_name(instance.uuid, vif['id'], primary=False)
            for vif in network_info or ()
        )
        listed = self._azure.network_interfaces.list()
        if self._backend.mapping.has_public_ips:
            # of the same names, and made first
            listed += self._azure.public_ip_addresses.list()
        found.update(
            one['name'].lower()
            for one in listed
            if tags.is_owned(one, self._backend.owner)
            and tags.instance_uuid(one) == instance.uuid
        )
        return sorted(found)
