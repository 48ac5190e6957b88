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
* a failed listing fails the question: it never means "gone"; only what we
  did ourselves in the last minute is still known;
* a machine absent from a listing is confirmed gone by one read, and so is
  what contradicts a write of ours in the last minute: listings may lag, and
  for a server that seems to be off Nova's sync asks us to stop it.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
import dataclasses
import threading
import time
from typing import Any

from jacket_azure import exceptions
from jacket_azure.nova import errors
from jacket_azure.nova import listings
from jacket_azure.payload import instance_view
from jacket_azure.payload import names
from jacket_azure.payload import tags

# How long after a write of ours a listing may still tell of before.
LAG_SECONDS = 60.0


@dataclasses.dataclass(frozen=True)
class _Own:
    """What we learned about one machine without a listing.

    :ivar seen: None when it is gone, or unknown
    :ivar known: False after a write of ours that ended in the unknown
    """

    seen: listings.Seen | None
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
        self._listings = listings.Listings(
            virtual_machines, owner, seconds, clock
        )
        self._lock = threading.Lock()
        self._own: dict[str, _Own] = {}

    def get(self, uuid: str, use_cache: bool = False) -> listings.Seen | None:
        """Return what is known about one instance's virtual machine.

        :param use_cache: an answer up to a minute old will do
        :returns: None when there is no such machine of ours
        :raises AzureError: Azure could not be asked
        """
        seconds = listings.SWEEP_SECONDS if use_cache else self._seconds
        own = self._newest_own(uuid)
        if own is None or (own.known and not self._answers(own, seconds)):
            try:
                listing = self._listings.current(uuid if use_cache else None)
            except exceptions.AzureError:
                if own is None or not self._answers(own, LAG_SECONDS):
                    raise
                # what we did a moment ago is better than no answer: Nova
                # would fail a build whose server runs
                return own.seen
            # meanwhile we may have written
            own = self._newest_own(uuid)
            if own is None:
                seen = listing.vms.get(uuid)
                if seen is not None and not self._lags(uuid, seen):
                    return seen
        if own is not None and self._answers(own, seconds):
            return own.seen
        return self.read(uuid)

    def _answers(self, own: _Own, seconds: float) -> bool:
        return own.known and self._clock() - own.at <= seconds

    def _lags(self, uuid: str, seen: listings.Seen) -> bool:
        """Tell whether a newer listing contradicts what we just wrote."""
        own = self._own.get(uuid)
        if own is None or not self._answers(own, LAG_SECONDS):
            return False
        return own.seen is None or own.seen.power != seen.power

    def read(self, uuid: str) -> listings.Seen | None:
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
        seen = listings.parse(vm, self._owner) if vm is not None else None
        self._learn(uuid, _Own(seen, at))
        return seen

    def everything(self) -> dict[str, listings.Seen]:
        """Return all virtual machines of ours by instance uuid.

        :raises AzureError: Azure could not be asked
        """
        listing = self._listings.current()
        vms = dict(listing.vms)
        with self._lock:
            oldest = listing.started - LAG_SECONDS
            self._own = {
                uuid: own
                for uuid, own in self._own.items()
                if own.at >= oldest
            }
            for uuid, own in self._own.items():
                if own.at < listing.started:
                    continue
                if own.seen is not None:
                    vms[uuid] = own.seen
                elif own.known:
                    vms.pop(uuid, None)
        return vms

    def last_seen(self, uuid: str) -> listings.Seen | None:
        """Return what we knew last, however old, without asking.

        Enough to know that a machine is ours: nobody else makes or retags
        one of this name.
        """
        own = self._newest_own(uuid)
        if own is not None and own.known:
            return own.seen
        listing = self._listings.latest
        return listing.vms.get(uuid) if listing is not None else None

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
        # a machine that was handed to another host stays that host's
        host = before.host if before is not None else self._host
        size = before.size if before is not None else None
        found = before.tags if before is not None else {}
        zone = before.zone if before is not None else None
        disks = before.data_disks if before is not None else ()
        if body is not None:
            size = body['properties']['hardwareProfile']['vmSize']
            found = body['tags']
            host = tags.get(body, tags.HOST)
            zone = listings.zone_of(body)
            disks = listings.data_disks_of(body)
        seen = listings.Seen(
            host,
            instance.name,
            size,
            power,
            tags=found,
            zone=zone,
            data_disks=disks,
            boots=before.boots if before is not None else '',
        )
        self._learn(instance.uuid, _Own(seen, self._clock()))

    def record_tags(self, uuid: str, found: Mapping[str, str]) -> None:
        """Remember the tags we gave a machine; its state is no newer."""
        own, listing = self._newest_own(uuid), self._listings.latest
        if own is None and listing is not None:
            own = _Own(listing.vms.get(uuid), listing.started)
        if own is not None and own.seen is not None:
            seen = dataclasses.replace(own.seen, tags=found)
            self._learn(uuid, dataclasses.replace(own, seen=seen))

    def record_gone(self, uuid: str) -> None:
        """Remember that we deleted the machine."""
        self._learn(uuid, _Own(None, self._clock()))

    def forget(self, uuid: str) -> None:
        """Our own write ended in the unknown: ask Azure the next time."""
        self._learn(uuid, _Own(None, self._clock(), known=False))

    def _newest_own(self, uuid: str) -> _Own | None:
        """Return what we learned ourselves, if no listing is newer."""
        listing = self._listings.latest
        with self._lock:
            own = self._own.get(uuid)
        if own is None or (listing and listing.started > own.at):
            return None
        return own

    def _learn(self, uuid: str, own: _Own) -> None:
        with self._lock:
            before = self._own.get(uuid)
            # a slow read must not hide a write that ended meanwhile
            if before is None or before.at <= own.at:
                self._own[uuid] = own
