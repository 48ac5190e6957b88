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

"""Take back what a failed spawn has made so far."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from oslo_log import log as logging

from jacket_azure import exceptions
from jacket_azure.nova import leftovers as parts
from jacket_azure.payload import names

LOG = logging.getLogger(__name__)

_NO_FURTHER = (*exceptions.OUT_OF_REACH, exceptions.Unauthorized)


class Undo:
    """Steps that never raise, for one instance.

    Nova's destroy follows each failed spawn and repeats them. So once Azure
    is out of reach the rest is left to it: every try would wait again as
    long as an operation may take, in one of Nova's few build threads.
    """

    def __init__(self, leftovers: parts.Leftovers, instance: Any) -> None:
        self._leftovers = leftovers
        self._instance = instance
        self._reachable = True

    def failed(
        self, kind: Any, exc: BaseException | None, traceback: Any
    ) -> None:
        """Learn why the spawn failed: an exit of ``contextlib.ExitStack``."""
        # what Azure still works on cannot be deleted either
        if isinstance(exc, exceptions.OperationTimeout):
            self._reachable = False

    def nic(self, name: str) -> None:
        """Delete an interface, unless Azure still reserves it."""
        self._try(
            f'network interface {name}',
            lambda: self._leftovers.delete_nic(self._instance, name),
        )

    def vm(self) -> None:
        """Delete the machine, if it is ours."""
        self._try(
            f'virtual machine {names.vm_name(self._instance.uuid)}',
            self._delete_vm,
        )

    def disk(self) -> None:
        """Delete the OS disk."""
        name = names.os_disk_name(self._instance.uuid)
        self._try(
            f'disk {name}',
            lambda: self._leftovers.delete_disk(self._instance, name),
        )

    def _delete_vm(self) -> None:
        if self._leftovers.may_delete(self._instance):
            self._leftovers.delete_vm(self._instance)

    def _try(self, what: str, delete: Callable[[], Any]) -> None:
        reason: object = 'Azure is out of reach'
        if self._reachable:
            try:
                delete()
                return
            except exceptions.AzureError as exc:
                self._reachable = not isinstance(exc, _NO_FURTHER)
                reason = exc
        LOG.warning(
            'Left %s behind for the deletion of the instance: %s',
            what,
            reason,
            instance=self._instance,
        )
