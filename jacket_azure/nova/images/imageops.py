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


"""What happens to images besides servers: kept for later, and deleted."""

from __future__ import annotations

from collections.abc import Callable
import datetime
import os
from typing import Any

from nova import context as nova_context
from nova import exception as nova_exception
import nova.conf
from nova.image import glance
from oslo_log import log as logging
from oslo_utils import timeutils

from jacket_azure import exceptions
from jacket_azure.nova import backend as backends
from jacket_azure.nova import worker
from jacket_azure.nova.images import image_bytes
from jacket_azure.nova.images import image_reaper

CONF = nova.conf.CONF
LOG = logging.getLogger(__name__)

WORKER = 'azure_images'


def make_instances_path() -> None:
    """Make the folder in which Nova notes who has an image cache.

    Without it Nova's periodic task ends before it asks the driver.
    """
    try:
        os.makedirs(CONF.instances_path, exist_ok=True)
    except OSError as exc:
        LOG.warning(
            '[DEFAULT] instances_path = %s cannot be made, so images that '
            'nobody needs any more stay in Azure: %s',
            CONF.instances_path,
            exc,
        )


class ImageOps:
    """Images in Azure that outlive their first use, or their record.

    :param now: the time, aware
    """

    def __init__(
        self,
        backend: backends.Backend,
        image_api: Any = None,
        now: Callable[[], datetime.datetime] = lambda: timeutils.utcnow(
            with_timezone=True
        ),
    ) -> None:
        self._backend = backend
        self._images = image_api or glance.API()
        self._reaper = image_reaper.Reaper(backend, self._images, now)
        self._worker = worker.Worker(WORKER, 'Looking after images')

    def manage(self) -> None:
        """Delete what is needed no more; returns at once."""
        self._worker.start(self._manage)

    def created(self, context: Any) -> None:
        """Look after the other images of who has just made one."""
        self._worker.start(lambda: self._reap(context))

    def bring(self, context: Any, image_id: str) -> bool:
        """Bring an image to Azure before a server wants it.

        :returns: False when there was nothing to do
        :raises InvalidRequest: its bytes are no image, or not those that
            were signed where signatures are to be verified
        """
        record = self._images.get(context, image_id)
        try:
            self._backend.mapping.image(
                record['name'], image_id, record['properties']
            )
        except exceptions.MappingLookupError:
            source = image_bytes.source(self._images, context, record)
        else:
            # it is in Azure, whoever put it there
            return False
        cache = self._backend.image_cache
        known = cache.find(source) is not None
        cache.ensure(source)
        return not known

    def wait(self, timeout_seconds: float | None = None) -> None:
        """Wait until what is under way, if anything, is done."""
        self._worker.wait(timeout_seconds)

    def stop(self) -> None:
        """Begin nothing any more."""
        self._worker.stop()

    def _manage(self) -> None:
        self._reap(None)
        for image in self._backend.image_cache.evict():
            LOG.info('Deleted the cached image %s', image.name)

    def _reap(self, user_context: Any) -> None:
        try:
            service = nova_context.get_nova_service_user_context()
        except nova_exception.InvalidConfiguration:
            # no [service_user]: only users can ask, which proves nothing
            if user_context is not None:
                self._reaper.run_for_user(user_context)
            return
        except Exception as exc:
            LOG.warning(
                'No image is deleted in Azure: no token for [service_user]: '
                '%s',
                exc,
            )
            return
        self._reaper.run(service)
