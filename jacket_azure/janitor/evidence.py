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

"""What OpenStack is asked, and what its answer proves."""

from __future__ import annotations

import dataclasses
import datetime

from jacket_azure.janitor import candidates
from jacket_azure.janitor import claims
from jacket_azure.janitor import facts

# Servers that exist for sure, asked for to see whether OpenStack knows them.
MAX_WITNESSES = 100


@dataclasses.dataclass(frozen=True)
class Questions:
    """Whom to ask OpenStack about.

    :ivar candidates: ids of what may be an orphan
    :ivar witnesses: ids of servers whose machines are there; asked about
        when there is no record of a candidate: OpenStack has to know all of
        them, or what it does not know proves nothing
    :ivar volumes: whether to ask for all volumes
    """

    candidates: frozenset[str]
    witnesses: frozenset[str]
    volumes: bool = False


def questions(
    listing: facts.Listing, now: datetime.datetime, limits: facts.Limits
) -> Questions:
    """Return the OpenStack ids that a decision needs to know about."""
    free = [
        found
        for found, reason in candidates.sift(listing, now, limits)
        if reason is None
    ]
    volumes = any(found.whose == facts.VOLUME for found in free)
    asked = frozenset(
        found.uuid
        for found in free
        if found.whose == facts.SERVER and found.uuid is not None
    )
    return Questions(
        asked, _witnesses(listing) if asked else frozenset(), volumes
    )


def is_trusted(
    listing: facts.Listing, knowledge: facts.Knowledge
) -> bool:
    """Tell whether servers that OpenStack has no record of are gone."""
    witnesses = _witnesses(listing)
    return bool(witnesses) and witnesses <= set(knowledge.records)


def is_gone(
    found: facts.Found,
    claimed: claims.Claims,
    knowledge: facts.Knowledge,
    trusted: bool,
    now: datetime.datetime,
    limits: facts.Limits,
) -> tuple[bool, str]:
    """Tell whether what a candidate was made for is gone, and why.

    :param claimed: what Cinder's volumes say
    :param trusted: see :func:`is_trusted`
    """
    if found.whose == facts.VOLUME:
        return claimed.is_gone(found)
    if found.whose == facts.NOBODY:
        return True, f'the call for {found.uuid} that made it is over'
    what = f'{found.whose} {found.uuid}'
    if found.uuid not in knowledge.asked:
        return False, f'OpenStack was not asked about {what}'
    record = knowledge.records.get(found.uuid)
    if record is None:
        if trusted:
            return True, f'OpenStack has no record of {what}'
        return False, (
            f'OpenStack has no record of {what}, but nor of each server '
            f'that has a virtual machine'
        )
    if record.exists:
        return False, f'{what} exists in OpenStack'
    if record.deleted_at is None:
        return False, f'{what} was deleted nobody knows when'
    if record.deleted_at + limits.age > now:
        return False, f'{what} was deleted within the grace time'
    when = record.deleted_at.isoformat(timespec='seconds')
    return True, f'{what} was deleted at {when}'


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
