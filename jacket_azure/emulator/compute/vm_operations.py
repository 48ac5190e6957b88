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
"""Operations on a machine that exists: one at a time, and how each ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import latency
from jacket_azure.emulator import store
from jacket_azure.emulator.compute import data_disk_checks
from jacket_azure.emulator.compute import vm_checks
from jacket_azure.emulator.compute import vm_provisioning
from jacket_azure.emulator.router import ArmRequest
from jacket_azure.emulator.router import ArmResponse

if TYPE_CHECKING:
    from jacket_azure.emulator import server
    from jacket_azure.emulator.operation import Operation

# returns the operation's output
Finish = Callable[[store.Resource], Any]


def machine(request: ArmRequest) -> store.Resource:
    """Return the machine a request speaks to or below.

    :raises ArmError: 404 in ARM's words for a missing one
    """
    where = request.id
    assert where is not None  # noqa: S101
    found = request.emulator.store.get(where.top)
    if found is None:
        raise errors.resource_not_found(where)
    return found


def checked(request: ArmRequest, verb: str) -> store.Resource:
    """Return the machine unless it is deleted or changed just now.

    :param verb: names the operation, as ``VirtualMachines.Start.POST``
    :raises ArmError: 404, or 409 OperationNotAllowed or Conflict
    """
    vm = machine(request)
    vm_checks.refuse_deleting(vm, verb)
    data_disk_checks.refuse_leaving(vm, request.body or {})
    vm_checks.refuse_concurrent(request.emulator, vm)
    return vm


def refuse_never_started(vm: store.Resource, verb: str) -> None:
    """A machine whose create failed has no host to act upon.

    :raises ArmError: 409 OperationNotAllowed
    """
    if vm.private.get('power') is None:
        raise errors.ArmError(
            409, 'OperationNotAllowed',
            f"Cannot {verb} VM '{vm.name}' because the VM was never "
            f"allocated.")


def begin(request: ArmRequest, vm: store.Resource, kind: str,
          finish: Finish, *, transition: str | None = None,
          failed: Callable[[Operation], None] | None = None,
          seconds: float | None = None) -> Operation:
    """Start an operation; the machine is Updating while it runs.

    :param kind: a name of ``latency.py``
    :param finish: called when it ends well
    :param transition: power state shown meanwhile
    :param failed: called as well when it ends badly
    :param seconds: instead of the kind's own
    """
    emulator = request.emulator
    before = vm.properties['provisioningState']
    vm.properties['provisioningState'] = 'Updating'
    vm.private['transition'] = transition

    def done(operation: Operation) -> Any:
        vm.private['transition'] = None
        output = finish(vm)
        vm.properties['provisioningState'] = 'Succeeded'
        vm.private['provisioned'] = emulator.clock.stamp(operation.ended)
        vm.private.pop('failure', None)
        vm.etag += 1
        return output

    def broke(operation: Operation) -> None:
        vm.private['transition'] = None
        if vm.private.get('deleting'):
            return
        if operation.status == 'Canceled':
            vm.properties['provisioningState'] = before
        else:
            _fail(emulator, vm, operation)
        if failed is not None:
            failed(operation)
        vm.etag += 1

    operation = emulator.operations.start(
        request, kind, on_done=done, on_fail=broke, resource_id=vm.id,
        seconds=latency.of(emulator, kind) if seconds is None else seconds)
    vm.private['operation'] = operation
    vm.etag += 1
    return operation


def _fail(emulator: server.Emulator, vm: store.Resource,
          operation: Operation) -> None:
    vm.properties['provisioningState'] = 'Failed'
    vm.private['failure'] = operation.error or {}
    vm_provisioning.drop_unallocated(emulator, vm)


def run(request: ArmRequest, vm: store.Resource, kind: str,
        finish: Finish, transition: str | None = None) -> ArmResponse:
    """Start an action and answer that it began."""
    return begin(request, vm, kind, finish,
                 transition=transition).accepted(202)
