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


"""OS disks that are made before their machine, of what is kept or brought."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
import dataclasses
from typing import Any
from typing import TypeVar

from oslo_log import log as logging
from oslo_utils import timeutils

from jacket_azure import exceptions
from jacket_azure.disks import models as disks
from jacket_azure.imaging import models as imaging
from jacket_azure.nova import backend as backends
from jacket_azure.nova import progress as progresses
from jacket_azure.payload import tags

LOG = logging.getLogger(__name__)

T = TypeVar('T')


@dataclasses.dataclass(frozen=True)
class Prepared:
    """An OS disk that is to be made.

    :ivar state: ``generalized`` or ``specialized``, as who owns the image
        says
    :ivar kept: what it is made of; None for one that *source* has
    """

    spec: disks.OsDiskSpec
    state: str
    kept: disks.Image | None
    source: imaging.SourceImage | None


def tags_of(
    backend: backends.Backend,
    instance: Any,
    created: str | None = None,
    host: str | None = None,
) -> dict[str, str]:
    """Return the tags of an OS disk that is made before its machine.

    :param created: when its order began; now by default
    :param host: whose it is; this one by default
    """
    found, _ = tags.build(
        backend.owner,
        tags.KIND_OS_DISK,
        instance.uuid,
        instance.project_id,
        created or timeutils.utcnow().isoformat() + 'Z',
        host=host or backend.host,
    )
    return found


class OsDisks:
    """Makes OS disks."""

    def __init__(self, backend: backends.Backend) -> None:
        self._backend = backend

    def make(self, instance: Any, prepared: Prepared) -> disks.Boot:
        """Make what a new machine shall boot from.

        :raises InvalidRequest: the bytes are no image, or too large
        """
        return self._with_image(
            instance, prepared, self._backend.disks.prepare_os_disk
        )

    def make_disk(
        self, instance: Any, prepared: Prepared
    ) -> Mapping[str, Any]:
        """Make a disk that a machine which exists can be told to boot.

        :returns: ``storageProfile.osDisk``, see :mod:`.os_disk_swap`
        :raises InvalidRequest: as above, or Azure makes disks of no such
            image
        """
        return self._with_image(
            instance, prepared, self._backend.disks.make_os_disk
        )

    def _with_image(
        self, instance: Any, prepared: Prepared, make: Callable[..., T]
    ) -> T:
        if prepared.kept is not None:
            return self._make(instance, prepared, prepared.kept, make)
        progress = progresses.Progress(instance)
        for last in (False, True):
            image = self._backend.image_cache.ensure(
                prepared.source, progress.part(0, 100)
            )
            progress.restore()
            try:
                return self._make(instance, prepared, image, make)
            except exceptions.NotFound:
                # evicted in between, by another process
                if last:
                    raise
        raise AssertionError('not reached')

    @staticmethod
    def _make(
        instance: Any,
        prepared: Prepared,
        image: disks.Image,
        make: Callable[..., T],
    ) -> T:
        spec = prepared.spec
        if spec.size_gib is not None and spec.size_gib < image.size_gib:
            raise exceptions.InvalidRequest(
                f"The flavor's root disk of {spec.size_gib} GiB is smaller "
                f'than the image of {image.size_gib} GiB.'
            )
        made = make(spec, dataclasses.replace(image, state=prepared.state))
        LOG.info('The OS disk is made of %s', image.name, instance=instance)
        return made
