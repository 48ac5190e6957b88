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

"""What every disk model can do with images of our own.

An image is a disk's content that no longer changes: a snapshot of a managed
disk, or a fixed VHD in a page blob. What is told of :mod:`.interface` holds
here too.
"""

from __future__ import annotations

import abc
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any

from jacket_azure.disks import models

# told the percentage that is done, of what takes long
Progress = Callable[[int], None]


class ImageModel(abc.ABC):
    """Part of :class:`.interface.DiskModel`."""

    @abc.abstractmethod
    def image_name(self, uuid: str) -> str:
        """Return the name of an image made from a server.

        :param uuid: of the Glance image
        """

    @abc.abstractmethod
    def cached_image_name(self, key: str) -> str:
        """Return the name of an image whose bytes came from Glance.

        :param key: 32 hexadecimal digits
        """

    @abc.abstractmethod
    def get_image(self, name_or_uri: str) -> models.Image:
        """Return an image, or a disk or snapshot that serves as one.

        Whose it is, its tags tell.

        :raises NotFound: there is none
        :raises InvalidRequest: the model has no such images
        """

    @abc.abstractmethod
    def list_images(self) -> Iterable[models.Image]:
        """Return what we made as images."""

    @abc.abstractmethod
    def capture_image(
        self,
        spec: models.ImageSpec,
        disk_name: str,
        progress: Progress | None = None,
    ) -> models.Image:
        """Make an image of a machine's OS disk, running or not.

        Returns that which is there when an earlier try has made it.

        :param disk_name: of :func:`jacket_azure.payload.names.os_disk_names`
        :raises Conflict: the name is taken by something else
        """

    @abc.abstractmethod
    def delete_image(self, name_or_uri: str) -> bool:
        """Delete an image of ours and what was derived to boot from it.

        :returns: False when there was none
        :raises Conflict: it is not ours, or no image
        """

    @abc.abstractmethod
    def tag_image(self, name: str, tags: Mapping[str, str]) -> models.Image:
        """Replace all tags of an image of ours.

        :param tags: those that :class:`.Image` told, changed
        """

    @abc.abstractmethod
    def open_image_writer(
        self, spec: models.ImageSpec, size_gib: int
    ) -> models.RangedWriter:
        """Begin an image; ``close`` makes it appear, at once and whole.

        Several may write one image at a time: the first to close makes it,
        and all end well.
        """

    @abc.abstractmethod
    def open_image_reader(self, name_or_uri: str) -> models.RangedReader:
        """Read an image of ours."""

    @abc.abstractmethod
    def prepare_os_disk(
        self, spec: models.OsDiskSpec, image: models.Image
    ) -> models.Boot:
        """Make what a machine shall boot from.

        Of a specialized image that is the OS disk itself, always made anew:
        what an earlier try has left goes. :meth:`.DiskModel.delete_os_disk`
        deletes it.

        :param image: from :meth:`get_image`, with what its owner knows
            better
        :raises InvalidRequest: the disk would be too small, or Azure makes
            no machine from such an image
        :raises InUse: a machine has the disk of that name
        """

    @abc.abstractmethod
    def make_os_disk(
        self, spec: models.OsDiskSpec, image: models.Image
    ) -> Mapping[str, Any]:
        """Make an OS disk for a machine that exists.

        Whatever the image's state: a machine is set up but once. Made anew
        as by :meth:`prepare_os_disk`, which see for the errors.

        :param image: its *uri* may also be the id of a marketplace image
        :returns: ``storageProfile.osDisk``
        """

    @abc.abstractmethod
    def get_os_disk(self, name: str) -> models.Image:
        """Return a machine's OS disk, as what another can be made of.

        :param name: of :func:`jacket_azure.payload.names.boot_disk_names`
        :raises NotFound: there is none
        """

    @abc.abstractmethod
    def copy_os_disk(
        self, spec: models.OsDiskSpec, source: models.Image
    ) -> Mapping[str, Any]:
        """Make an OS disk of another of the same machine, or a larger one.

        The machine is deallocated. Made anew as by :meth:`make_os_disk`.

        :param source: from :meth:`get_os_disk`
        :returns: ``storageProfile.osDisk``
        """
