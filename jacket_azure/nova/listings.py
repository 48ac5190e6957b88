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

"""Listings of virtual machines with their states, shared by all callers."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from concurrent import futures
import dataclasses
import threading
from typing import Any

from jacket_azure import exceptions
from jacket_azure.payload import data_disk
from jacket_azure.payload import instance_view
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
    :ivar zone: Azure zone, None for none
    :ivar data_disks: ids or URLs of those it had
    :ivar boots: name of its OS disk; empty when not known
    """

    host: str | None
    name: str | None
    size: str | None
    power: instance_view.Power
    hibernated: bool = False
    tags: Mapping[str, str] = dataclasses.field(default_factory=dict)
    zone: str | None = None
    data_disks: tuple[str, ...] = ()
    boots: str = ''


@dataclasses.dataclass
class Listing:
    """All virtual machines of ours at one time.

    :ivar started: when it was asked for; writes that ended later are newer
    :ivar vms: by instance uuid
    :ivar served: instances that have had their one late answer from it
    """

    started: float
    ended: float
    vms: dict[str, Seen]
    served: set[str] = dataclasses.field(default_factory=set)


def parse(vm: dict[str, Any], owner: str) -> Seen | None:
    """Read one virtual machine; None when it is not of *owner*."""
    if not tags.is_owned(vm, owner):
        return None
    state = instance_view.parse(vm)
    hardware = vm.get('properties', {}).get('hardwareProfile', {})
    return Seen(
        host=tags.get(vm, tags.HOST),
        name=tags.get(vm, tags.NAME),
        size=hardware.get('vmSize'),
        power=state.power,
        hibernated=state.hibernated,
        tags=vm.get('tags') or {},
        zone=zone_of(vm),
        data_disks=data_disks_of(vm),
        boots=data_disk.os_disk_name(vm),
    )


def zone_of(vm: Mapping[str, Any]) -> str | None:
    """Return the zone of a machine as read or written; it has one at most."""
    return next(iter(vm.get('zones') or ()), None)


def data_disks_of(vm: Mapping[str, Any]) -> tuple[str, ...]:
    """Return ids or URLs of a machine's data disks, as read or written."""
    profile = vm.get('properties', {}).get('storageProfile') or {}
    return tuple(slot.disk_id for slot in data_disk.parse(profile))


class Listings:
    """Lists when it has to, once for all who ask.

    :param seconds: how long a listing answers everybody, and how long a
        failed one is not repeated
    """

    def __init__(
        self,
        virtual_machines: Any,
        owner: str,
        seconds: float,
        clock: Callable[[], float],
    ) -> None:
        self._virtual_machines = virtual_machines
        self._owner = owner
        self._seconds = seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._listing: Listing | None = None
        self._flight: futures.Future[Listing] | None = None
        self._failure: tuple[Exception, float] | None = None

    @property
    def latest(self) -> Listing | None:
        """The last listing that worked, however old."""
        return self._listing

    def current(self, late_uuid: str | None = None) -> Listing:
        """Return a listing that is fresh, or being made right now.

        :param late_uuid: may have its one late answer from an older listing
        :raises AzureError: Azure could not be asked
        """
        listing = self._shared(late_uuid)
        if late_uuid is not None:
            with self._lock:
                listing.served.add(late_uuid)
        return listing

    def _shared(self, late_uuid: str | None) -> Listing:
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

    def _list(self) -> Listing:
        started = self._clock()
        vms = {}
        for vm in self._virtual_machines.list(instance_view=True):
            seen = parse(vm, self._owner)
            uuid = tags.instance_uuid(vm)
            if seen is not None and uuid is not None:
                vms[uuid] = seen
        return Listing(started, self._clock(), vms)
