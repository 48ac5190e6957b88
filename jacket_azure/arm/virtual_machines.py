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

"""Virtual machines: Microsoft.Compute/virtualMachines."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
import logging
from typing import Any
from typing import cast

from azure.core import MatchConditions

from jacket_azure import exceptions
from jacket_azure.arm import answers
from jacket_azure.arm import boot_diagnostics
from jacket_azure.arm import calls
from jacket_azure.arm import machine_actions
from jacket_azure.arm import resources
from jacket_azure.arm import writes

LOG = logging.getLogger(__name__)


class VirtualMachines(
    boot_diagnostics.BootDiagnostics, machine_actions.MachineActions
):
    """Virtual machines of our resource group.

    Source: Compute REST API, virtual-machines, api-version 2026-04-01.
    """

    NAME = 'virtual_machines'
    TYPE = 'Microsoft.Compute/virtualMachines'

    def get(self, name: str, instance_view: bool = False) -> resources.Body:
        """Read one virtual machine.

        :param instance_view: with ``properties.instanceView``, the power state
        :raises NotFound: says what is missing
        """
        expand = {'expand': 'instanceView'} if instance_view else {}
        return cast(
            resources.Body,
            self._read(self._sdk.get, self._group, name, **expand),
        )

    def list(self, instance_view: bool = False) -> list[resources.Body]:
        """Read all virtual machines of the group, all pages.

        :param instance_view: with the power state of each
        """
        expand = {'expand': 'instanceView'} if instance_view else {}
        return self._read_pages(self._sdk.list, self._group, **expand)

    def create(
        self,
        name: str,
        body: Mapping[str, Any],
        *,
        owned: Callable[[resources.Body], bool] | None = None,
        timeout_seconds: float | None = None,
    ) -> resources.Body:
        """Make a virtual machine that must not exist yet, and wait for it.

        :param owned: tells whether a machine is the one this call asked for,
            by its tags; when Azure's answer was lost, a machine that is there
            and owned counts as made by this call
        :param timeout_seconds: instead of the option ``operation_timeout``
        :returns: the machine; see :meth:`.operations.Waiter.wait`
        :raises PreconditionFailed: it existed before
        :raises NoCapacity: Azure has no room for this size here and now
        :raises QuotaExceeded: the subscription's quota is used up
        """
        call = self._client.write_call(
            self._operation('create'),
            body=body,
            virtual_machine=self._machine(name),
            timeout_seconds=timeout_seconds,
        )
        try:
            started = self._start(
                self._sdk.begin_create_or_update,
                self._group,
                name,
                writes.encode(body),
                call=call,
                # If-None-Match: *
                etag='*',
                match_condition=MatchConditions.IfMissing,
            )
        except (
            exceptions.PreconditionFailed,
            # another write goes on: perhaps the one whose answer was lost
            exceptions.Conflict,
            exceptions.Unavailable,
            exceptions.Throttled,
        ):
            machine = self._made_unseen(name, owned, call)
            if machine is None:
                raise
            return machine
        return cast(resources.Body, self._client.waiter.wait(started, call))

    def _made_unseen(
        self,
        name: str,
        owned: Callable[[resources.Body], bool] | None,
        call: calls.Call,
    ) -> resources.Body | None:
        """Return the machine a create made whose answer was lost, if it did.

        :raises AzureError: it did, but the machine ended as failed
        """
        if not call.reply_lost or owned is None:
            return None
        try:
            machine = self.get(name)
        except exceptions.NotFound:
            return None
        if not owned(machine):
            return None
        LOG.info('%s was made although its answer was lost', machine['id'])
        return cast(
            resources.Body,
            self._client.waiter.wait_for_resource(
                # the view tells why it failed, if it did
                self._client.compute, f'{call.url}&$expand=instanceView', call
            ),
        )

    def create_or_update(
        self, name: str, body: Mapping[str, Any], etag: str | None = None
    ) -> resources.Body:
        """Replace the machine's model with *body*, and wait.

        :param etag: of the machine as read; it must not have changed since
        :raises PreconditionFailed: it has
        """
        return self._write('create_or_update', name, body, etag=etag)

    def update(
        self, name: str, body: Mapping[str, Any], etag: str | None = None
    ) -> resources.Body:
        """Change what *body* names, leave the rest, and wait.

        :param etag: of the machine as read; it must not have changed since
        :raises PreconditionFailed: it has
        """
        return self._write('update', name, body, etag=etag)

    def attach_detach_data_disks(
        self, name: str, body: Mapping[str, Any]
    ) -> resources.Body | None:
        """Attach and detach several managed disks at once, and wait.

        :param body: as ``payload.data_disk.build_action`` builds it
        :returns: ``storageProfile`` with the LUNs Azure chose; None when no
            answer showed it
        :raises NotFound: says what is missing: the machine, or a disk
        :raises InUse: a disk is attached elsewhere, or still being detached
        :raises Conflict: another write on the machine goes on
        """
        call = self._client.write_call(
            self._operation('attach_detach_data_disks'),
            virtual_machine=self._machine(name),
        )
        started = self._start(
            self._sdk.begin_attach_detach_data_disks,
            self._group,
            name,
            writes.encode(body),
            call=call,
        )
        ended = self._client.waiter.wait(started, call)
        for answer in (ended, answers.body_of(started.response)):
            if isinstance(answer, dict) and 'dataDisks' in answer:
                return answer
        return None

    def delete(self, name: str, force: bool = False) -> bool:
        """Delete the machine, with it what its ``deleteOption``s say.

        :param force: do not wait for the guest to stop; Azure may then hold
            the MAC addresses for ten minutes
        :returns: False when it was not there
        """
        options = {'force_deletion': True} if force else {}
        return self._delete(name, **options)
