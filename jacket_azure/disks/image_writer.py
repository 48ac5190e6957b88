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

"""Images whose bytes come from outside of Azure."""

from __future__ import annotations

from collections.abc import Callable
import logging

from jacket_azure import exceptions
from jacket_azure.disks import models

LOG = logging.getLogger(__name__)


class ImageWriter:
    """Writes a temporary disk, of which in the end the image is made.

    :param inner: writes that disk
    :param publish: makes the image of it, once it is finished
    :param remove: deletes it
    """

    def __init__(
        self,
        inner: models.RangedWriter,
        publish: Callable[[], object],
        remove: Callable[[], object],
    ) -> None:
        self._inner = inner
        self._publish = publish
        self._remove = remove
        self._finished = False
        self._over = False
        self.size_bytes = inner.size_bytes

    def write(self, offset: int, data: bytes) -> None:
        """Write, whatever was there."""
        self._inner.write(offset, data)

    def clear(self, offset: int, length: int) -> None:
        """Make it zeros and free the space."""
        self._inner.clear(offset, length)

    def close(self) -> None:
        """Make the image; may be called again where it failed."""
        if self._over:
            return
        if not self._finished:
            self._inner.close()
            self._finished = True
        self._publish()
        self._over = True
        try:
            self._remove()
        except exceptions.AzureError as exc:
            # its tags tell the janitor what it is
            LOG.warning('The temporary disk of an image stays: %s', exc)

    def abort(self) -> None:
        """Give up instead of ``close``, also after one that failed."""
        if self._over:
            return
        self._over = True
        if self._finished:
            self._remove()
        else:
            self._inner.abort()
