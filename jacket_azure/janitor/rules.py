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
import dataclasses
import datetime

from jacket_azure.janitor import facts

# Servers that exist for sure, asked for to see whether OpenStack knows them.
MAX_WITNESSES = 100

_IN_USE = 'in use'
_BY_MACHINE = '/virtualmachines/'


@dataclasses.dataclass(frozen=True)
class Questions:
    """Whom to ask OpenStack about.

    :ivar candidates: ids of what may be an orphan
    :ivar witnesses: ids of servers whose machines are there: OpenStack has
        to know them, or what it does not know proves nothing
    """

    candidates: frozenset[str]
    witnesses: frozenset[str]

    @property
    def all(self) -> frozenset[str]:
        return self.candidates | self.witnesses


def questions(
    listing: facts.Listing, now: datetime.datetime, limits: facts.Limits
) -> Questions:
    """Return the OpenStack ids that a decision needs to know about."""
    candidates = frozenset(
        found.uuid
        for found, reason in _sift(listing, now, limits)
        if reason is None and found.uuid is not None
    )
    if not candidates:
        return Questions(frozenset(), frozenset())
    return Questions(candidates, _witnesses(listing))


def decide(
    listing: facts.Listing,
    knowledge: facts.Knowledge,
    suspects: facts.Suspects,
    now: datetime.datetime,
    limits: facts.Limits,
) -> facts.Decision:
    """Decide what one pass deletes.

    :param knowledge: about all :func:`questions`, asked after the listing
    :param suspects: those of the pass before
    :param now: an aware time
    :returns: the same for every order of the listing's items
    """
    ended = contradiction(listing)
    if ended is None and knowledge.asked and not knowledge.records:
        ended = (
            f'OpenStack knows none of {len(knowledge.asked)} ids: that is '
            f'no evidence'
        )
    if ended is not None:
        return facts.Decision(ended=ended)
    kept: list[facts.Judged] = []
    orphans: list[facts.Judged] = []
    trusted = _is_trusted(listing, knowledge)
    for found, hindrance in _sift(listing, now, limits):
        if hindrance == _IN_USE:
            continue
        if hindrance is not None:
            kept.append(facts.Judged(found, hindrance))
            continue
        gone, reason = _is_gone(found, knowledge, trusted, now, limits)
        (orphans if gone else kept).append(facts.Judged(found, reason))
    return _schedule(orphans, kept, suspects, now, limits)


def contradiction(listing: facts.Listing) -> str | None:
    """Say why Azure's lists cannot all be true, None when they can."""
    attached = any(
        _BY_MACHINE in (found.held_by or '').lower()
        for found in listing.found
        if found.owner == listing.scope.owner
    )
    if attached and not listing.machines:
        return (
            'Azure lists parts of virtual machines, and no virtual machine '
            'at all'
        )
    return None


def changed_since(
    listed: facts.Found, read: facts.Found | None
) -> str | None:
    """Say why a resource, read again, may not be deleted any more.

    :param read: the same resource just before its deletion; None when it
        is no resource of its kind now
    """
    if read is None or read.key != listed.key or read.kind != listed.kind:
        return 'it is another resource now'
    if read.identity != listed.identity:
        return 'it was made anew'
    if read.held_by is not None:
        return f'it is in use now: {read.held_by}'
    if not read.settled:
        return 'an operation is at work on it'
    # a list may spell names in another case than a read
    before = dataclasses.replace(
        listed, id=read.id, name=read.name, etag=read.etag
    )
    if read != before:
        return 'its tags or its history changed'
    return None


def _sift(
    listing: facts.Listing, now: datetime.datetime, limits: facts.Limits
) -> list[tuple[facts.Found, str | None]]:
    """Return each resource of ours and what keeps it, by Azure alone.

    Attached ones keep themselves, with :data:`_IN_USE`.
    """
    used = frozenset().union(*(vm.uses for vm in listing.machines))
    alive = {
        vm.uuid
        for vm in listing.machines
        if vm.owner == listing.scope.owner and vm.uuid
    }
    sifted: dict[str, list[tuple[facts.Found, str | None]]] = {}
    for found in listing.found:
        if _is_foreign(found, listing.scope):
            continue
        reason: str | None
        if found.held_by or found.key in used:
            reason = _IN_USE
        elif found.uuid in alive:
            reason = 'its virtual machine exists'
        else:
            reason = _hindrance(found, now, limits)
        sifted.setdefault(found.key, []).append((found, reason))
    return [_one(entries) for _, entries in sorted(sifted.items())]


def _one(
    entries: list[tuple[facts.Found, str | None]],
) -> tuple[facts.Found, str | None]:
    """Return what to think of a resource that a list may hold twice."""
    if len({found for found, _ in entries}) == 1:
        return entries[0]
    found = min((found for found, _ in entries), key=repr)
    return found, 'Azure lists it twice and differently'


def _is_foreign(found: facts.Found, scope: facts.Scope) -> bool:
    return (
        found.owner != scope.owner
        or found.kind not in scope.kinds
        or (scope.host is not None and found.host != scope.host)
    )


def _hindrance(
    found: facts.Found, now: datetime.datetime, limits: facts.Limits
) -> str | None:
    if found.uuid is None:
        return 'its name and its tags do not agree'
    if found.identity is None:
        return 'Azure shows no identity of it'
    if found.reserved:
        return 'it has the tag jacket-keep'
    if not found.settled:
        return 'an operation is at work on it'
    if found.changed is None:
        return 'its age is not known'
    if found.changed + limits.age > now:
        return 'it is younger than the grace time'
    return None


def _witnesses(listing: facts.Listing) -> frozenset[str]:
    scope = listing.scope
    known = sorted(
        {
            vm.uuid
            for vm in listing.machines
            if vm.uuid
            and vm.owner == scope.owner
            and scope.host in (None, vm.host)
        }
    )
    return frozenset(known[:MAX_WITNESSES])


def _is_trusted(
    listing: facts.Listing, knowledge: facts.Knowledge
) -> bool:
    """Tell whether what OpenStack does not know is gone."""
    witnesses = _witnesses(listing)
    return bool(witnesses) and witnesses <= set(knowledge.records)


def _is_gone(
    found: facts.Found,
    knowledge: facts.Knowledge,
    trusted: bool,
    now: datetime.datetime,
    limits: facts.Limits,
) -> tuple[bool, str]:
    if found.uuid not in knowledge.asked:
        return False, f'OpenStack was not asked about {found.uuid}'
    record = knowledge.records.get(found.uuid)
    if record is None:
        if trusted:
            return True, f'OpenStack has no record of {found.uuid}'
        return False, (
            f'OpenStack has no record of {found.uuid}, nor of each server '
            f'that has a virtual machine'
        )
    if record.exists:
        return False, f'{found.uuid} exists in OpenStack'
    if record.deleted_at is None:
        return False, f'{found.uuid} was deleted nobody knows when'
    if record.deleted_at + limits.age > now:
        return False, f'{found.uuid} was deleted within the grace time'
    when = record.deleted_at.isoformat(timespec='seconds')
    return True, f'{found.uuid} was deleted at {when}'


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
