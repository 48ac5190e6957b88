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

"""The demo's steps with volumes, checked in Azure down to the bytes.

Two volumes: an empty one that a server has, and one of an image, which Azure
does not grow while it is attached.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jacket_azure.sandbox import errors
from jacket_azure.sandbox import inventory
from jacket_azure.sandbox import watch
from jacket_azure.sandbox.report import Step

# an attached volume can be grown from this microversion on
EXTEND_ATTACHED = '3.42'
SIZE_GIB, GROWN_GIB = 4, 8
IMAGE_GIB = 32
COMPARED_BYTES = 1024 * 1024

Steps = Callable[[str, Callable[[Step], None]], None]


class VolumeTour:
    """Create, attach, grow, detach, snapshot, copy and delete volumes.

    :param cloud: an openstacksdk connection
    :param name: that nothing else of the cloud is called
    :param image: id of an image that the mapping file names
    """

    def __init__(
        self, cloud: Any, azure: inventory.Inventory, waiting: watch.Watch,
        name: str, image: str,
    ):
        self._volumes = cloud.block_storage
        self._compute = cloud.compute
        self._azure = azure
        self._watch = waiting
        self._name = name
        self._image = image
        self.volume: Any = None
        self._system: Any = None
        self._copy: Any = None
        self._snapshot: Any = None

    def run(self, step: Steps, server: Any) -> None:
        """Do everything with *server*, which is running."""
        step('create a volume', self.create)
        step('attach it to the server',
             lambda made: self.attach(server, made))
        step(f'grow it to {GROWN_GIB} GiB, attached', self.grow)
        step('detach it', lambda made: self.detach(server, made))
        step('create a volume from an image', self.create_from_image)
        step('take a snapshot of it', self.take_snapshot)
        step('create a volume from the snapshot', self.copy)
        step('compare the bytes of both in Azure', self.compare)
        step('delete volumes and snapshot', self.delete_all)

    def create(self, step: Step) -> None:
        """Make an empty volume."""
        self.volume = self._volumes.create_volume(
            name=self._name, size=SIZE_GIB)
        self._reach(self.volume, 'available', step)
        step.note = f'{self._disk(self.volume)["name"]} in Azure'

    def create_from_image(self, step: Step) -> None:
        """Make a volume with an image's content, in Azure alone."""
        self._system = self._volumes.create_volume(
            name=self._name, size=IMAGE_GIB, image_id=self._image)
        self._reach(self._system, 'available', step)
        step.note = f'{self._disk(self._system)["name"]} in Azure'

    def attach(self, server: Any, step: Step) -> None:
        """Attach the volume and find it among the machine's disks."""
        self._compute.create_volume_attachment(
            server, volume_id=self.volume.id)
        self._reach(self.volume, 'in-use', step)
        machine = self._azure.virtual_machine(server.id) or {}
        disks = machine['properties']['storageProfile']['dataDisks']
        name = self._disk(self.volume)['name']
        luns = [disk['lun'] for disk in disks
                if disk['name'].lower() == name.lower()]
        if len(luns) != 1:
            raise errors.SandboxError(f'{name} is not attached in Azure')
        step.note = f'LUN {luns[0]} in Azure'

    def grow(self, step: Step) -> None:
        """Make the volume larger while it is attached."""
        answer = self._volumes.post(
            f'/volumes/{self.volume.id}/action',
            json={'os-extend': {'new_size': GROWN_GIB}},
            microversion=EXTEND_ATTACHED)
        if answer.status_code >= 400:
            raise errors.SandboxError(f'Cinder refused: {answer.text}')
        self._reach(self.volume, 'in-use', step)
        size = self._disk(self.volume)['properties']['diskSizeGB']
        if size != GROWN_GIB:
            raise errors.SandboxError(f'the disk in Azure has {size} GiB')
        step.note = f'{size} GiB in Azure'

    def take_snapshot(self, step: Step) -> None:
        """Take a snapshot of the image's volume."""
        self._snapshot = self._volumes.create_snapshot(
            name=self._name, volume_id=self._system.id)
        self._reach(self._snapshot, 'available', step,
                    self._volumes.get_snapshot)
        step.note = 'available'

    def copy(self, step: Step) -> None:
        """Make a second volume from the snapshot."""
        self._copy = self._volumes.create_volume(
            name=self._name, size=IMAGE_GIB + 1, snapshot_id=self._snapshot.id)
        self._reach(self._copy, 'available', step)
        step.note = f'{self._disk(self._copy)["name"]} in Azure'

    def compare(self, step: Step) -> None:
        """Read the snapshot and its copy with signed URLs of Azure's."""
        first, second = (
            self._azure.read(resource, COMPARED_BYTES)
            for resource in (self._azure.made_for(self._snapshot.id),
                             self._disk(self._copy)))
        if first != second or not any(first):
            raise errors.SandboxError('the copy holds other bytes')
        step.note = 'the same, and the image is in them'

    def detach(self, server: Any, step: Step) -> None:
        """Detach the volume."""
        self._compute.delete_volume_attachment(server, self.volume.id)
        self._reach(self.volume, 'available', step)
        step.note = 'available'

    def delete_all(self, step: Step) -> None:
        """Delete what this tour made and see Azure without it."""
        for snapshot in self._mine(self._volumes.snapshots):
            self._volumes.delete_snapshot(snapshot)
        self._gone(self._volumes.snapshots, step)
        for volume in self._mine(self._volumes.volumes):
            self._volumes.delete_volume(volume)
        self._gone(self._volumes.volumes, step)
        step.note = 'gone'

    def _mine(self, listing: Callable[[], Any]) -> list[Any]:
        return [each for each in listing() if each.name == self._name]

    def _gone(self, listing: Callable[[], Any], step: Step) -> None:
        def missing() -> str | None:
            left = self._mine(listing)
            if any('error' in each.status for each in left):
                raise errors.SandboxError(f'{left[0].id} cannot be deleted')
            return f'{len(left)} left' if left else None

        self._watch.until('deletion', missing, step)

    def _reach(
        self, resource: Any, status: str, step: Step,
        get: Callable[[str], Any] | None = None,
    ) -> None:
        def missing() -> str | None:
            found = (get or self._volumes.get_volume)(resource.id)
            if 'error' in found.status:
                reason = (found.metadata or {}).get('azure_error', '')
                raise errors.SandboxError(f'{found.status}: {reason}')
            return None if found.status == status else found.status

        self._watch.until('volume', missing, step)

    def _disk(self, volume: Any) -> dict[str, Any]:
        return self._azure.made_for(volume.id)
