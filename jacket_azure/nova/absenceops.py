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

"""Servers whose machine somebody has deleted, not through OpenStack.

Nova's power sync notes of such a server that it has no power state, and shows
it as ACTIVE for ever. A periodic task takes it from there: a machine that a
read of its own does not find is gone, and the server is shown in error with
the reason. Nothing is made or deleted: a restored machine, or a hard reboot,
makes the server usable again, and a deletion cleans up. On the way it takes
back machines that bear the tag of another host, see :mod:`.strays`.
"""

from __future__ import annotations

from typing import Any

from nova import exception as nova_exception
from nova import objects
from nova.compute import power_state
from nova.compute import utils as compute_utils
from nova.compute import vm_states
import nova.conf
from oslo_log import log as logging

from jacket_azure import exceptions
from jacket_azure.nova import backend as backends
from jacket_azure.nova import errors
from jacket_azure.nova import periodic
from jacket_azure.nova import strays
from jacket_azure.payload import names
from jacket_azure.payload import tags

CONF = nova.conf.CONF
LOG = logging.getLogger(__name__)

TASK = 'azure_absences'
# states that say there is a machine; a build, a resize or an offload under
# way knows better
_CLAIMS = (
    vm_states.ACTIVE,
    vm_states.STOPPED,
    vm_states.SUSPENDED,
    vm_states.RESCUED,
    vm_states.RESIZED,
)
# most reads of one pass
_MAX_READS = 50


def register(virtapi: Any) -> None:
    """Hang the task on the running compute manager, if there is one.

    It runs as often as the power sync, which finds what it looks into.
    """
    periodic.register(
        virtapi,
        TASK,
        CONF.sync_power_state_interval,
        lambda driver, context: driver.absenceops.look(context),
    )


class AbsenceOps:
    """Tells users of servers that are gone in Azure."""

    def __init__(self, backend: backends.Backend) -> None:
        self._backend = backend

    def look(self, context: Any) -> None:
        """Show servers in error whose machine Azure says is not there.

        One request for each server without a power state; none otherwise.
        An Azure that does not answer changes nothing.
        """
        instances = objects.InstanceList.get_by_filters(
            context,
            {'host': self._backend.host, 'deleted': False},
            expected_attrs=[],
        )
        strays.take_back(self._backend, instances)
        found = [one for one in instances if _is_in_doubt(one)]
        for instance in found[:_MAX_READS]:
            try:
                gone = self._is_gone(instance)
            except exceptions.JacketAzureError as exc:
                LOG.info(
                    'Whether there is a virtual machine is not known: %s',
                    exc,
                    instance=instance,
                )
                return
            if gone:
                _show(context, instance)

    def _is_gone(self, instance: Any) -> bool:
        """Tell whether Azure says that there is no machine of that name.

        One without our tag is not ours to touch, and not gone either: to
        delete its server would leave it running.
        """
        machines = self._backend.azure.virtual_machines
        try:
            vm = machines.get(names.vm_name(instance.uuid))
        except exceptions.NotFound as exc:
            if not errors.is_missing_vm(exc):
                raise
            return True
        if not tags.is_owned(vm, self._backend.owner):
            LOG.warning(
                'The virtual machine has lost its tag %s, so nothing can be '
                'done with the server; put the jacket- tags back',
                tags.OWNER,
                instance=instance,
            )
        return False


def _is_in_doubt(instance: Any) -> bool:
    return (
        instance.task_state is None
        and instance.vm_state in _CLAIMS
        and instance.power_state == power_state.NOSTATE
    )


def _show(context: Any, instance: Any) -> None:
    was = instance.vm_state
    instance.vm_state = vm_states.ERROR
    try:
        instance.save(
            expected_vm_state=[was], expected_task_state=[None]
        )
    except (
        nova_exception.InstanceNotFound,
        nova_exception.UnexpectedTaskStateError,
        nova_exception.UnexpectedVMStateError,
    ):
        # somebody works on it at this moment
        return
    LOG.error(
        'The virtual machine was deleted in Azure, and not by OpenStack',
        instance=instance,
    )
    compute_utils.add_instance_fault_from_exc(
        context,
        instance,
        nova_exception.NovaException(
            'The virtual machine was deleted in Azure, outside OpenStack. '
            'Delete the server, or reboot it hard once its machine has been '
            'restored under the same name.'
        ),
    )
