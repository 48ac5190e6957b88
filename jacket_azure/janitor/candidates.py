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

"""What Azure alone says of a resource: may it be left over?"""

from __future__ import annotations

import dataclasses
import datetime

from jacket_azure.janitor import facts

IN_USE = 'in use'
_BY_MACHINE = '/virtualmachines/'


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


def sift(
    listing: facts.Listing, now: datetime.datetime, limits: facts.Limits
) -> list[tuple[facts.Found, str | None]]:
    """Return each resource of ours and what keeps it, by Azure alone.

    Attached ones keep themselves, by :data:`IN_USE`.
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
            reason = IN_USE
        elif found.uuid in alive:
            reason = 'its virtual machine exists'
        else:
            reason = _hindrance(found, now, limits)
        sifted.setdefault(found.key, []).append((found, reason))
    return [_one(entries) for _, entries in sorted(sifted.items())]


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
        or (
            # volumes are no host's
            found.whose == facts.SERVER
            and scope.host is not None
            and found.host != scope.host
        )
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
    if found.changed + limits.age_of(found) > now:
        return 'it is younger than the grace time'
    return None
