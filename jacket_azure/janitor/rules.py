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

"""What may be deleted: pure rules from what was seen to what to do.

A resource is an *orphan* when Azure shows it as ours, unattached, at rest
and old enough, and OpenStack, asked after Azure, says that what it was made
for is gone. An orphan is deleted when an earlier pass saw the same one.

Every rule errs towards keeping: what is unknown, odd or not answered keeps
a resource, and at worst it costs money for a while.
"""

from __future__ import annotations

from collections.abc import Iterable
import datetime

from jacket_azure.janitor import candidates
from jacket_azure.janitor import claims
from jacket_azure.janitor import evidence
from jacket_azure.janitor import facts


def decide(
    listing: facts.Listing,
    knowledge: facts.Knowledge,
    suspects: facts.Suspects,
    now: datetime.datetime,
    limits: facts.Limits,
) -> facts.Decision:
    """Decide what one pass deletes.

    :param knowledge: about all :func:`.evidence.questions`, asked after the
        listing
    :param suspects: those of the pass before
    :param now: an aware time
    :returns: the same for every order of the listing's items
    """
    ended = candidates.contradiction(listing)
    if ended is None and knowledge.asked and not knowledge.records:
        ended = (
            f'OpenStack knows none of {len(knowledge.asked)} ids: that is '
            f'no evidence'
        )
    if ended is None and knowledge.volumes == ():
        ended = 'Cinder knows no volume at all: that is no evidence'
    if ended is not None:
        return facts.Decision(ended=ended)
    kept: list[facts.Judged] = []
    orphans: list[facts.Judged] = []
    trusted = evidence.is_trusted(listing, knowledge)
    claimed = claims.Claims(listing, knowledge.volumes)
    for found, hindrance in candidates.sift(listing, now, limits):
        if hindrance == candidates.IN_USE:
            continue
        if hindrance is not None:
            kept.append(facts.Judged(found, hindrance))
            continue
        gone, reason = evidence.is_gone(
            found, claimed, knowledge, trusted, now, limits
        )
        if reason == claims.OWN:
            continue
        (orphans if gone else kept).append(facts.Judged(found, reason))
    return _schedule(orphans, kept, suspects, now, limits)


def _schedule(
    orphans: Iterable[facts.Judged],
    kept: Iterable[facts.Judged],
    before: facts.Suspects,
    now: datetime.datetime,
    limits: facts.Limits,
) -> facts.Decision:
    """Choose which orphans go now: seen before, least tried, oldest."""
    suspects: dict[str, facts.Suspect] = {}
    due: list[facts.Judged] = []
    waiting: list[facts.Judged] = []
    for orphan in orphans:
        found = orphan.found
        old = before.get(found.key)
        if old is None or old.identity != found.identity or old.since > now:
            suspects[found.key] = facts.Suspect(str(found.identity), now)
            waiting.append(orphan)
            continue
        suspects[found.key] = old
        is_due = old.since + limits.pause <= now
        (due if is_due else waiting).append(orphan)

    def turn(orphan: facts.Judged) -> tuple[int, datetime.datetime, str]:
        suspect = suspects[orphan.found.key]
        return suspect.failures, suspect.since, orphan.found.key

    due.sort(key=turn)
    return facts.Decision(
        deletions=tuple(due[: limits.max_deletions]),
        waiting=(*waiting, *due[limits.max_deletions :]),
        kept=tuple(kept),
        suspects=suspects,
    )
