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

"""Exchanges an attached volume for another one with the same content.

Azure has no live copy: the old disk is detached, copied to the new volume,
and the new one takes its LUN. The old disk is only read, and what the new
volume held is kept until the exchange has succeeded. Whatever is cut short
can be asked for again, and goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
import contextlib
import dataclasses
from typing import Any

from oslo_log import log as logging

from jacket_azure import exceptions
from jacket_azure.disks import models
from jacket_azure.nova import backend as backends
from jacket_azure.nova import block_devices
from jacket_azure.nova import safekeeping
from jacket_azure.nova import volumeops
from jacket_azure.payload import data_disk
from jacket_azure.payload import names
from jacket_azure.payload import volume_connection

LOG = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class _Swap:
    """What is exchanged.

    :ivar slot: where the old disk is; None when it was detached before
    :ivar before: the new volume's disk as it is
    :ivar after: the new volume's disk as it shall be
    """

    old: volume_connection.Connection
    new: volume_connection.Connection
    slot: data_disk.Slot | None
    before: models.VolumeSpec
    after: models.VolumeSpec
    safe: safekeeping.Safekeeping
    max_disks: int


class SwapOps:
    """Exchanges volumes of this host's machines."""

    def __init__(
        self, backend: backends.Backend, volumes: volumeops.VolumeOps
    ) -> None:
        self._backend = backend
        self._volumes = volumes
        self._disks = backend.disks

    def swap(
        self,
        instance: Any,
        old_info: Mapping[str, Any],
        new_info: Mapping[str, Any],
        resize_to_gib: int,
    ) -> None:
        """Give the new volume the old one's content, and its place.

        The guest loses the disk for as long as the copy takes.

        :param resize_to_gib: 0 for the new volume's own size; the larger
            one counts
        :raises InvalidRequest: it cannot be done, and nothing was changed
        :raises AzureError: the old volume is attached again, if Azure let it
        """
        plan = self._plan(instance, old_info, new_info, resize_to_gib)
        if plan is None:
            return
        # while the guest still has its disk
        plan.safe.keep(plan.before)
        with self._putting_back(instance, plan):
            if plan.slot is not None:
                self._backend.attachments.detach(
                    names.vm_name(instance.uuid),
                    data_disk.Detach(plan.old.disk_id),
                )
            plan.safe.remove()
            disk = self._disks.create_from_volume(
                plan.safe.marked(plan.after), plan.old.disk_name
            )
            lun = self._volumes.put(
                instance,
                plan.new,
                disk.id,
                plan.max_disks,
                plan.slot.lun if plan.slot else None,
            )
        plan.safe.forget()
        LOG.info(
            'Volume %s has replaced volume %s at LUN %d',
            plan.new.volume_id,
            plan.old.volume_id,
            lun,
            instance=instance,
        )

    def _plan(
        self,
        instance: Any,
        old_info: Mapping[str, Any],
        new_info: Mapping[str, Any],
        resize_to_gib: int,
    ) -> _Swap | None:
        """Look at everything first; None when it is done already."""
        old = volume_connection.parse(old_info)
        new = block_devices.parse_one(self._backend, new_info)
        _check_not_shared(old, new)
        machine = self._backend.azure.virtual_machines.get(
            names.vm_name(instance.uuid)
        )
        seen = self._volumes.seen(instance)
        zone = next(iter(machine.get('zones') or ()), None)
        volume_connection.check_zone(new, zone)
        maximum = self._volumes.check_sizes(instance, seen, new)
        safe = safekeeping.Safekeeping(
            self._disks, new.volume_id, new.disk_name
        )
        slot, done = _find(machine, old, new)
        if done:
            # which a process that died then did not come to
            safe.forget()
            return None
        source = self._disks.get(old.disk_name)
        if slot is None and source.attached_to:
            raise exceptions.InvalidRequest(
                f'Volume {old.volume_id} is not attached to the instance.'
            )
        before = safe.look()
        after = dataclasses.replace(
            before,
            size_gib=max(before.size_gib, source.size_gib, resize_to_gib),
        )
        self._disks.check(after.size_gib, after.kind)
        return _Swap(old, new, slot, before, after, safe, maximum)

    @contextlib.contextmanager
    def _putting_back(self, instance: Any, plan: _Swap) -> Iterator[None]:
        """Let both volumes be as they were when the exchange fails."""
        try:
            yield
        except exceptions.JacketAzureError:
            # first what the guest is waiting for
            if plan.slot is not None:
                self._put_back(instance, plan)
            plan.safe.give_back(plan.before)
            raise

    def _put_back(self, instance: Any, plan: _Swap) -> None:
        assert plan.slot is not None  # noqa: S101
        try:
            self._volumes.put(
                instance,
                plan.old,
                plan.old.disk_id,
                plan.max_disks,
                plan.slot.lun,
            )
        except exceptions.JacketAzureError as exc:
            LOG.error(
                'Volume %s was to be exchanged, which failed, and could not '
                'be attached again; its data is safe. Detach and attach it: '
                '%s',
                plan.old.volume_id,
                exc,
                instance=instance,
            )


def _check_not_shared(*volumes: volume_connection.Connection) -> None:
    for one in volumes:
        if one.shared:
            raise exceptions.InvalidRequest(
                f'Volume {one.volume_id} can be attached to several '
                f'instances; Azure cannot exchange it for another.'
            )


def _find(
    machine: Mapping[str, Any],
    old: volume_connection.Connection,
    new: volume_connection.Connection,
) -> tuple[data_disk.Slot | None, bool]:
    """Return where the old disk is, and whether the new one replaced it."""
    if data_disk.same(data_disk.os_disk_id(machine), old.disk_id):
        raise exceptions.InvalidRequest(
            f'The instance boots from volume {old.volume_id}, which Azure '
            f'cannot exchange while it is used.'
        )
    slots = data_disk.parse(data_disk.profile_of(machine))
    slot = data_disk.find(slots, old.disk_id)
    done = data_disk.find(slots, new.disk_id) is not None
    if done and slot is not None:
        raise exceptions.InvalidRequest(
            f'Volume {new.volume_id} is attached to the instance already.'
        )
    return slot, done
