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

"""Delegates for rescue, unrescue, and what a killed service left of them.

Mixed into :class:`.driver.AzureDriver`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nova import exception as nova_exception
from nova.compute import task_states
from nova.compute import vm_states
from oslo_log import log as logging

from jacket_azure import exceptions
from jacket_azure.nova import errors
from jacket_azure.nova.rescue import rescueops

LOG = logging.getLogger(__name__)

_TASKS = (task_states.RESCUING, task_states.UNRESCUING)


class Rescues:
    """Before Nova's own base class."""

    rescueops: Any

    def rescue(
        self,
        context: Any,
        instance: Any,
        network_info: Any,
        image_meta: Any,
        rescue_password: str,
        block_device_info: Any,
        share_info: Any,
    ) -> None:
        with errors.as_nova_errors(instance):
            self.rescueops.rescue(
                rescueops.Wanted(
                    context, instance, image_meta.id, rescue_password
                )
            )

    def unrescue(self, context: Any, instance: Any) -> None:
        with errors.as_nova_errors(instance):
            self.rescueops.leave(context, instance)
        try:
            # the server is itself again: Nova shows it as ACTIVE, and its
            # power sync as stopped if that is what it is
            with errors.as_rollback(
                instance, nova_exception.InstanceUnRescueFailure
            ):
                self.rescueops.start(instance)
        finally:
            self.rescueops.forget_disk(instance)

    def process_instances_at_startup(
        self, context: Any, instances: Any
    ) -> Any:
        settle(
            self.rescueops,
            [each for each in instances if each.task_state in _TASKS],
        )
        return instances


def settle(ops: Any, instances: Iterable[Any]) -> None:
    """Say of servers what their machines are: rescued, or not.

    Nova itself leaves those that a stopped service was at work on as they
    are, and then only an administrator gets them out of it. Whether one that
    is not rescued runs, Nova's power sync finds.

    :param instances: being rescued or unrescued when the service stopped
    """
    for instance in instances:
        try:
            rescued = ops.settle(
                instance, instance.task_state == task_states.RESCUING
            )
        except exceptions.JacketAzureError as exc:
            LOG.warning(
                'Not known whether it is rescued: %s', exc, instance=instance
            )
            # out of which a hard reboot helps
            instance.vm_state = vm_states.ERROR
        else:
            if rescued:
                instance.vm_state = vm_states.RESCUED
            elif instance.task_state == task_states.UNRESCUING:
                instance.vm_state = vm_states.ACTIVE
        task, instance.task_state = instance.task_state, None
        try:
            instance.save(expected_task_state=[task])
        except (
            nova_exception.InstanceNotFound,
            nova_exception.UnexpectedTaskStateError,
        ) as exc:
            LOG.info('Nova went on with it: %s', exc, instance=instance)
            continue
        LOG.info(
            'The service stopped while it was %s; it is %s now',
            task,
            instance.vm_state,
            instance=instance,
        )
