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

"""Volumes of instances: attach, detach, extend, and how many more fit.

Nova asks for the volumes of one instance one after another, under a lock of
its own (nova 34 compute/manager.py, ``attach_volume``). Each is one request;
what does come together, as when a volume takes another's place meanwhile, is
joined by :mod:`.attachments`.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

from nova import exception as nova_exception
from nova.compute import vm_states
from oslo_log import log as logging

from jacket_azure import exceptions
from jacket_azure.nova import backend as backends
from jacket_azure.nova import block_devices
from jacket_azure.nova import errors
from jacket_azure.nova import listings
from jacket_azure.nova.resize import resize_records
from jacket_azure.payload import data_disk
from jacket_azure.payload import names
from jacket_azure.payload import vm_sizes
from jacket_azure.payload import volume_connection

LOG = logging.getLogger(__name__)


class VolumeOps:
    """Data disks of this host's machines, as Nova sees them."""

    def __init__(self, backend: backends.Backend) -> None:
        self._backend = backend
        self._disks = backend.disks

    def attach(
        self, instance: Any, connection_info: Mapping[str, Any]
    ) -> int:
        """Attach a volume; return its LUN.

        :raises InvalidRequest: another driver's, elsewhere, another zone,
            read-only, attached to another instance, or one too many
        """
        connection = block_devices.parse_one(self._backend, connection_info)
        seen = self.seen(instance)
        volume_connection.check_zone(connection, seen.zone)
        maximum = self.check_sizes(instance, seen, connection)
        lun = self.put(
            instance,
            connection,
            connection.disk_id,
            maximum,
            look_first=any(
                data_disk.same(disk, connection.disk_id)
                for disk in seen.data_disks
            ),
        )
        LOG.info(
            'Attached volume %s (%s) at LUN %d',
            connection.volume_id,
            connection.disk_name,
            lun,
            instance=instance,
        )
        return lun

    def put(
        self,
        instance: Any,
        connection: volume_connection.Connection,
        disk_id: str,
        max_disks: int,
        lun: int | None = None,
        look_first: bool = False,
    ) -> int:
        """Attach a disk, and say in a user's words why that is not possible.

        :param lun: where it has to be; None for any
        :param look_first: see :meth:`.Attachments.attach`
        """
        volume = f'Volume {connection.volume_id}'
        try:
            return self._backend.attachments.attach(
                names.vm_name(instance.uuid),
                data_disk.Attach(disk_id, connection.host_caching, lun),
                max_disks,
                look_first,
            )
        except exceptions.InUse as exc:
            raise exceptions.InvalidRequest(
                f'{volume} is in use{self._user(connection)}: {exc}'
            ) from exc
        except exceptions.NotFound as exc:
            if errors.is_missing_vm(exc):
                raise
            raise exceptions.InvalidRequest(
                f'{volume} has no disk {connection.disk_name} in Azure: {exc}'
            ) from exc

    def detach(
        self, instance: Any, connection_info: Mapping[str, Any]
    ) -> bool:
        """Let a volume go; False when it was not attached.

        :raises AzureError: it may still be attached
        """
        connection = volume_connection.parse(connection_info)
        try:
            was_there = self._backend.attachments.detach(
                names.vm_name(instance.uuid),
                data_disk.Detach(connection.disk_id),
            )
        except exceptions.NotFound as exc:
            if not errors.is_missing_vm(exc):
                raise
            # the machine has let all its disks go
            was_there = False
        LOG.info(
            'Detached volume %s' if was_there else 'Volume %s was detached',
            connection.volume_id,
            instance=instance,
        )
        return was_there

    def extend(
        self,
        instance: Any,
        connection_info: Mapping[str, Any],
        requested_bytes: int,
    ) -> None:
        """Make sure that a volume Cinder has grown is as large in Azure.

        The guest sees the new size when it looks at the disk again, which
        is up to it.

        :raises OperationFailed: it is smaller
        """
        connection = volume_connection.parse(connection_info)
        disk = self._disks.get(connection.disk_name)
        if disk.size_bytes < requested_bytes:
            raise exceptions.OperationFailed(
                f'Volume {connection.volume_id} has {disk.size_gib} GiB in '
                f'Azure, fewer than Cinder tells.',
                code='NotExtended',
            )
        LOG.info(
            'Volume %s has %d GiB now',
            connection.volume_id,
            disk.size_gib,
            instance=instance,
        )

    def check_room(self, instance: Any, bdms: Any) -> None:
        """Refuse a volume more than the VM size has places for.

        :param bdms: the instance's block device mappings, without the new
        :raises TooManyDiskDevices: HTTP 403 for the user
        """
        try:
            seen = self._backend.power_states.last_seen(instance.uuid)
            maximum = _max_data_disks(self._sizes(instance, seen))
        except exceptions.JacketAzureError as exc:
            # attaching will tell
            LOG.debug('No VM size known: %s', exc, instance=instance)
            return
        data = [
            bdm
            for bdm in bdms
            if bdm.is_volume and bdm.boot_index != 0
        ]
        if len(data) >= maximum:
            raise nova_exception.TooManyDiskDevices(maximum=maximum)

    def seen(self, instance: Any) -> listings.Seen:
        """Return what is known of the machine, asking if nothing is.

        :raises InstanceNotFound: Azure has no such machine of ours
        """
        states = self._backend.power_states
        seen = states.last_seen(instance.uuid) or states.get(
            instance.uuid, use_cache=True
        )
        if seen is None:
            raise nova_exception.InstanceNotFound(instance_id=instance.uuid)
        return seen

    def check_sizes(
        self,
        instance: Any,
        seen: listings.Seen,
        connection: volume_connection.Connection,
    ) -> int:
        """Refuse a volume that the machine's VM size cannot have.

        :param seen: the machine, see :meth:`seen`
        :returns: how many data disks it can have
        :raises InvalidRequest: it has no premium storage
        """
        sizes = [*self._sizes(instance, seen)]
        for size in sizes:
            volume_connection.check_size(connection, size)
        return _max_data_disks(sizes)

    def _sizes(
        self, instance: Any, seen: listings.Seen | None
    ) -> Iterator[vm_sizes.VmSize]:
        """Give the size of a machine, and that to which it may go back.

        A server whose resize is not confirmed could not be reverted if it
        had what the size before cannot.
        """
        yield self._size_now(instance, seen)
        resized = resize_records.find(instance)
        if resized is not None and instance.vm_state == vm_states.RESIZED:
            yield self._backend.catalogue.size(resized.size)

    def _size_now(
        self, instance: Any, seen: listings.Seen | None
    ) -> vm_sizes.VmSize:
        """Return the size a machine has, or will have once it is made."""
        if seen is not None and seen.size:
            return self._backend.catalogue.size(seen.size)
        flavor = instance.flavor
        target = self._backend.mapping.flavor(
            flavor.name, flavor.flavorid, flavor.extra_specs
        )
        return self._backend.catalogue.size(target.size)

    def _user(self, connection: volume_connection.Connection) -> str:
        """Return by whom a disk is in use, in words, if Azure tells."""
        try:
            machines = self._disks.get(connection.disk_name).attached_to
        except exceptions.JacketAzureError:
            return ''
        found = [each.rpartition('/')[2] for each in machines if '/' in each]
        return f' by {", ".join(found)}' if found else ''


def _max_data_disks(sizes: Iterable[vm_sizes.VmSize]) -> int:
    return min(size.max_data_disks for size in sizes)
