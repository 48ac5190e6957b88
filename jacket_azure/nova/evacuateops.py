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

"""Evacuation: a server's machine becomes another host's, as it is.

A compute host that died takes no virtual machine of Azure's along.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nova import exception as nova_exception
from nova.compute import task_states

from jacket_azure import exceptions
from jacket_azure.nova import backend as backends
from jacket_azure.nova import errors
from jacket_azure.nova import ownership


class EvacuateOps:
    """Takes over machines of hosts that are down."""

    def __init__(self, backend: backends.Backend) -> None:
        self._backend = backend
        self._alive: set[str] = set()

    def take_over(
        self,
        context: Any,
        instance: Any,
        bdms: Any,
        detach_block_devices: Callable[..., Any],
        attach_block_devices: Callable[..., Any],
    ) -> None:
        """Do what Nova calls to rebuild an instance on another host.

        The machine is neither stopped nor started: at most a read and a
        write of its tags. Of volumes only Cinder's records change, and last:
        they are what could not be done twice.

        :raises InstanceFaultRollback: not now, or not here
        :raises NovaException: the server has no machine any more
        """
        with errors.as_rollback(instance, nova_exception.MigrationError):
            self._take(context, instance)
        self._alive.add(instance.uuid)
        detach_block_devices(context, bdms)
        instance.task_state = task_states.REBUILD_BLOCK_DEVICE_MAPPING
        instance.save(expected_task_state=[task_states.REBUILDING])
        attach_block_devices(context, instance, bdms)
        instance.task_state = task_states.REBUILD_SPAWNING
        instance.save(
            expected_task_state=[task_states.REBUILD_BLOCK_DEVICE_MAPPING]
        )

    def lives(self, instance: Any) -> bool:
        """Tell, once, whether a server that is to be stopped now still runs.

        With API version 2.95 Nova stops what it has evacuated, and pulls
        the plug (nova 34 compute/manager.py, ``_do_rebuild_instance``).
        """
        if instance.uuid not in self._alive:
            return False
        self._alive.discard(instance.uuid)
        return bool(instance.task_state == task_states.POWERING_OFF)

    def _take(self, context: Any, instance: Any) -> None:
        try:
            ownership.take(self._backend, instance)
        except exceptions.NotFound as exc:
            if not errors.is_missing_vm(exc):
                raise
            self._explain_absence(context, instance)

    def _explain_absence(self, context: Any, instance: Any) -> None:
        """Say why there is no machine to take over.

        :raises InvalidRequest: the host that had it keeps its elsewhere
        :raises NovaException: it is gone, and Nova must show the server so
        """
        ownership.check_same_place(
            self._backend, context, instance.host, instance.node
        )
        raise nova_exception.NovaException(
            'The virtual machine of this server does not exist in Azure any '
            'more; there is nothing to take over.'
        )
