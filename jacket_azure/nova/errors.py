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

"""jacket_azure.exceptions -> nova.exception.

What Nova does with each class is its own business, and not always what the
name says: ``ComputeResourcesUnavailable`` tries the next host,
``BuildAbortException`` ends the build with our words, anything unknown sends
the same refused request from every host (nova 34 compute/manager.py,
``_build_and_run_instance``). Our messages name Azure's error code and request
id already.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
import contextlib
from typing import Any

from nova import exception as nova_exception

from jacket_azure import exceptions

VIRTUAL_MACHINES = 'Microsoft.Compute/virtualMachines'

# what the user or the operator asked for can never work: say so, try no
# other host
_PERMANENT = (
    exceptions.InvalidRequest,
    exceptions.MappingLookupError,
    exceptions.Refused,
)
_NO_ROOM = (exceptions.NoCapacity, exceptions.QuotaExceeded)


def is_missing_vm(exc: BaseException) -> bool:
    """Tell whether a virtual machine itself is missing.

    A 404 on a subnet or a disk is not a missing instance.
    """
    return (
        isinstance(exc, exceptions.NotFound)
        and (exc.resource_type or '').lower() == VIRTUAL_MACHINES.lower()
    )


@contextlib.contextmanager
def as_nova_errors(instance: Any) -> Iterator[None]:
    """Translate failures of an action on one existing instance.

    :raises InstanceNotFound: only when the virtual machine is missing
    :raises ComputeResourcesUnavailable: no capacity, or quota exceeded
    :raises InvalidInput: Azure will never accept this
    :raises NovaException: anything else of this package
    """
    try:
        yield
    except exceptions.JacketAzureError as exc:
        if is_missing_vm(exc):
            raise nova_exception.InstanceNotFound(
                instance_id=instance.uuid
            ) from exc
        raise _translate(exc) from exc


@contextlib.contextmanager
def as_build_errors(
    instance: Any, has_alternates: Callable[[], bool] = lambda: True
) -> Iterator[None]:
    """Translate failures of building an instance.

    Only lack of room is worth another host. An Azure that does not answer
    this one answers none, and of a build that ran out of hosts Nova does not
    tell the user why.

    :param has_alternates: called when there is no room here: tells whether
        Nova has another host
    :raises ComputeResourcesUnavailable: Nova tries its next host
    :raises BuildAbortException: Nova ends the build with this message; not
        InvalidInput, whose own words would take 25 of the 255 characters
        that the user is shown
    """
    try:
        yield
    except exceptions.JacketAzureError as exc:
        if isinstance(exc, _NO_ROOM) and has_alternates():
            raise _translate(exc) from exc
        raise nova_exception.BuildAbortException(
            instance_uuid=instance.uuid, reason=str(exc)
        ) from exc


@contextlib.contextmanager
def as_detach_errors(instance: Any, device: str) -> Iterator[None]:
    """Translate failures of a detach.

    :raises DeviceDetachFailed: the volume stays attached, for Nova and
        Cinder too
    """
    try:
        yield
    except exceptions.JacketAzureError as exc:
        raise nova_exception.DeviceDetachFailed(
            device=device, reason=str(exc)
        ) from exc


@contextlib.contextmanager
def as_rollback(instance: Any, kind: Any) -> Iterator[None]:
    """Translate failures after which an instance is as it was before.

    :param kind: of Nova's exceptions, one that takes a ``reason``
    :raises InstanceNotFound: the virtual machine is missing
    :raises InstanceFaultRollback: anything else of this package; Nova puts
        the instance's state back and tells the reason
    """
    try:
        yield
    except exceptions.JacketAzureError as exc:
        if is_missing_vm(exc):
            raise nova_exception.InstanceNotFound(
                instance_id=instance.uuid
            ) from exc
        raise nova_exception.InstanceFaultRollback(
            kind(reason=str(exc))
        ) from exc


@contextlib.contextmanager
def as_host_errors() -> Iterator[None]:
    """Translate failures of a question about the whole host.

    :raises VirtDriverNotReady: Nova skips this round of its periodic task
    """
    try:
        yield
    except exceptions.JacketAzureError as exc:
        raise nova_exception.VirtDriverNotReady(str(exc)) from exc


def _translate(exc: exceptions.JacketAzureError) -> Exception:
    if isinstance(exc, _NO_ROOM):
        return nova_exception.ComputeResourcesUnavailable(reason=str(exc))
    if isinstance(exc, _PERMANENT):
        return nova_exception.InvalidInput(reason=str(exc))
    return nova_exception.NovaException(str(exc))
