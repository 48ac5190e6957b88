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


"""Images brought from Glance once, and kept in Azure for the next time.

There is no state but Azure's: an image is found by a name that is made of
what it is, and its tags tell when it was used. Several services share it.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
import contextlib
import hashlib
import logging
import threading
import time
from typing import Any

from jacket_azure import exceptions
from jacket_azure.disks import image_interface
from jacket_azure.disks import models as disk_models
from jacket_azure.imaging import bring
from jacket_azure.imaging import kept
from jacket_azure.imaging import models
from jacket_azure.imaging import staging as stagings
from jacket_azure.imaging import transfer
from jacket_azure.payload import tags

LOG = logging.getLogger(__name__)

# how exactly is known when an image was used; each note is a request
NOTE_SECONDS = 3600


class ImageCache(kept.Kept):
    """Safe to share between threads; other processes may do the same.

    :param staging: for :meth:`ensure`; not needed to list and evict
    """

    def __init__(
        self,
        disks: image_interface.ImageModel,
        conf: Any,
        staging: stagings.Staging | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(disks, conf, clock)
        self._staging = staging
        self._lock = threading.Lock()
        self._busy: dict[str, _Turn] = {}

    @staticmethod
    def key_of(image: models.SourceImage) -> str:
        """Return 32 hexadecimal digits for what is kept of an image.

        Glance's id is part of it: who may see an image of certain bytes
        must not get at another of which only their hash is known, for a
        user can tell Glance any hash of an image whose bytes lie elsewhere.
        What was brought with its signature verified is kept apart.
        """
        facts = [
            image.id,
            image.checksum or '',
            image.os_type,
            image.generation,
            image.state,
            image.security_type or '',
        ]
        if image.signature is not None:
            facts.append(image.signature)
        return hashlib.sha256('\n'.join(facts).encode()).hexdigest()[:32]

    def find(self, image: models.SourceImage) -> disk_models.Image | None:
        """Return an image if it is there, whole.

        :raises Conflict: something of somebody else has its name
        """
        name = self._disks.cached_image_name(self.key_of(image))
        try:
            found = self._disks.get_image(name)
        except exceptions.NotFound:
            return None
        if not tags.is_owned({'tags': found.tags}, self._conf.owner):
            raise exceptions.Conflict(
                f'{name} is in Azure already and was not made by this '
                f'deployment.'
            )
        return found if found.usable else None

    def ensure(
        self,
        image: models.SourceImage,
        progress: transfer.Progress | None = None,
        check: transfer.Check | None = None,
    ) -> disk_models.Image:
        """Return an image, brought to Azure unless it is there.

        Those of this process who want the same image wait for the one that
        brings it; of two processes both bring it, and both get it.

        :raises InvalidRequest: the image is not taken, and why
        """
        with self._alone(self.key_of(image)):
            found = self.find(image)
            if found is not None:
                # another process may have evicted it since
                with contextlib.suppress(exceptions.NotFound):
                    return self._used(found)
            result = self._bring(image, progress, check)
            found = self.find(image)
        if found is None:
            raise exceptions.Conflict(
                f'Image {image.id} was deleted from the cache while it was '
                f'brought there.'
            )
        LOG.info(
            'Brought image %s to Azure as %s: %d pieces, %d bytes',
            image.id, found.name, result.pieces, result.data_bytes,
        )
        self._keep_bounds()
        return found

    def _bring(
        self,
        image: models.SourceImage,
        progress: transfer.Progress | None,
        check: transfer.Check | None,
    ) -> transfer.Result:
        if self._staging is None:
            raise exceptions.ConfigurationError(
                'This process has no folder to bring images through.'
            )
        now = self._now()
        made, _ = tags.build(
            self._conf.owner, tags.KIND_IMAGE, image.id, None, now,
            display_name=image.name,
        )
        spec = disk_models.ImageSpec(
            name=self._disks.cached_image_name(self.key_of(image)),
            tags={**made, tags.LAST_USED: now},
            os_type=image.os_type,
            generation=image.generation,
            state=image.state,
            security_type=image.security_type,
        )
        return bring.bring(
            image,
            lambda size_gib: self._disks.open_image_writer(spec, size_gib),
            self._staging, self._conf, progress, check,
        )

    def _used(self, image: disk_models.Image) -> disk_models.Image:
        """Note that an image is used, if that was not noted lately."""
        known = self._read(image)
        if known is not None and self._age(known) < NOTE_SECONDS:
            return image
        try:
            return self._disks.tag_image(
                image.name, {**image.tags, tags.LAST_USED: self._now()}
            )
        except exceptions.NotFound:
            raise
        except exceptions.AzureError as exc:
            LOG.warning('The use of %s was not noted: %s', image.name, exc)
            return image

    def _keep_bounds(self) -> None:
        try:
            self.evict()
        except exceptions.AzureError as exc:
            # the next one, or a periodic task, will
            LOG.warning('No cached image was deleted: %s', exc)

    @contextlib.contextmanager
    def _alone(self, key: str) -> Iterator[None]:
        """Wait until nobody else of this process works for a key."""
        with self._lock:
            turn = self._busy.setdefault(key, _Turn())
            turn.waiting += 1
        try:
            with turn.lock:
                yield
        finally:
            with self._lock:
                turn.waiting -= 1
                if not turn.waiting:
                    del self._busy[key]


class _Turn:
    """Who works for a key, and how many want to."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.waiting = 0
