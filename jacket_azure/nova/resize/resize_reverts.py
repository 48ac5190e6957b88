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

"""Make a server what it was before a resize."""

from __future__ import annotations

import contextlib
from typing import Any

from nova import exception as nova_exception
from nova import objects
from nova.compute import vm_states
from oslo_log import log as logging

from jacket_azure import exceptions
from jacket_azure.nova import backend as backends
from jacket_azure.nova import events
from jacket_azure.nova import leftovers
from jacket_azure.nova import ownership
from jacket_azure.nova.resize import reshaping
from jacket_azure.nova.resize import resize_records
from jacket_azure.payload import instance_view
from jacket_azure.payload import names
from jacket_azure.payload import shape as shapes

LOG = logging.getLogger(__name__)

Power = instance_view.Power

# among the events of a server's actions
START_EVENT = 'azure_start'
# of a migration after which nobody needs what was before it, or it is there
_OVER = ('confirmed', 'done', 'reverted')


class Reverts:
    """The way back; part of :class:`.resizeops.ResizeOps`."""

    def __init__(self, backend: backends.Backend) -> None:
        self._backend = backend
        self._machines = backend.azure.virtual_machines
        self._reshaper = reshaping.Reshaper(backend)
        self._leftovers = leftovers.Leftovers(backend)

    def revert(
        self, context: Any, instance: Any, migration: Any, power_on: bool
    ) -> None:
        """Make the machine this host's and what it was before.

        Whatever the resize has done to it, and where it was cut short.

        :param power_on: a machine that does not start is left stopped, as
            Nova's power sync tells
        """
        vm = self._machines.get(
            names.vm_name(instance.uuid), instance_view=True
        )
        ownership.check_owned(self._backend, instance, vm)
        found = shapes.parse(vm, instance.uuid)
        before = resize_records.read(instance, migration)
        size = before.size if before else found.size
        disk = before.disk if before else None
        here = self._backend.host
        wanted = shapes.Shape(size, here, disk or found.disk)
        try:
            power = self._reshaper.become(instance, vm, wanted)
        except exceptions.JacketAzureError:
            self._take_at_least(instance)
            raise
        if power_on and power is not Power.RUNNING:
            self._try_to_start(context, instance)
        self._delete_disk(
            instance, disk and shapes.other_place(instance.uuid, disk)
        )

    def settle(self, context: Any, instance: Any) -> None:
        """Finish the revert of a resize that failed on the way.

        Nova shows the server as it was before, and an error. Of a resize
        that nothing went wrong with no request is made.

        :raises AzureError: as :meth:`revert`
        """
        record = resize_records.find(instance)
        if record is None or instance.vm_state != vm_states.ERROR:
            return
        migration = self._migration(context, record)
        if migration is None:
            return
        if instance.flavor.id == migration.old_instance_type_id:
            self.revert(context, instance, migration, power_on=False)

    def _take_at_least(self, instance: Any) -> None:
        """Make a machine this host's, since Nova shows it there."""
        try:
            ownership.take(self._backend, instance)
        except exceptions.JacketAzureError as exc:
            LOG.warning(
                'The virtual machine is still tagged as of another host: %s',
                exc,
                instance=instance,
            )

    def _clear(
        self, context: Any, instance: Any, disk: str | None
    ) -> None:
        """Delete what an earlier resize could not, before it is forgotten.

        :param disk: the OS disk that the machine has
        """
        record = resize_records.find(instance)
        if record is None or record.disk is None or disk is None:
            return
        migration = self._migration(context, record)
        if migration is not None and migration.status in _OVER:
            self._delete_disk(
                instance, shapes.other_place(instance.uuid, disk)
            )

    @staticmethod
    def _migration(context: Any, record: resize_records.Record) -> Any:
        try:
            return objects.Migration.get_by_uuid(
                context.elevated(), record.migration
            )
        except nova_exception.MigrationNotFound:
            return None

    def _try_to_start(self, context: Any, instance: Any) -> None:
        """Start a machine whose move is done; tell the user if it does not.

        Nova's power sync shows the server as stopped then.
        """
        try:
            self._reshaper.start(instance)
        except exceptions.AzureError as exc:
            LOG.error(
                'The virtual machine does not start: %s',
                exc,
                instance=instance,
            )
            told = events.reported(
                context, START_EVENT, self._backend.host, instance
            )
            with contextlib.suppress(exceptions.OperationFailed), told:
                raise exceptions.OperationFailed(
                    f'The server is stopped, for it does not start: {exc}'
                ) from exc

    def _delete_disk(self, instance: Any, name: str | None) -> None:
        """End a resize: delete the OS disk that is not used, if any.

        If that fails the record stays, and the disk goes with the server.
        """
        if name is None or self._leftovers.try_to_delete_disk(instance, name):
            resize_records.forget(instance)
