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

"""Placement's allocation of a server whose rebuild was refused, given back.

Nova 34 takes any rebuild that fails for an evacuation to this host: it
deletes the server's allocation here, though the server stays (compute
manager, ``rebuild_instance``, ``delete_allocation_for_evacuated_instance``).
Until somebody ran ``nova-manage placement heal_allocations`` the scheduler
would think the server takes no room, and a resize would fail. So a periodic
task puts back what there was.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
import dataclasses
import threading
import time
from typing import Any

from nova import exception as nova_exception
from nova import objects
from nova import utils
import nova.conf
from nova.scheduler.client import report
from oslo_log import log as logging

from jacket_azure.nova import periodic

CONF = nova.conf.CONF
LOG = logging.getLogger(__name__)

TASK = 'azure_allocations'
SPACING_SECONDS = 60
# Nova deletes them a moment after the driver has raised; later, and it did not
_PATIENCE_SECONDS = 60.0


@dataclasses.dataclass(frozen=True)
class _Lost:
    """An allocation that may have been deleted.

    :ivar resources: by resource provider, as Nova hands them to the driver
    """

    resources: Mapping[str, Any]
    at: float


def register(virtapi: Any) -> None:
    """Hang the task on the running compute manager, if there is one."""
    periodic.register(
        virtapi,
        TASK,
        SPACING_SECONDS,
        lambda driver, context: driver.allocations.give_back(context),
    )


class Allocations:
    """Remembers allocations until they are sure to be there.

    :param client: Nova's of Placement; None for the one all share
    """

    def __init__(
        self,
        client: Any = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._clock = clock
        self._lock = threading.Lock()
        self._lost: dict[str, _Lost] = {}

    def note(self, uuid: str, resources: Mapping[str, Any] | None) -> None:
        """Remember what a server has, of which a rebuild fails now."""
        if resources:
            with self._lock:
                self._lost[uuid] = _Lost(resources, self._clock())

    def give_back(self, context: Any) -> None:
        """Put back what Nova has deleted; asks nothing while none has."""
        with self._lock:
            lost = dict(self._lost)
        for uuid, one in lost.items():
            # as Nova does where it deletes a server
            locked = utils.synchronized(uuid)(self._give_back)
            if locked(context, uuid, one) or (
                self._clock() - one.at > _PATIENCE_SECONDS
            ):
                with self._lock:
                    if self._lost.get(uuid) is one:
                        del self._lost[uuid]

    def _give_back(self, context: Any, uuid: str, one: _Lost) -> bool:
        """Put one back; False when that is to be looked at again."""
        client = self._client or report.report_client_singleton()
        try:
            instance = objects.Instance.get_by_uuid(context, uuid)
            if instance.host != CONF.host:
                # shelved, or gone to another one
                return True
            found = client.get_allocs_for_consumer(context, uuid)
            if found['allocations']:
                return False
            client.put_allocations(
                context,
                uuid,
                {
                    'allocations': {
                        provider: {'resources': dict(each['resources'])}
                        for provider, each in one.resources.items()
                    },
                    'consumer_generation': found.get('consumer_generation'),
                    'project_id': instance.project_id,
                    'user_id': instance.user_id,
                },
            )
        except nova_exception.InstanceNotFound:
            return True
        except Exception as exc:
            LOG.warning(
                'The allocation of server %s, which Nova deleted when a '
                'rebuild failed, is not back yet: %s',
                uuid,
                exc,
            )
            return False
        LOG.info('Gave server %s its allocation back', uuid)
        return True
