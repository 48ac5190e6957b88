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

"""The end of one orphan: a last look, and its deletion."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Mapping
import logging
from typing import Any

from jacket_azure import exceptions
from jacket_azure.janitor import candidates
from jacket_azure.janitor import claims
from jacket_azure.janitor import facts
from jacket_azure.janitor import kinds
from jacket_azure.janitor import reports

LOG = logging.getLogger(__name__)

Ask = Callable[[Collection[str]], Mapping[str, facts.Record]]
# all volumes of Cinder's; None when it cannot be asked
AskVolumes = Callable[[], tuple[facts.Volume, ...] | None]


class Removal:
    """Deletes orphans one by one.

    :param ask: see :class:`.sweep.Sweep`
    :param ask_volumes: see :class:`.sweep.Sweep`
    :param dry_run: look, but delete nothing
    """

    def __init__(
        self, ask: Ask, ask_volumes: AskVolumes, dry_run: bool
    ) -> None:
        self._ask = ask
        self._ask_volumes = ask_volumes
        self._dry_run = dry_run

    def of(
        self,
        judged: facts.Judged,
        kind: kinds.Kind,
        collection: Any,
        listing: facts.Listing,
    ) -> tuple[reports.Outcome, exceptions.AzureError | None]:
        """Delete an orphan, unless a last look finds a reason not to.

        :param collection: reads and deletes what is of the kind
        :param listing: by which it was judged
        :returns: what became of it, and what went wrong
        :raises Unanswered: OpenStack cannot be asked any more
        """
        found = judged.found
        try:
            return self._remove(judged, kind, collection, listing), None
        except exceptions.AzureError as exc:
            LOG.warning(
                'Could not delete %s, will try again: %s', found.id, exc
            )
            failed = reports.Outcome(
                found, reports.Action.FAILED, str(exc)
            )
            return failed, exc

    def _remove(
        self,
        judged: facts.Judged,
        kind: kinds.Kind,
        collection: Any,
        listing: facts.Listing,
    ) -> reports.Outcome:
        found = judged.found
        try:
            read = kind.parse(collection.get(found.name))
        except exceptions.NotFound:
            return reports.Outcome(
                found, reports.Action.GONE, 'it is not there any more'
            )
        reason = candidates.changed_since(found, read) or self._known(
            found, listing
        )
        if reason is not None:
            LOG.info('Leaving %s alone: %s', found.id, reason)
            return reports.Outcome(found, reports.Action.SPARED, reason)
        if self._dry_run:
            LOG.info('Would delete %s: %s', found.id, judged.reason)
            return reports.Outcome(
                found, reports.Action.WOULD_DELETE, judged.reason
            )
        # who takes it from here on makes the deletion fail: it has another
        # etag then, or is in use
        condition = {'etag': read.etag} if read and read.etag else {}
        collection.delete(found.name, **condition)
        LOG.info('Deleted %s: %s', found.id, judged.reason)
        return reports.Outcome(found, reports.Action.DELETED, judged.reason)

    def _known(
        self, found: facts.Found, listing: facts.Listing
    ) -> str | None:
        """Ask OpenStack once more: deletions before it may take long."""
        if found.whose == facts.NOBODY:
            return None
        if found.whose == facts.VOLUME:
            gone, reason = claims.Claims(
                listing, self._ask_volumes()
            ).is_gone(found)
            return None if gone else reason
        uuid = str(found.uuid)
        record = self._ask({uuid}).get(uuid)
        if record is not None and record.exists:
            return f'{found.whose} {uuid} exists in OpenStack'
        return None
