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

"""One virtual machine's list of data disks, read at rest and changed."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from jacket_azure.payload import data_disk

_MOVING = frozenset({'creating', 'updating'})
_PAUSES = (1.0, 2.0, 4.0, 8.0)
_LONGEST_PAUSE = 15.0


class Machine:
    """What is known of a machine, and the two ways to change its disks.

    :param name: of the virtual machine
    :ivar seen: as read, while nothing was sent since; else None
    :ivar sent: disks we asked Azure about, whatever it answered
    :ivar gone: disks it lists and Azure does not have any more
    """

    def __init__(self, azure: Any, disks: Any, name: str) -> None:
        self.name = name
        self.seen: dict[str, Any] | None = None
        self.sent: set[str] = set()
        self.gone: list[str] = []
        self._calls = azure.virtual_machines
        self._has_action = azure.cloud.capabilities.attach_detach_data_disks
        self._describe = disks.describe_data_disk
        self._clock, self._sleep = azure.wire.clock, azure.wire.sleep
        self._until = self._clock() + azure.wire.operation_timeout
        self._pauses = 0

    @property
    def slots(self) -> tuple[data_disk.Slot, ...]:
        """The data disks as seen; none while nothing is known."""
        if self.seen is None:
            return ()
        return data_disk.parse(data_disk.profile_of(self.seen))

    @property
    def is_moving(self) -> bool:
        """Whether an operation was at work on it when it was seen."""
        return self.seen is not None and _is_moving(self.seen)

    @property
    def forces(self) -> bool:
        """Whether this cloud detaches by force."""
        return bool(self._has_action)

    def by_action(self, disks: Iterable[str]) -> bool:
        """Tell whether Azure changes these without the whole list."""
        return (
            self._has_action
            and not self.gone
            and all(disk.startswith('/') for disk in disks)
        )

    def look(self) -> dict[str, Any]:
        """Read the machine once no operation is at work on it."""
        while True:
            seen: dict[str, Any] = self._calls.get(self.name)
            if not _is_moving(seen) or not self.pause():
                self.seen = seen
                return seen

    def write(
        self,
        changes: Sequence[data_disk.Change],
        max_disks: int = data_disk.MAX_LUNS,
    ) -> Mapping[str, Any] | None:
        """Send changes; return ``storageProfile`` as the answer shows it."""
        disks = [change.disk_id for change in changes]
        if self.by_action(disks):
            self.seen = None
            self.sent.update(disks)
            found: Mapping[str, Any] | None = (
                self._calls.attach_detach_data_disks(
                    self.name, data_disk.build_action(changes)
                )
            )
            return found
        seen = self.seen or self.look()
        self.seen = None
        body = data_disk.build_list(
            seen, changes, max_disks, self._describe, self.gone
        )
        self.sent.update(disks)
        # older clouds know no etag of a machine; then the last one wins
        changed = self._calls.update(self.name, body, etag=seen.get('etag'))
        return data_disk.profile_of(changed)

    def pause(self) -> bool:
        """Wait a little; False when there is no time left."""
        last = len(_PAUSES)
        seconds = (
            _PAUSES[self._pauses] if self._pauses < last else _LONGEST_PAUSE
        )
        if self._clock() + seconds > self._until:
            return False
        self._pauses += 1
        self._sleep(seconds)
        return True


def _is_moving(vm: Mapping[str, Any]) -> bool:
    return str(vm['properties'].get('provisioningState')).lower() in _MOVING
