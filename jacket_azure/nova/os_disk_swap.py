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

"""Let a machine boot from another disk: one write, then a look at it."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from oslo_log import log as logging

from jacket_azure import exceptions
from jacket_azure.nova import backend as backends
from jacket_azure.nova import patience
from jacket_azure.payload import data_disk
from jacket_azure.payload import names
from jacket_azure.payload import os_disk as payload
from jacket_azure.payload import tags as resource_tags

LOG = logging.getLogger(__name__)


def swap(
    backend: backends.Backend,
    instance: Any,
    vm: Mapping[str, Any],
    os_disk: Mapping[str, Any],
    data_disks: Sequence[Mapping[str, Any]] | None = None,
    *,
    tags: Mapping[str, str] | None = None,
    properties: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Give a deallocated machine another OS disk; twice is fine.

    :param vm: as read; its etag guards the write
    :param os_disk: as the disk model describes one that exists
    :param data_disks: the whole new list, as ARM shows or the disk model
        describes its entries; None leaves the list alone
    :param tags: all tags from now on, where *vm* has not changed; what
        others tagged meanwhile stays. None leaves tags alone
    :param properties: further properties of the same write, ``userData``
    :returns: the machine as Azure answered
    :raises PreconditionFailed: its data disks changed since it was read,
        and *data_disks* follows from them
    :raises OperationFailed: Azure says that all went well, and it did not
    """
    write = _Write(
        backend, instance, vm, os_disk, data_disks, tags, properties or {}
    )
    changed = patience.insist(backend.azure.wire, write.ask)
    if isinstance(changed, exceptions.PreconditionFailed):
        raise changed
    difference = payload.difference(changed, os_disk, data_disks)
    if difference is not None:
        raise exceptions.OperationFailed(
            f'Azure changed the OS disk of the virtual machine, but '
            f'{difference}.',
            code='WrongOsDisk',
        )
    LOG.info(
        'Virtual machine %s boots from %s now',
        write.name,
        os_disk.get('name'),
        instance=instance,
    )
    return changed


class _Write:
    """The write of a swap, which may be asked for several times."""

    def __init__(
        self,
        backend: backends.Backend,
        instance: Any,
        vm: Mapping[str, Any],
        os_disk: Mapping[str, Any],
        data_disks: Sequence[Mapping[str, Any]] | None,
        tags: Mapping[str, str] | None,
        properties: Mapping[str, Any],
    ) -> None:
        self.name = names.vm_name(instance.uuid)
        self._machines = backend.azure.virtual_machines
        self._first = self._newest = vm
        self._os_disk = os_disk
        self._data_disks = data_disks
        self._tags = tags
        self._properties = properties

    def ask(self) -> dict[str, Any] | exceptions.PreconditionFailed:
        """Send it, and once more when something else was written before.

        :returns: the machine; what Azure said, when its data disks are
            others now
        """
        try:
            return self._send()
        except exceptions.PreconditionFailed as exc:
            # also after a write of our own that Azure gave up
            newest = self._newest = self._machines.get(self.name)
            if self._is_done():
                state = str(newest['properties'].get('provisioningState'))
                if state.lower() == 'updating':
                    raise
                # it was this very write, whose answer was lost
                return newest
            if self._data_disks is not None and not _same_disks(
                self._first, newest
            ):
                return exc
            return self._send()

    def _send(self) -> dict[str, Any]:
        write, build = self._machines.update, payload.build_patch
        if payload.is_page_blob(self._os_disk):
            write = self._machines.create_or_update
            build = payload.build_put
        body = build(self._newest, self._os_disk, self._data_disks)
        body['properties'].update(self._properties)
        if self._tags is not None:
            body['tags'] = resource_tags.carry_over(
                self._first.get('tags') or {},
                self._tags,
                self._newest.get('tags') or {},
            )
        # older clouds know no etag of a machine; then the last one wins
        done: dict[str, Any] = write(
            self.name, body, etag=self._newest.get('etag')
        )
        return done

    def _is_done(self) -> bool:
        """Tell whether all there is to write is there already."""
        if self._tags is not None or self._properties:
            return False
        return (
            payload.difference(
                self._newest, self._os_disk, self._data_disks
            )
            is None
        )


def _same_disks(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return set(data_disk.parse(data_disk.profile_of(one))) == set(
        data_disk.parse(data_disk.profile_of(other))
    )
