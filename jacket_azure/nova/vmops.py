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

"""Make and unmake the virtual machine of an instance.

A process may be killed anywhere in here. What it left is found again by its
constructed name, and adopted or removed by its tags, never by a listing:
Azure's listings lag behind.
"""

from __future__ import annotations

from collections.abc import Iterator
import contextlib
from typing import Any

from nova.compute import task_states
from oslo_log import log as logging

from jacket_azure import exceptions
from jacket_azure.nova import backend as backends
from jacket_azure.nova import choices
from jacket_azure.nova import guest_access
from jacket_azure.nova import hibernation
from jacket_azure.nova import leftovers
from jacket_azure.nova import os_disks
from jacket_azure.nova import parallel
from jacket_azure.nova import planning
from jacket_azure.nova import public_addresses
from jacket_azure.nova import shortages
from jacket_azure.nova import undo
from jacket_azure.nova.resize import resize_records
from jacket_azure.payload import instance_view
from jacket_azure.payload import tags

LOG = logging.getLogger(__name__)

IMAGE_VERSION = 'azure_image_version'


class VmOps:
    """Virtual machines of this host, from first to last request."""

    def __init__(self, backend: backends.Backend) -> None:
        self._backend = backend
        self._azure = backend.azure
        self._planner = planning.Planner(backend)
        self._os_disks = os_disks.OsDisks(backend)
        self._leftovers = leftovers.Leftovers(backend)
        self._public_addresses = public_addresses.PublicAddresses(backend)
        self._access = guest_access.GuestAccess(backend)

    def spawn(
        self,
        context: Any,
        instance: Any,
        image_meta: Any,
        injected_files: Any,
        admin_password: str | None,
        network_info: Any,
        block_device_info: Any,
    ) -> None:
        """Make an instance's network interfaces and virtual machine.

        :raises AzureError: nothing is left behind, as far as Azure answers
        """
        self._check_cells(instance)
        plan = self._planner.plan(
            choices.Order(
                context,
                instance,
                image_meta,
                injected_files,
                admin_password,
                network_info,
                block_device_info,
            )
        )
        plan = hibernation.prepare(self._backend, plan)
        self._make(instance, plan)
        if plan.image_version:
            # saved by the compute manager with the instance
            instance.system_metadata[IMAGE_VERSION] = plan.image_version
        self._backend.power_states.record(
            instance, instance_view.Power.RUNNING, plan.vm_body
        )
        self._access.give(context, instance, plan.access)

    def _check_cells(self, instance: Any) -> None:
        """Refuse a resize to a cell with the same machines as the other.

        Nova makes the server anew there, and would have that of the source,
        which a revert needs, taken for one that a failed build has left.
        """
        if (
            instance.task_state == task_states.RESIZE_FINISH
            and self._backend.power_states.get(instance.uuid) is not None
        ):
            raise exceptions.InvalidRequest(
                'The cell that the server is to be resized to keeps its '
                'virtual machines in the resource group where that of the '
                'server is now.'
            )

    def destroy(self, instance: Any, network_info: Any) -> None:
        """Remove all that Azure has of an instance; twice is fine.

        One request where the machine takes its parts along.
        """
        if not self._leftovers.may_delete(instance):
            return
        existed = self._leftovers.delete_vm(instance)
        if not (existed and self._azure.cloud.capabilities.cascade_delete):
            self._leftovers.delete_parts(instance, network_info)
        elif resize_records.is_open(instance):
            self._leftovers.delete_disk(instance)
        if self._backend.mapping.has_public_ips and 'metadata' in instance:
            # of one that is shelved, whose address is somebody else's now
            self._public_addresses.tell(instance, [])

    @contextlib.contextmanager
    def _noting_shortage(self, plan: planning.Plan) -> Iterator[None]:
        """Remember whether Azure had room for the machine."""
        size = plan.vm_body['properties']['hardwareProfile']['vmSize']
        zone = ''.join(plan.vm_body.get('zones', ()))
        what = shortages.Shortage(size, zone)
        family = self._backend.catalogue.size(size).family
        try:
            yield
        except (exceptions.NoCapacity, exceptions.QuotaExceeded) as exc:
            self._backend.shortages.note(what, family, exc)
            self._backend.catalogue.expire_capacity()
            raise
        self._backend.shortages.forget(what, family)

    def _make(self, instance: Any, plan: planning.Plan) -> None:
        steps = undo.Undo(self._leftovers, instance)
        with contextlib.ExitStack() as made:
            for name, _ in plan.nics:
                made.callback(steps.nic, name)
            if plan.prepared is not None:
                made.callback(steps.disk)
            # called before them
            made.push(steps.failed)
            plan = self._with_os_disk(instance, plan)
            plan = self._make_nics(instance, plan)
            try:
                self._make_vm(instance, plan, steps)
            except exceptions.PreconditionFailed:
                if not self._leftovers.adopt(instance, plan):
                    self._leftovers.delete_vm(instance)
                    self._leftovers.delete_disk(instance)
                    # the old machine may have taken them along
                    plan = self._with_os_disk(instance, plan)
                    plan = self._make_nics(instance, plan)
                    self._make_vm(instance, plan, steps)
            made.pop_all()

    def _with_os_disk(
        self, instance: Any, plan: planning.Plan
    ) -> planning.Plan:
        """Return the plan with the OS disk that it wants made before."""
        if plan.prepared is None:
            return plan
        try:
            boot = self._os_disks.make(instance, plan.prepared)
        except exceptions.InUse:
            # by the machine of another attempt
            if not self._leftovers.may_delete(instance):
                raise
            self._leftovers.delete_vm(instance)
            self._leftovers.delete_disk(instance)
            boot = self._os_disks.make(instance, plan.prepared)
        return plan.with_os_disk(boot)

    def _make_nics(
        self, instance: Any, plan: planning.Plan
    ) -> planning.Plan:
        """Make the interfaces; return the plan with what came of it."""
        addresses: dict[str, str | None] = {}

        def make(name: str, body: dict[str, Any]) -> None:
            if name in plan.public_ips:
                addresses[name] = self._public_addresses.make(
                    name, plan.public_ips[name]
                )
            self._azure.network_interfaces.create_or_update(name, body)

        parallel.call(make, plan.nics)
        LOG.info(
            'Created network interfaces %s',
            ', '.join(name for name, _ in plan.nics),
            instance=instance,
        )
        if not plan.public_ips:
            return plan
        # saved by the compute manager with the instance
        self._public_addresses.tell(
            instance,
            [found for name, _ in plan.nics if (found := addresses.get(name))],
        )
        return plan.with_metadata(instance.metadata)

    def _make_vm(
        self, instance: Any, plan: planning.Plan, steps: undo.Undo
    ) -> None:
        wanted = plan.vm_body['tags']

        def ours(vm: Any) -> bool:
            # the time tells this attempt from one before it
            return all(
                tags.get(vm, name) == wanted.get(name)
                for name in (tags.OWNER, tags.HOST, tags.ID, tags.CREATED)
            )

        with contextlib.ExitStack() as made:
            # the disk last: the machine holds it until it is gone
            made.callback(steps.disk)
            made.callback(steps.vm)
            made.push(steps.failed)
            try:
                with self._noting_shortage(plan):
                    self._azure.virtual_machines.create(
                        plan.vm, plan.vm_body, owned=ours
                    )
            except exceptions.PreconditionFailed:
                # somebody made it before us, and it is not ours to undo
                made.pop_all()
                raise
            made.pop_all()
        LOG.info(
            'Created virtual machine %s of size %s',
            plan.vm,
            plan.vm_body['properties']['hardwareProfile']['vmSize'],
            instance=instance,
        )
