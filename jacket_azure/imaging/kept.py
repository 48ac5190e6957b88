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


"""Which images are kept in Azure, when they were used, and which have to go.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Sequence
import dataclasses
import datetime
import logging
import time
from typing import Any

from jacket_azure import exceptions
from jacket_azure.disks import image_interface
from jacket_azure.disks import models as disk_models
from jacket_azure.payload import tags

LOG = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class CachedImage:
    """An image that was brought from Glance.

    :ivar image_id: Glance's
    :ivar last_used: aware time, an hour early at most
    """

    image: disk_models.Image
    image_id: str
    last_used: datetime.datetime

    @property
    def name(self) -> str:
        """What the disk model finds it by."""
        return self.image.name


class Kept:
    """Images of one deployment that were brought from Glance.

    :param conf: options of ``[azure]``
    :param clock: seconds since 1970
    """

    def __init__(
        self,
        disks: image_interface.ImageModel,
        conf: Any,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._disks = disks
        self._conf = conf
        self._clock = clock

    def list(self) -> Iterator[CachedImage]:
        """Yield all that are kept, of this deployment."""
        for image in self._disks.list_images():
            found = self._read(image)
            if found is not None:
                yield found

    def evict(
        self, in_use: Collection[str] = (), dry_run: bool = False
    ) -> Sequence[CachedImage]:
        """Delete what is over ``image_cache_size_gib``.

        Those larger than all room there is go first, so that one of them
        does not cost all others their place; then those not used for
        longest. None goes that was used within
        ``image_cache_grace_time``, none that an operator keeps by the tag
        ``jacket-keep``.

        :param in_use: ids in Glance of images that must stay
        :param dry_run: delete nothing
        :returns: what is gone, or would be
        """
        room = self._conf.image_cache_size_gib
        known = sorted(
            self.list(),
            key=lambda each: (
                each.image.size_gib <= room,
                each.last_used,
            ),
        )
        over = sum(each.image.size_gib for each in known) - room
        gone = []
        for each in known:
            if over <= 0:
                break
            if each.image_id in in_use or not self._is_old(each):
                continue
            if dry_run or self._delete(each):
                over -= each.image.size_gib
                gone.append(each)
        return gone

    def _delete(self, known: CachedImage) -> bool:
        """Delete an image unless it was used, or kept, meanwhile."""
        try:
            image = self._disks.get_image(known.name)
            again = self._read(image)
            if again is None or again.last_used != known.last_used:
                return False
            self._disks.delete_image(known.name)
        except exceptions.NotFound:
            return True
        except exceptions.AzureError as exc:
            LOG.warning('The cached image %s stays: %s', known.name, exc)
            return False
        LOG.info(
            'Deleted the cached image %s of image %s, last used %s',
            known.name, known.image_id, known.last_used,
        )
        return True

    def _read(self, image: disk_models.Image) -> CachedImage | None:
        """Return what the tags tell; None for what is no cached image."""
        resource = {'tags': image.tags}
        used = tags.get(resource, tags.LAST_USED)
        if used is None or not tags.is_owned(resource, self._conf.owner):
            return None
        try:
            moment = datetime.datetime.fromisoformat(used)
        except ValueError:
            # somebody's own words; it counts as used when it was made
            moment = image.created or self._moment()
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=datetime.UTC)
        return CachedImage(
            image, tags.get(resource, tags.ID) or '', moment
        )

    def _is_old(self, known: CachedImage) -> bool:
        kept = tags.get({'tags': known.image.tags}, tags.KEEP)
        return (
            kept is None
            and self._age(known) >= self._conf.image_cache_grace_time
        )

    def _age(self, known: CachedImage) -> float:
        return self._clock() - known.last_used.timestamp()

    def _moment(self) -> datetime.datetime:
        return datetime.datetime.fromtimestamp(self._clock(), datetime.UTC)

    def _now(self) -> str:
        return self._moment().isoformat(timespec='seconds')
