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

"""Machines that bear another host's tag than Nova's database says.

So leaves an evacuation, or a move, that failed or was cut short after the tag
was written. Nova's database decides: it names one host for each server.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nova import exception as nova_exception
from oslo_log import log as logging

from jacket_azure import exceptions
from jacket_azure.nova import backend as backends
from jacket_azure.nova import ownership

LOG = logging.getLogger(__name__)


def take_back(backend: backends.Backend, instances: Iterable[Any]) -> None:
    """Make the machines of this host's servers this host's.

    No request while all are, by what the last listing showed.

    :param instances: of this host by the database
    """
    for instance in instances:
        if instance.task_state is not None or not _strays(backend, instance):
            continue
        try:
            # what was read before the listing may be old
            instance.refresh()
            if (
                instance.host != backend.host
                or instance.task_state is not None
            ):
                continue
            ownership.take(backend, instance)
        except (
            exceptions.JacketAzureError,
            nova_exception.InstanceNotFound,
        ) as exc:
            LOG.warning(
                'The virtual machine bears the tag of another host, which '
                'could not be changed: %s',
                exc,
                instance=instance,
            )


def _strays(backend: backends.Backend, instance: Any) -> bool:
    seen = backend.power_states.last_seen(instance.uuid)
    return seen is not None and seen.host not in (None, backend.host)
