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

"""What state each virtual machine is in, for as few requests as possible.

Nova asks about every instance from many threads (nova 34 compute/manager.py,
``_sync_power_states``: once ``get_num_instances``, then ``get_info`` per
instance). One listing with instance views answers all of them:

* whoever asks while a listing runs waits for it;
* a listing answers everybody for a few seconds, and each instance's first
  cached question up to a minute, so a slow sync of a thousand instances still
  costs one listing;
* what we wrote ourselves is known without asking, and a listing that began
  before our write ended says nothing about that machine;
* a failed listing fails the question: it never means "gone";
* a machine absent from a listing is confirmed gone by one read.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from concurrent import futures
import dataclasses
import threading
import time
from typing import Any

from jacket_azure import exceptions
from jacket_azure.nova import errors
from jacket_azure.payload import instance_view
from jacket_azure.payload import names
from jacket_azure.payload import tags

# How long one listing serves an instance's first question with use_cache.
SWEEP_SECONDS = 60.0


@dataclasses.dataclass(frozen=True)
class Seen:
    """One virtual machine of ours, as last seen.

    :ivar host: nova-compute host of its tag
    :ivar name: Nova's instance name of its tag
    :ivar size: Azure's VM size, None when not known
    :ivar power: power state
    :ivar hibernated: deallocated with its memory kept
    :ivar tags: all tags, the user's too
    """

    host: str | None
    name: str | None
    size: str | None
    power: instance_view.Power
    hibernated: bool = False
    tags: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class _Listing:
    started: float
    ended: float
    vms: dict[str, Seen]
    # instances that have had their one late answer from this listing
    served: set[str] = dataclasses.field(default_factory=set)


@dataclasses.dataclass(frozen=True)
class _Own:
    """What we learned about one machine without a listing.

    :ivar seen: None when it is gone, or unknown
    :ivar known: False after a write of ours that ended in the unknown
    """

    seen: Seen | None
    at: float
    known: bool = True


class PowerStates:
    """Answers about all virtual machines with our ownership tag.

    :param virtual_machines: the client layer's virtual machines
    :param owner: deployment id of the ownership tag
    :param host: this nova-compute host
    :param seconds: how long a listing answers everybody
    """

    def __init__(
        self,
        virtual_machines: Any,
        owner: str,
        host: str,
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._virtual_machines = virtual_machines
        self._owner = owner
        self._host = host
        self._seconds = seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._listing: _Listing | None = None
        self._flight: futures.Future[_Listing] | None = None
        self._failure: tuple[Exception, float] | None = None
        self._own: dict[str, _Own] = {}

    def get(self, uuid: str, use_cache: bool = False) -> Seen | None:
        """Return what is known about one instance's virtual machine.

        :param use_cache: an answer up to a minute old will do
        :returns: None when there is no such machine of ours
        :raises AzureError: Azure could not be asked
        """
        with self._lock:
            own = self._own.get(uuid)
            age = self._clock() - own.at if own is not None else 0.0
        if own is not None:
            if not own.known:
                return self.read(uuid)
            if age <= (SWEEP_SECONDS if use_cache else self._seconds):
                return own.seen
        listing = self._current(uuid if use_cache else None)
        with self._lock:
            # this was its late answer, if it comes to one
            listing.served.add(uuid)
        if own is not None and listing.started <= own.at:
            return self.read(uuid)
        return listing.vms.get(uuid) or self.read(uuid)

    def read(self, uuid: str) -> Seen | None:
        """Read one virtual machine now, and remember the answer."""
        at = self._clock()
        try:
            vm = self._virtual_machines.get(
                names.vm_name(uuid), instance_view=True
            )
        except exceptions.NotFound as exc:
            if not errors.is_missing_vm(exc):
                raise
            vm = None
        seen = self._parse(vm) if vm is not None else None
        self._learn(uuid, _Own(seen, at))
        return seen

    def everything(self) -> dict[str, Seen]:
        """Return all virtual machines of ours by instance uuid.

        :raises AzureError: Azure could not be asked
        """
        listing = self._current(None)
        vms = dict(listing.vms)
        with self._lock:
            for uuid, own in self._own.items():
                if own.seen is not None:
                    vms[uuid] = own.seen
                elif own.known:
                    vms.pop(uuid, None)
        return vms

    def last_seen(self, uuid: str) -> Seen | None:
        """Return what we knew last, however old, without asking.

        Enough to know that a machine is ours: nobody else makes or retags
        one of this name.
        """
        with self._lock:
            own = self._own.get(uuid)
            if own is not None and own.known:
                return own.seen
            return self._listing.vms.get(uuid) if self._listing else None

    def record(
        self,
        instance: Any,
        power: instance_view.Power,
        body: Mapping[str, Any] | None = None,
    ) -> None:
        """Remember how our own write to an instance's machine ended.

        :param body: what we wrote, where it was the whole machine
        """
        before = self.last_seen(instance.uuid)
        size = before.size if before is not None else None
        found = before.tags if before is not None else {}
        if body is not None:
            size = body['properties']['hardwareProfile']['vmSize']
            found = body['tags']
        seen = Seen(self._host, instance.name, size, power, tags=found)
        self._learn(instance.uuid, _Own(seen, self._clock()))

    def record_tags(self, uuid: str, found: Mapping[str, str]) -> None:
        """Remember the tags we gave a machine."""
        before = self.last_seen(uuid)
        if before is not None:
            seen = dataclasses.replace(before, tags=found)
            self._learn(uuid, _Own(seen, self._clock()))

    def record_gone(self, uuid: str) -> None:
        """Remember that we deleted the machine."""
        self._learn(uuid, _Own(None, self._clock()))

    def forget(self, uuid: str) -> None:
        """Our own write ended in the unknown: ask Azure the next time."""
        self._learn(uuid, _Own(None, self._clock(), known=False))

    def _learn(self, uuid: str, own: _Own) -> None:
        with self._lock:
            if self._listing is None or self._listing.started <= own.at:
                self._own[uuid] = own

    def _current(self, late_uuid: str | None) -> _Listing:
        """Return a listing that is fresh, or being made right now.

        :param late_uuid: may have its one late answer from an older listing
        """
        with self._lock:
            if self._serves(late_uuid):
                return self._listing  # type: ignore[return-value]
            if self._failure is not None:
                exc, at = self._failure
                if self._clock() - at <= self._seconds:
                    raise exc
            flight = self._flight
            if flight is None:
                mine = self._flight = futures.Future()
        if flight is not None:
            return flight.result()
        try:
            listing = self._list()
        except BaseException as exc:
            with self._lock:
                self._flight = None
                if isinstance(exc, exceptions.AzureError):
                    self._failure = (exc, self._clock())
            mine.set_exception(exc)
            raise
        with self._lock:
            self._flight = None
            self._failure = None
            self._listing = listing
            # what began after the listing did is newer than the listing
            self._own = {
                uuid: own
                for uuid, own in self._own.items()
                if own.at >= listing.started
            }
        mine.set_result(listing)
        return listing

    def _serves(self, late_uuid: str | None) -> bool:
        listing = self._listing
        if listing is None:
            return False
        age = self._clock() - listing.ended
        if age <= self._seconds:
            return True
        return (
            age <= SWEEP_SECONDS
            and late_uuid is not None
            and late_uuid not in listing.served
        )

    def _list(self) -> _Listing:
        started = self._clock()
        vms = {}
        for vm in self._virtual_machines.list(instance_view=True):
            seen = self._parse(vm)
            uuid = tags.instance_uuid(vm)
            if seen is not None and uuid is not None:
                vms[uuid] = seen
        return _Listing(started, self._clock(), vms)

    def _parse(self, vm: dict[str, Any]) -> Seen | None:
        if not tags.is_owned(vm, self._owner):
            return None
        found = vm.get('tags') or {}
        state = instance_view.parse(vm)
        hardware = vm.get('properties', {}).get('hardwareProfile', {})
        return Seen(
            host=found.get(tags.HOST),
            name=found.get(tags.NAME),
            size=hardware.get('vmSize'),
            power=state.power,
            hibernated=state.hibernated,
            tags=found,
        )
