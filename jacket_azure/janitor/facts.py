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

"""What the janitors know and decide, as plain facts; nothing here acts."""

from __future__ import annotations

from collections.abc import Mapping
import dataclasses
import datetime

from jacket_azure import exceptions

# What a resource may have been made for: NOBODY stands for what a call makes
# for itself and removes before it ends.
SERVER = 'server'
VOLUME = 'volume'
NOBODY = 'call'

# Azure does not show that a page blob's snapshot is being read, and a large
# disk is read for long.
TEMPORARY_SECONDS = 86400


class Unanswered(exceptions.JacketAzureError):
    """OpenStack could not be asked, or its answer is no evidence."""


@dataclasses.dataclass(frozen=True)
class Found:
    """One resource of a kind, as Azure lists it.

    :ivar kind: name of its :class:`.kinds.Kind`
    :ivar whose: what it was made for, such as :data:`SERVER`
    :ivar id: full ARM id as Azure spells it
    :ivar owner: deployment that made it
    :ivar host: nova-compute host that made it, None when not told
    :ivar uuid: OpenStack id it was made for, in lower case; None when its
        tags and its name do not agree
    :ivar identity: what Azure gives no second resource, however named
    :ivar etag: for a conditional delete, where Azure has one
    :ivar held_by: what has it now, or why it is in use; None when nothing
    :ivar settled: no operation of Azure's is at work on it
    :ivar reserved: an operator's tag says to leave it alone
    :ivar changed: when it was made or last changed hands, None when unknown
    """

    kind: str
    whose: str
    id: str
    name: str
    owner: str | None
    host: str | None
    uuid: str | None
    identity: str | None
    etag: str | None
    held_by: str | None
    settled: bool
    reserved: bool
    changed: datetime.datetime | None

    @property
    def key(self) -> str:
        """The id as a key: Azure does not keep its case."""
        return self.id.lower()


@dataclasses.dataclass(frozen=True)
class Machine:
    """A virtual machine of the resource group, ours or not.

    :ivar uuid: server it was made for, None when it is not ours
    :ivar uses: ids of its disks and interfaces, in lower case
    """

    owner: str | None
    host: str | None
    uuid: str | None
    uses: frozenset[str] = frozenset()


@dataclasses.dataclass(frozen=True)
class Scope:
    """What a janitor may look at.

    :ivar host: only what this nova-compute host made; None means all of
        the deployment
    :ivar kinds: names of the kinds it may delete
    """

    owner: str
    kinds: frozenset[str]
    host: str | None = None


@dataclasses.dataclass(frozen=True)
class Limits:
    """How careful a pass is; all times in seconds.

    :ivar grace_seconds: least time since a resource was made or detached,
        and since OpenStack deleted what it was for
    :ivar pause_seconds: least time between the pass that first sees an
        orphan and the one that deletes it
    :ivar max_deletions: most deletions of one pass
    :ivar skew_seconds: how far the clocks of Azure, OpenStack and this
        process may be apart
    """

    grace_seconds: float
    max_deletions: int
    pause_seconds: float = 300.0
    skew_seconds: float = 300.0

    @property
    def age(self) -> datetime.timedelta:
        """Least age by somebody else's clock."""
        return datetime.timedelta(
            seconds=self.grace_seconds + self.skew_seconds
        )

    def age_of(self, found: Found) -> datetime.timedelta:
        """Least age of a resource."""
        if found.whose != NOBODY:
            return self.age
        return max(self.age, datetime.timedelta(seconds=TEMPORARY_SECONDS))

    @property
    def pause(self) -> datetime.timedelta:
        return datetime.timedelta(seconds=self.pause_seconds)


@dataclasses.dataclass(frozen=True)
class Listing:
    """All that Azure listed in one pass.

    :ivar found: of all kinds
    :ivar machines: listed after *found*
    """

    scope: Scope
    found: tuple[Found, ...]
    machines: tuple[Machine, ...]


@dataclasses.dataclass(frozen=True)
class Record:
    """What OpenStack says about one id it has a record of.

    :ivar exists: also when soft-deleted, shelved, in error, being built
    :ivar deleted_at: None while it exists, or when not told
    """

    exists: bool
    deleted_at: datetime.datetime | None = None


@dataclasses.dataclass(frozen=True)
class Volume:
    """A record of Cinder's.

    :ivar uuids: its id, and ``name_id``, which a migration gives it
    :ivar disk_name: ``provider_id``; empty while it has none
    :ivar busy: what is being done with it, None when nothing is
    """

    id: str
    uuids: frozenset[str]
    disk_name: str
    busy: str | None


@dataclasses.dataclass(frozen=True)
class Knowledge:
    """OpenStack's answer.

    :ivar asked: ids it was asked about
    :ivar records: what it has a record of; an id that was asked for and is
        not here is unknown to it
    :ivar volumes: all that Cinder has; None when it was not asked, or
        cannot be
    """

    asked: frozenset[str] = frozenset()
    records: Mapping[str, Record] = dataclasses.field(default_factory=dict)
    volumes: tuple[Volume, ...] | None = None


@dataclasses.dataclass(frozen=True)
class Suspect:
    """An orphan that was seen and is not deleted yet.

    :ivar identity: another resource of the same id is another suspect
    :ivar since: the pass that saw it first
    :ivar failures: deletions that did not work
    """

    identity: str
    since: datetime.datetime
    failures: int = 0


Suspects = Mapping[str, Suspect]


@dataclasses.dataclass(frozen=True)
class Judged:
    """One resource that nothing holds, and why it goes or stays."""

    found: Found
    reason: str


@dataclasses.dataclass(frozen=True)
class Decision:
    """What a pass has to do.

    :ivar deletions: in this order
    :ivar waiting: orphans whose time has not come
    :ivar kept: unattached resources of ours that are no orphans
    :ivar suspects: all orphans by key, for the next pass
    :ivar ended: why nothing could be decided, None when all was
    """

    deletions: tuple[Judged, ...] = ()
    waiting: tuple[Judged, ...] = ()
    kept: tuple[Judged, ...] = ()
    suspects: Suspects = dataclasses.field(default_factory=dict)
    ended: str | None = None
