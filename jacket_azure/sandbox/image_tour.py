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


"""The demo's steps with images, checked in Azure down to the last byte."""

from __future__ import annotations

import hashlib
import tempfile
from typing import Any
from typing import BinaryIO

from jacket_azure.sandbox import content
from jacket_azure.sandbox import errors
from jacket_azure.sandbox import inventory
from jacket_azure.sandbox import volume_tour
from jacket_azure.sandbox import watch
from jacket_azure.sandbox.report import Step

PIECE_BYTES = 1024 * 1024
FORMAT = 'qcow2'


class ImageTour:
    """Make an image of a server, boot from it, download it.

    :param cloud: an openstacksdk connection
    :param name: that nothing else of the cloud is called
    :param wanted: flavor, network and zone of a server, as openstacksdk
        takes them
    """

    def __init__(
        self, cloud: Any, azure: inventory.Inventory, waiting: watch.Watch,
        name: str, wanted: dict[str, Any],
    ):
        self._images = cloud.image
        self._compute = cloud.compute
        self._azure = azure
        self._watch = waiting
        self._name = name
        self._wanted = wanted
        self._server: Any = None
        self.image: Any = None

    def run(self, step: volume_tour.Steps, server: Any) -> Any:
        """Do everything with *server*; return the one that replaces it."""
        self._server = server
        step('create an image of the server', self.create)
        step('download it from Glance in pieces of 1 MiB and compare it '
             'with Azure', self.download)
        step('delete the server', self.delete_server)
        step('boot another from the image', self.boot)
        return self._server

    def create(self, step: Step) -> None:
        """Let Azure keep the disk, and Glance have the bytes as well."""
        made = self._compute.create_server_image(
            self._server, self._name,
            metadata={'azure_image_upload': FORMAT})
        self._watch.until(
            'image', lambda: self._not_active(made.id), step)
        self.image = self._images.get_image(made.id)
        self._watch.reach(self._server.id, 'ACTIVE', step)
        kept = self._azure.made_for(made.id)
        step.note = (f'{kept["name"]} in Azure, '
                     f'{self.image.size // 1024} KiB in Glance')

    def _not_active(self, image_id: str) -> str | None:
        found = self._images.find_image(image_id)
        if found is None or found.status in ('killed', 'deleted'):
            raise errors.SandboxError('the image could not be made')
        return None if found.status == 'active' else found.status

    def download(self, step: Step) -> None:
        """Read by ranges what Glance has, and compare twice."""
        with tempfile.TemporaryFile() as file:
            self._fetch(file, step)
            file.seek(0)
            found = hashlib.file_digest(file, self.image.hash_algo)
            if found.hexdigest() != self.image.hash_value:
                raise errors.SandboxError('Glance gave other bytes')
            file.seek(0)
            size_bytes, downloaded = content.of_qcow2(file)
        kept = self._azure.content_hash(
            self._azure.made_for(self.image.id), size_bytes)
        if kept != downloaded:
            raise errors.SandboxError('the disk in Azure is another')
        step.note = (f'{size_bytes // 1024 ** 3} GiB are the same, '
                     f'hash {kept[:16]}')

    def _fetch(self, file: BinaryIO, step: Step) -> None:
        size = self.image.size
        for first in range(0, size, PIECE_BYTES):
            last = min(first + PIECE_BYTES, size) - 1
            answer = self._images.get(
                f'/images/{self.image.id}/file',
                headers={'Range': f'bytes={first}-{last}'})
            if answer.status_code != 206 or (
                    len(answer.content) != last + 1 - first):
                raise errors.SandboxError(
                    f'Glance answered {answer.status_code} to a range')
            file.write(answer.content)
            step.note = f'{100 * last // size} %'

    def delete_server(self, step: Step) -> None:
        """Delete what the image was made of."""
        server = self._server
        self._compute.delete_server(server)

        def missing() -> str | None:
            left = [each for each in self._compute.servers()
                    if each.id == server.id]
            for each in left:
                watch.refuse_error(each)
            return 'still there' if left else None

        self._watch.until('deletion', missing, step)
        if self._azure.virtual_machine(server.id) is not None:
            raise errors.SandboxError('Azure has the machine still')
        step.note = 'gone in Azure; the image stays'

    def boot(self, step: Step) -> None:
        """Make a server like the old one from the image."""
        old = self._server
        made = self._compute.create_server(
            name=old.name, image_id=self.image.id, **self._wanted)
        self._server = self._watch.reach(made.id, 'ACTIVE', step)
        step.note = 'ACTIVE'

    def delete_all(self) -> None:
        """Delete the image, also in Azure.

        The driver does that by itself where Glance has an image no more,
        but gives it some hours of grace.
        """
        for image in list(self._images.images(name=self._name)):
            self._images.delete_image(image.id, ignore_missing=True)
            try:
                self._azure.delete(self._azure.made_for(image.id))
            except errors.SandboxError:
                # it was not there yet
                continue
