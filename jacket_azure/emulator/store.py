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

"""What exists: resources by id, without regard to case.

One lock guards everything. ``app.py`` holds it while a handler runs and
``operations.py`` while an operation ends, so handlers and callbacks see and
change the store as if they were alone. Tests that look from another thread
take ``with store.lock:`` when they need more than one look.
"""

from __future__ import annotations

import bisect
from collections.abc import Callable
from collections.abc import Iterator
import copy
import dataclasses
import datetime
import itertools
import threading
from typing import Any

from jacket_azure.emulator import clock as clocks
from jacket_azure.emulator import ids

_now = clocks.RealClock().now


@dataclasses.dataclass
class Resource:
    """One resource.

    :ivar id: full id in the case given at creation
    :ivar type: full type in canonical case
    :ivar body: what a GET answers (id, name, type, location, tags,
        properties, ...), without an etag; handlers edit it in place
    :ivar etag: counter for VM style etags; see ``etags.py``
    :ivar private: what a provider keeps for itself and never shows
    """

    id: str
    type: str
    name: str
    body: dict[str, Any]
    created: datetime.datetime
    etag: int = 1
    private: dict[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def properties(self) -> dict[str, Any]:
        """``body['properties']``, made on first use."""
        found: dict[str, Any] = self.body.setdefault('properties', {})
        return found

    @property
    def location(self) -> str:
        """The region; empty for a child."""
        return str(self.body.get('location', ''))

    @property
    def tags(self) -> dict[str, str]:
        """The tags; a copy when there are none."""
        return self.body.get('tags') or {}

    def view(self) -> dict[str, Any]:
        """Return a deep copy of the body, safe to send or to change."""
        return copy.deepcopy(self.body)


class Store:
    """All resources of all subscriptions of one emulator.

    :param now: tells the time
    :param lag: tells how far lists are behind
    """

    def __init__(
            self, now: Callable[[], datetime.datetime] = _now,
            lag: Callable[[], datetime.timedelta] = datetime.timedelta,
            ) -> None:
        self.lock = threading.RLock()
        self._now = now
        self._lag = lag
        # by key: what was deleted lately, and when
        self._gone: dict[str, tuple[datetime.datetime, Resource]] = {}
        self._resources: dict[str, Resource] = {}
        # keys in order, of all (None) and by lower-case type, so that
        # neither a list nor a delete has to walk or sort all resources
        self._order: dict[str | None, list[str]] = {None: []}

    def get(self, resource_id: str | ids.ResourceId | None) -> Resource | None:
        """Return the resource of that id, or None."""
        with self.lock:
            return self._resources.get(str(resource_id).lower())

    def put(self, resource: Resource) -> Resource:
        """Add a resource or replace the one of the same id."""
        key = resource.id.lower()
        with self.lock:
            if key not in self._resources:
                for order in self._orders(resource):
                    bisect.insort(order, key)
            self._resources[key] = resource
        return resource

    def delete(self, resource_id: str | ids.ResourceId) -> Resource | None:
        """Remove a resource and its children; return it, or None."""
        key = str(resource_id).lower()
        with self.lock:
            gone = self._resources.pop(key, None)
            if gone is not None:
                self._remember(gone)
                for order in self._orders(gone):
                    del order[bisect.bisect_left(order, key)]
                for child in self.children(scope=key):
                    self.delete(child.id)
            return gone

    def _orders(self, resource: Resource) -> tuple[list[str], list[str]]:
        return (self._order[None],
                self._order.setdefault(resource.type.lower(), []))

    def children(self, type: str | None = None,
                 scope: str = '') -> list[Resource]:
        """List resources of a full *type* (None: all) below the id *scope*.

        Scope is a subscription, a group or a resource; in order of ids.
        """
        prefix = scope.lower().rstrip('/') + '/'
        with self.lock:
            order = self._order.get(type and type.lower(), [])
            first = bisect.bisect_left(order, prefix)
            found = itertools.takewhile(
                lambda key: key.startswith(prefix),
                itertools.islice(order, first, None))
            return [self._resources[key] for key in found]

    def listed(self, type: str | None = None,
               scope: str = '') -> list[Resource]:
        """List what a list of Azure's shows, which may be behind.

        What is younger than the lag is missing and what was deleted within
        it is there; whoever asks by id gets the truth.
        """
        with self.lock:
            found, lag = self.children(type, scope), self._lag()
            if lag <= datetime.timedelta():
                return found
            border = self._now() - lag
            prefix = scope.lower().rstrip('/') + '/'
            ghosts = [one for key, (when, one) in self._gone.items()
                      if when > border and key.startswith(prefix)
                      and key not in self._resources
                      and type in (None, one.type)]
            return sorted(
                ghosts + [one for one in found if one.created <= border],
                key=lambda one: one.id.lower())

    def _remember(self, gone: Resource) -> None:
        """Keep what is deleted for as long as lists are behind."""
        now, lag = self._now(), self._lag()
        self._gone = {key: pair for key, pair in self._gone.items()
                      if pair[0] > now - lag}
        if lag > datetime.timedelta() and gone.created <= now - lag:
            self._gone[gone.id.lower()] = now, gone

    def forget_gone(self) -> None:
        """Let lists forget what was deleted."""
        self._gone.clear()

    def ids(self) -> list[str]:
        """List the ids of all resources, groups left out."""
        return [resource.id for resource in self
                if ids.parse(resource.id) is not None]

    def __iter__(self) -> Iterator[Resource]:
        with self.lock:
            return iter([self._resources[key]
                         for key in self._order[None]])

    def __len__(self) -> int:
        return len(self._resources)
