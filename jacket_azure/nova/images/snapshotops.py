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


"""Make an image of a server: a snapshot in Azure, and its record in Glance."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
import contextlib
from typing import Any

from nova import exception as nova_exception
from nova.compute import task_states
from nova.image import glance
from oslo_log import log as logging
from oslo_utils import timeutils

from jacket_azure import exceptions
from jacket_azure.disks import models as disks
from jacket_azure.nova import backend as backends
from jacket_azure.nova import errors
from jacket_azure.nova import progress as progresses
from jacket_azure.nova.images import image_content
from jacket_azure.nova.images import image_records
from jacket_azure.payload import data_disk
from jacket_azure.payload import names
from jacket_azure.payload import rescue
from jacket_azure.payload import tags

LOG = logging.getLogger(__name__)

# What part of the whole the copy in Azure is, where bytes go to Glance too
_COPY_SHARE = 30


class SnapshotOps:
    """Images of this host's servers."""

    def __init__(
        self, backend: backends.Backend, image_api: Any = None
    ) -> None:
        self._backend = backend
        self._images = image_api or glance.API()

    def snapshot(
        self,
        context: Any,
        instance: Any,
        image_id: str,
        update_task_state: Callable[..., None],
    ) -> None:
        """Keep the OS disk of a server as the Glance image *image_id*.

        Azure keeps the bytes; Glance gets a descriptor, or the bytes as well
        where the operator or the image's property says so.

        :param update_task_state: of the compute manager, which expects both
            of its states to be passed
        :raises AzureError: nothing is left in Azure; Nova deletes the image
        :raises InstanceNotRunning: there is no machine
        """
        vm = self._machine(instance)
        rescue.check_not_rescued(vm, instance.uuid)
        update_task_state(task_state=task_states.IMAGE_PENDING_UPLOAD)
        record = self._images.get(context, image_id)
        record = {**record, 'properties': record.get('properties') or {}}
        wanted = image_content.wanted_format(
            self._backend.conf, record['properties']
        )
        progress = progresses.Progress(instance)
        spec = self._spec(context, instance, image_id, record, vm)
        with contextlib.ExitStack() as stack:
            stack.callback(progress.restore)
            # before the call: a lost reply may hide a snapshot
            stack.enter_context(self._whole_or_gone(instance, spec.name))
            image = self._backend.disks.capture_image(
                spec,
                data_disk.os_disk_name(vm),
                progress.part(0, _COPY_SHARE if wanted else 100),
            )
            LOG.info(
                'Captured the OS disk as %s', image.name, instance=instance
            )
            update_task_state(
                task_state=task_states.IMAGE_UPLOADING,
                expected_state=task_states.IMAGE_PENDING_UPLOAD,
            )
            self._publish(
                context, image_id, record, image, vm, wanted,
                progress.part(_COPY_SHARE, 100),
            )

    def _machine(self, instance: Any) -> dict[str, Any]:
        try:
            vm: dict[str, Any] = self._backend.azure.virtual_machines.get(
                names.vm_name(instance.uuid), instance_view=True
            )
        except exceptions.NotFound as exc:
            if not errors.is_missing_vm(exc):
                raise
            # of which Nova makes that the server disappeared
            raise nova_exception.InstanceNotRunning(
                instance_id=instance.uuid
            ) from exc
        return vm

    def _spec(
        self,
        context: Any,
        instance: Any,
        image_id: str,
        record: dict[str, Any],
        vm: dict[str, Any],
    ) -> disks.ImageSpec:
        found, _ = tags.build(
            self._backend.owner,
            tags.KIND_IMAGE,
            image_id,
            # whose the image is: an administrator may make one of a server
            # that is somebody else's
            record.get('owner') or context.project_id,
            timeutils.utcnow().isoformat() + 'Z',
        )
        properties = vm['properties']
        security = properties.get('securityProfile') or {}
        return disks.ImageSpec(
            name=self._backend.disks.image_name(image_id),
            tags=found,
            os_type=properties['storageProfile']['osDisk'].get('osType'),
            generation=(properties.get('instanceView') or {}).get(
                'hyperVGeneration'
            ),
            state=image_records.state_of(
                record['properties'], instance.system_metadata
            ),
            security_type=security.get('securityType'),
        )

    def _publish(
        self,
        context: Any,
        image_id: str,
        record: dict[str, Any],
        image: disks.Image,
        vm: dict[str, Any],
        wanted: str | None,
        progress: Callable[[int], None],
    ) -> None:
        """Tell Glance what the image is, and make it active."""
        changes = image_records.changes(record, image, vm.get('plan'))
        with image_content.opened(
            self._backend, image, wanted, progress
        ) as content:
            changes['disk_format'] = content.disk_format
            after = self._images.update(
                context, image_id, changes, data=content, purge_props=True
            )
            content.check(image_id, after)

    @contextlib.contextmanager
    def _whole_or_gone(self, instance: Any, name: str) -> Iterator[None]:
        try:
            yield
        except BaseException as exc:
            self._discard(instance, name, exc)
            raise

    def _discard(
        self, instance: Any, name: str, cause: BaseException
    ) -> None:
        """Delete what may be there of a snapshot that shall not be."""
        try:
            if isinstance(cause, exceptions.OperationTimeout):
                # what Azure still works on cannot be deleted either
                raise cause
            self._backend.disks.delete_image(name)
        except exceptions.JacketAzureError as exc:
            # the failure itself is what Nova has to hear of; the reaper
            # finds the rest, as Glance has no such image then
            LOG.warning(
                'Could not delete %s: %s', name, exc, instance=instance
            )
