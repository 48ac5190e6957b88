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


"""Images deleted in Glance: what Azure kept of them goes.

Glance tells nobody, so it is asked. Whatever is odd, or not answered, keeps
an image: at worst it costs money for a while.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
import datetime
from typing import Any

from nova import exception as nova_exception
from oslo_log import log as logging
from oslo_utils import uuidutils

from jacket_azure import exceptions
from jacket_azure.disks import models
from jacket_azure.nova import backend as backends
from jacket_azure.nova.images import image_evidence
from jacket_azure.payload import tags

LOG = logging.getLogger(__name__)

# Least time between the pass that misses an image first and the one that
# deletes what is left of it.
PAUSE = datetime.timedelta(seconds=300)
# In case Glance purges by itself some time after a deletion was asked for.
_GONE = ('deleted', 'pending_delete')


class Reaper:
    """Deletes what Azure keeps of images that Glance has no more.

    :param image_api: Nova's
    :param now: the time, aware
    """

    def __init__(
        self,
        backend: backends.Backend,
        image_api: Any,
        now: Callable[[], datetime.datetime],
    ) -> None:
        self._backend = backend
        self._images = image_api
        self._now = now
        self._missed: dict[str, datetime.datetime] = {}

    def run(self, context: Any) -> list[str]:
        """Do one pass over all images of this deployment.

        :param context: of an administrator: Glance answers everybody else
            that the images of others do not exist
        :returns: names of what was deleted
        """
        if 'admin' not in context.roles:
            LOG.warning(
                'The service user has no role admin, so Glance shows it no '
                'images of projects: what is deleted there stays in Azure'
            )
            return []
        now = self._now()
        try:
            missing = self._missing(context, self._candidates(now))
        except (image_evidence.NoEvidence, exceptions.AzureError) as exc:
            # two passes in a row have to agree
            self._missed = {}
            LOG.warning('No image is deleted in Azure: %s', exc)
            return []
        self._missed = {
            image.name: self._missed.get(image.name, now)
            for image in missing
        }
        due = [
            image
            for image in missing
            if self._missed[image.name] + PAUSE <= now
        ]
        if not due:
            return []
        try:
            unused = image_evidence.not_named(
                context, self._images, self._backend.mapping, due
            )
        except image_evidence.NoEvidence as exc:
            LOG.warning('No image is deleted in Azure: %s', exc)
            return []
        most = self._backend.conf.janitor_max_deletions
        return self._delete(context, unused[:most])

    def run_for_user(self, context: Any) -> list[str]:
        """Tell of images that a user's project seems to have deleted.

        For deployments without credentials of a service user. Nothing is
        deleted: Glance answers a user that there is no such image also when
        it was given to another project.

        :returns: names of what an administrator should look at
        """
        own = [
            image
            for image in self._candidates(self._now())
            if tags.get({'tags': image.tags}, tags.PROJECT)
            == context.project_id
        ]
        try:
            missing = self._missing(context, own)
        except image_evidence.NoEvidence as exc:
            LOG.warning('Images in Azure were not looked at: %s', exc)
            return []
        for image in missing:
            LOG.info(
                '%s stays in Azure: Glance shows project %s no image %s, '
                'which [service_user] would have to confirm',
                image.name,
                context.project_id,
                tags.get({'tags': image.tags}, tags.ID),
            )
        return [image.name for image in missing]

    def _candidates(self, now: datetime.datetime) -> list[models.Image]:
        age = datetime.timedelta(
            seconds=self._backend.conf.janitor_grace_time
        )
        return [
            image
            for image in self._backend.disks.list_images()
            if self._is_ours(image)
            and image.created is not None
            and image.created + age <= now
        ]

    def _is_ours(self, image: models.Image) -> bool:
        resource = {'tags': image.tags}
        return (
            tags.is_owned(resource, self._backend.owner)
            and tags.get(resource, tags.KIND) == tags.KIND_IMAGE
            and tags.get(resource, tags.KEEP) is None
            and uuidutils.is_uuid_like(tags.get(resource, tags.ID))
        )

    def _missing(
        self, context: Any, images: Iterable[models.Image]
    ) -> list[models.Image]:
        """Return those that Glance has not.

        :raises NoEvidence: it does not answer
        """
        return [image for image in images if self._is_gone(context, image)]

    def _is_gone(self, context: Any, image: models.Image) -> bool:
        image_id = tags.get({'tags': image.tags}, tags.ID)
        try:
            found = self._images.get(context, image_id, show_deleted=False)
        except nova_exception.ImageNotFound:
            return True
        except Exception as exc:
            raise image_evidence.NoEvidence(
                f'Glance does not answer: {exc}'
            ) from exc
        return found.get('status') in _GONE

    def _delete(
        self, context: Any, images: Iterable[models.Image]
    ) -> list[str]:
        deleted = []
        for image in images:
            if self._backend.conf.janitor_dry_run:
                LOG.info('Would delete %s: Glance has no image', image.name)
                continue
            try:
                # right before: both may have changed since
                again = self._backend.disks.get_image(image.name)
                if again.created != image.created or not self._is_ours(again):
                    continue
                if not self._is_gone(context, again):
                    continue
                self._backend.disks.delete_image(image.name)
            except exceptions.NotFound:
                continue
            except image_evidence.NoEvidence as exc:
                LOG.warning('No further image is deleted in Azure: %s', exc)
                break
            except exceptions.AzureError as exc:
                LOG.warning('Could not delete %s: %s', image.name, exc)
                if isinstance(exc, exceptions.OUT_OF_REACH):
                    break
                continue
            LOG.info(
                'Deleted %s: Glance has no image %s any more',
                image.name,
                tags.get({'tags': image.tags}, tags.ID),
            )
            self._missed.pop(image.name, None)
            deleted.append(image.name)
        return deleted
