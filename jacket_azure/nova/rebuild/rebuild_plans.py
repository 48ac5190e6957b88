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

"""Everything a rebuild will write, before any of it is.

Only reads: what is refused here has changed nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
import dataclasses
from typing import Any

from jacket_azure import exceptions
from jacket_azure.nova import backend as backends
from jacket_azure.nova import guest_access
from jacket_azure.nova import os_disks
from jacket_azure.nova import replacements
from jacket_azure.nova import vmops
from jacket_azure.nova.rebuild import rebuild_refusals as refusals
from jacket_azure.payload import data_disk
from jacket_azure.payload import names
from jacket_azure.payload import tags

Body = Mapping[str, Any]


@dataclasses.dataclass(frozen=True)
class Plan:
    """What to write for one rebuild.

    :ivar name: of the disk that is to be made; empty for a volume
    :ivar prepared: how to make it
    :ivar old: names of disks that nobody needs afterwards
    :ivar data_disks: the whole new list; None leaves it alone
    :ivar properties: of the machine, what its new guest finds
    :ivar access: what the guest's agent is to set, once it runs
    :ivar image_version: marketplace version that boots, if any
    """

    name: str
    prepared: os_disks.Prepared | None
    old: tuple[str, ...]
    data_disks: tuple[Body, ...] | None
    properties: Body = dataclasses.field(repr=False)
    access: guest_access.Access
    image_version: str | None

    def tags(self, vm: Body) -> dict[str, str] | None:
        """Return all tags of a machine; None for those it has."""
        # of a volume's image there is no such tag
        return _tags(vm, self.image_version) if self.name else None

    def note(self, instance: Any) -> None:
        """Keep with the server what it boots now."""
        instance.system_metadata.pop(vmops.IMAGE_VERSION, None)
        if self.image_version:
            instance.system_metadata[vmops.IMAGE_VERSION] = self.image_version


class Plans:
    """Turns an order for a machine that exists into a plan, or refuses it."""

    def __init__(self, backend: backends.Backend) -> None:
        self._backend = backend
        self._replacements = replacements.Replacements(backend)

    def of_image(self, order: Any, vm: Body) -> Plan:
        """Plan the rebuild of a server that boots an image.

        :param order: :class:`jacket_azure.nova.choices.Order`
        :param vm: as read, with its instance view
        :raises InvalidRequest: Azure cannot do it
        :raises MappingLookupError: something has no counterpart in Azure
        """
        uuid = order.instance.uuid
        ours = names.boot_disk_names(uuid)
        # of a server that was being rescued one is a data disk
        data = {
            name: entry
            for entry in data_disk.profile_of(vm).get('dataDisks') or ()
            if (name := data_disk.name_of(entry)) in ours
        }
        booted = data_disk.os_disk_name(vm)
        new = _free_place(uuid, {booted, *data})
        found = self._replacements.of_order(order, vm, new)
        boots = found.boots
        refusals.check_state(boots)
        target = boots.target
        version = target.version if target.is_marketplace else None
        if boots.source is not None:
            version = None
        if boots.takes_os_profile:
            access = guest_access.of_generalized(
                self._backend, order, boots.facts.os_type, vm
            )
        else:
            access = guest_access.of_specialized(
                self._backend, order, boots.facts.os_type
            )
        return Plan(
            name=new,
            prepared=found.prepared,
            old=tuple(name for name in (booted, *data) if name in ours),
            data_disks=_without(vm, data.values()) if data else None,
            properties=self._properties(order, boots.facts.os_type),
            access=access,
            image_version=version,
        )

    def of_volume(
        self, order: Any, vm: Body, root: Any, reimage: bool
    ) -> Plan:
        """Plan the rebuild of a server that boots a volume.

        :param root: its ``BlockDeviceMapping``
        :param reimage: whether the image is put into the volume
        :raises InvalidRequest: Azure cannot do it
        """
        os_type = str(
            data_disk.profile_of(vm)['osDisk'].get('osType') or 'linux'
        ).lower()
        if reimage:
            self._check_volume(order, vm, root)
        rescued = data_disk.os_disk_name(vm) == names.rescue_disk_name(
            order.instance.uuid
        )
        # then the volume is a data disk
        own = [
            entry
            for entry in data_disk.profile_of(vm).get('dataDisks') or ()
            if rescued and is_of_volume(entry, root)
        ]
        return Plan(
            name='',
            prepared=None,
            old=(data_disk.os_disk_name(vm),) if rescued else (),
            data_disks=_without(vm, own) if own else None,
            properties=self._properties(order, os_type),
            access=guest_access.of_specialized(self._backend, order, os_type),
            image_version=None,
        )

    def _check_volume(self, order: Any, vm: Body, root: Any) -> None:
        found = self._replacements.of_record(
            order.context,
            order.instance,
            order.image_meta.id,
            vm,
            names.os_disk_name(order.instance.uuid),
            root_gb=0,
        )
        refusals.check_state(found.boots)
        refusals.check_kind(found.boots, vm)
        needed, size = found.boots.facts.size_gib or 0, root.volume_size or 0
        if 0 < size < needed:
            raise exceptions.InvalidRequest(
                f'The image has {needed} GiB and the volume that the server '
                f'boots {size} GiB; extend the volume first.'
            )

    def _properties(
        self, order: Any, os_type: str | None
    ) -> dict[str, Any]:
        """Return what the guest finds with Azure when it boots anew."""
        found = guest_access.user_data(self._backend, order, os_type)
        if not self._backend.azure.cloud.capabilities.user_data:
            return {}
        # none at all takes back what there was
        return {'userData': found or ''}


def is_of_volume(entry: Body, root: Any) -> bool:
    """Tell whether a disk that a machine lists is, or was, a volume's."""
    found = names.parse_volume_name(data_disk.name_of(entry))
    return found is not None and found.uuid == root.volume_id


def _free_place(uuid: str, used: set[str]) -> str:
    for name in names.os_disk_names(uuid):
        if name not in used:
            return name
    raise exceptions.InvalidRequest(
        f'The machine has both disks {" and ".join(names.os_disk_names(uuid))}'
        f'; detach one of them in Azure first.'
    )


def _without(vm: Body, leaving: Any) -> tuple[Body, ...]:
    gone = [data_disk.disk_id_of(entry) for entry in leaving]
    return tuple(
        entry
        for entry in data_disk.profile_of(vm)['dataDisks']
        if data_disk.disk_id_of(entry) not in gone
    )


def _tags(vm: Body, image_version: str | None) -> dict[str, str] | None:
    """Return the tags of a machine whose image is another one."""
    current = vm.get('tags') or {}
    if tags.get(vm, tags.IMAGE_VERSION) == image_version:
        return None
    found = {
        key: value
        for key, value in current.items()
        if key.lower() != tags.IMAGE_VERSION
    }
    if image_version:
        found[tags.IMAGE_VERSION] = image_version
    return found
