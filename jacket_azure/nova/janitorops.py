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

"""The janitor of one nova-compute host, on Nova's periodic tasks.

It asks Nova's database, through the conductor, for the servers that Azure's
leftovers name. Deleted servers stay there until the operator purges them, so
"deleted" is mostly an answer, and rarely a missing one.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Collection
import datetime
from typing import Any

from nova import context as nova_context
from nova import objects
from oslo_utils import timeutils

from jacket_azure.janitor import facts
from jacket_azure.janitor import page_blobs
from jacket_azure.janitor import sweep
from jacket_azure.nova import backend as backends
from jacket_azure.nova import periodic
from jacket_azure.nova import volume_records
from jacket_azure.nova import worker

TASK = 'azure_janitor'
# ids of one database query
_CHUNK = 500


def register(virtapi: Any, interval_seconds: int) -> None:
    """Hang the task on the running compute manager, if there is one.

    :param interval_seconds: 0 or less: no passes
    """
    if interval_seconds > 0:
        periodic.register(
            virtapi,
            TASK,
            interval_seconds,
            lambda driver, context: driver.janitorops.tick(),
        )


class JanitorOps:
    """Deletes what builds and deletions of this host left in Azure.

    :param now: the time, aware
    """

    def __init__(
        self,
        backend: backends.Backend,
        now: Callable[[], datetime.datetime] = lambda: timeutils.utcnow(
            with_timezone=True
        ),
    ) -> None:
        conf = backend.conf
        self._worker = worker.Worker(TASK, 'The janitor pass')
        self.sweep = sweep.Sweep(
            backend.azure,
            facts.Scope(
                backend.owner,
                frozenset(conf.janitor_kinds),
                host=backend.host,
            ),
            facts.Limits(
                grace_seconds=conf.janitor_grace_time,
                max_deletions=conf.janitor_max_deletions,
            ),
            records,
            now=now,
            ask_volumes=volume_records.volumes,
            page_blobs=page_blobs.of_model(conf, backend.azure),
            dry_run=conf.janitor_dry_run,
            stopping=self._worker.is_stopping,
        )

    def tick(self) -> None:
        """Start a pass, unless one is under way; returns at once."""
        self._worker.start(self.sweep.run)

    def wait(self, timeout_seconds: float | None = None) -> None:
        """Wait until the pass under way, if any, is done."""
        self._worker.wait(timeout_seconds)

    def stop(self) -> None:
        """Start no pass and no deletion any more."""
        self._worker.stop()


def records(uuids: Collection[str]) -> dict[str, facts.Record]:
    """Ask Nova's database for servers, deleted and hidden ones as well.

    Servers that wait for their reclaim, shelved ones, those in error or
    under construction all exist. One that moves between cells is hidden in
    one of them.

    :raises Unanswered: the database or the conductor does not answer
    """
    context = nova_context.get_admin_context(read_deleted='yes')
    wanted = sorted(uuids)
    found: dict[str, facts.Record] = {}
    try:
        for start in range(0, len(wanted), _CHUNK):
            for hidden in (False, True):
                for instance in objects.InstanceList.get_by_filters(
                    context,
                    {
                        'uuid': wanted[start : start + _CHUNK],
                        'hidden': hidden,
                    },
                    expected_attrs=[],
                ):
                    found[instance.uuid] = _record(instance)
    except Exception as exc:
        raise facts.Unanswered(
            f"Nova's database could not be asked: {exc}"
        ) from exc
    return found


def _record(instance: Any) -> facts.Record:
    if not instance.deleted:
        return facts.Record(exists=True)
    return facts.Record(exists=False, deleted_at=instance.deleted_at)
