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

"""Passes of a janitor: list, ask, decide, and see the orphans out."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
import dataclasses
import datetime
import logging
from typing import Any

from jacket_azure import exceptions
from jacket_azure.janitor import evidence
from jacket_azure.janitor import facts
from jacket_azure.janitor import kinds
from jacket_azure.janitor import readings
from jacket_azure.janitor import removal
from jacket_azure.janitor import reports
from jacket_azure.janitor import rules

LOG = logging.getLogger(__name__)

# After one of these every further request would only wait as long.
_NO_FURTHER = (*exceptions.OUT_OF_REACH, exceptions.Unauthorized)


class Sweep:
    """One janitor, which remembers its suspects between its passes.

    A pass that could not see or ask everything forgets them: after an
    outage two good passes have to agree again.

    :param azure: the client layer
    :param ask: asks OpenStack for records of ids; what it has no record of
        is not in the answer; raises :class:`.facts.Unanswered` when it
        cannot tell for sure
    :param ask_volumes: returns all volumes of Cinder's, or None where it
        cannot be asked; raises as *ask* does
    :param page_blobs: collections of page blobs by name, where disks are
        such
    :param now: the time, aware
    :param stopping: tells whether to end soon
    :ivar suspects: orphans by key, between two passes
    :ivar totals: outcomes of all passes so far, by action
    """

    def __init__(
        self,
        azure: Any,
        scope: facts.Scope,
        limits: facts.Limits,
        ask: removal.Ask,
        *,
        now: Callable[[], datetime.datetime],
        ask_volumes: removal.AskVolumes = lambda: None,
        page_blobs: Mapping[str, Any] | None = None,
        dry_run: bool = False,
        suspects: facts.Suspects | None = None,
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        self._azure = azure
        self._scope = scope
        self._limits = limits
        self._ask = ask
        self._ask_volumes = ask_volumes
        self._page_blobs = page_blobs or {}
        self._now = now
        self._removal = removal.Removal(ask, ask_volumes, dry_run)
        self._stopping = stopping
        capabilities = azure.cloud.capabilities
        self._kinds = {
            kind.name: kind
            for kind in kinds.listed(scope.kinds, page_blobs is not None)
            if kind.needs is None or getattr(capabilities, kind.needs)
        }
        self.suspects: dict[str, facts.Suspect] = dict(suspects or {})
        self.totals = dict.fromkeys(reports.Action, 0)

    def run(self) -> reports.Report:
        """Do one pass; what ends it early is in the report."""
        listed: dict[str, int] = {}
        outcomes: list[reports.Outcome] = []
        try:
            listing = self._list(listed)
            decision = self._decide(listing)
            self.suspects = dict(decision.suspects)
            ended = decision.ended or self._act(decision, listing, outcomes)
        except (exceptions.AzureError, facts.Unanswered) as exc:
            self.suspects = {}
            ended = str(exc)
        report = reports.Report(listed, tuple(outcomes), ended)
        for outcome in outcomes:
            self.totals[outcome.action] += 1
        level = logging.INFO if report.is_news else logging.DEBUG
        LOG.log(level, 'Janitor pass: %s', report.summary())
        if ended is not None:
            LOG.warning('Janitor pass ended early: %s', ended)
        return report

    def _list(self, listed: dict[str, int]) -> facts.Listing:
        """Ask Azure, once for each type of resources."""
        found: list[facts.Found] = []
        bodies: dict[str, list[Any]] = {}
        for kind in self._kinds.values():
            if kind.collection not in bodies:
                bodies[kind.collection] = self._collection(kind).list()
            parsed = list(
                filter(None, map(kind.parse, bodies[kind.collection]))
            )
            if kind.name in self._scope.kinds:
                listed[kind.name] = len(parsed)
            found += parsed
        # last: who took a resource meanwhile is seen
        machines = self._azure.virtual_machines.list()
        return facts.Listing(
            self._scope,
            tuple(found),
            tuple(map(readings.parse_machine, machines)),
        )

    def _collection(self, kind: kinds.Kind) -> Any:
        name = kind.collection
        if name in self._page_blobs:
            return self._page_blobs[name]
        return getattr(self._azure, name)

    def _decide(self, listing: facts.Listing) -> facts.Decision:
        """Ask OpenStack after Azure: what is made in between is known."""
        now = self._now()
        questions = evidence.questions(listing, now, self._limits)
        return rules.decide(
            listing,
            self._answer(questions),
            self.suspects,
            now,
            self._limits,
        )

    def _answer(self, questions: evidence.Questions) -> facts.Knowledge:
        volumes = self._ask_volumes() if questions.volumes else None
        asked = questions.candidates
        if not asked:
            return facts.Knowledge(volumes=volumes)
        records = dict(self._ask(asked))
        if asked - set(records) and questions.witnesses:
            asked |= questions.witnesses
            records.update(self._ask(questions.witnesses))
        return facts.Knowledge(asked, records, volumes)

    def _act(
        self,
        decision: facts.Decision,
        listing: facts.Listing,
        outcomes: list[reports.Outcome],
    ) -> str | None:
        """Do what was decided.

        :returns: why not all of it was done, None when it was
        """
        for action, judged in (
            (reports.Action.KEPT, decision.kept),
            (reports.Action.WAITING, decision.waiting),
        ):
            outcomes += (
                reports.Outcome(each.found, action, each.reason)
                for each in judged
            )
        for each in decision.deletions:
            if self._stopping():
                return 'the service stops'
            kind = self._kinds[each.found.kind]
            outcome, error = self._removal.of(
                each, kind, self._collection(kind), listing
            )
            outcomes.append(outcome)
            self._remember(outcome)
            if isinstance(error, _NO_FURTHER):
                return 'Azure is out of reach'
        return None

    def _remember(self, outcome: reports.Outcome) -> None:
        key = outcome.found.key
        if outcome.action is reports.Action.FAILED:
            suspect = self.suspects[key]
            self.suspects[key] = dataclasses.replace(
                suspect, failures=suspect.failures + 1
            )
        elif outcome.action is not reports.Action.WOULD_DELETE:
            del self.suspects[key]
