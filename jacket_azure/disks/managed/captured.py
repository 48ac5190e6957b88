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

"""Images as snapshots of managed disks: taken, found, tagged, deleted."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
import contextlib
import dataclasses
from typing import Any

from jacket_azure import exceptions
from jacket_azure.disks import image_interface
from jacket_azure.disks import models
from jacket_azure.disks.managed import base
from jacket_azure.disks.managed import facts
from jacket_azure.disks.managed import owned
from jacket_azure.disks.managed import vhds
from jacket_azure.payload import image as image_payload
from jacket_azure.payload import names
from jacket_azure.payload import snapshot as snapshot_payload
from jacket_azure.payload import tags as tag_names


class CapturedImages(base.Base):
    """Part of :class:`.managed.ManagedDisks`."""

    def __init__(self, conf: Any, azure: Any) -> None:
        super().__init__(conf, azure)
        # made of generalized ones, to boot from
        self._images = owned.OwnedResources(azure.images, 'image', conf.owner)

    def image_name(self, uuid: str) -> str:
        return names.snapshot_name(uuid)

    def cached_image_name(self, key: str) -> str:
        return names.cached_image_name(key)

    def get_image(self, name_or_uri: str) -> models.Image:
        if vhds.is_one(name_or_uri):
            return self._vhds.image(name_or_uri)
        name, type_ = self._named(name_or_uri)
        if type_ == names.IMAGE.lower():
            return facts.managed_image_of(self._azure.images.get(name))
        resources = (
            self._disks if type_ == names.DISK.lower() else self._snapshots
        )
        image = facts.image_of(resources.get(name))
        is_snapshot = type_ == names.SNAPSHOT.lower()
        return _known_as(image, name) if is_snapshot else image

    def list_images(self) -> Iterable[models.Image]:
        return [
            _known_as(facts.image_of(body), body['name'])
            for body in self._snapshots.list()
            if self._snapshots.has(body, tag_names.KIND_IMAGE)
        ]

    def capture_image(
        self,
        spec: models.ImageSpec,
        disk_name: str,
        progress: image_interface.Progress | None = None,
    ) -> models.Image:
        source = self.disk_id(disk_name)
        try:
            body = self._take(spec, source, progress)
        except exceptions.Conflict:
            # there is something else of that name
            raise
        except exceptions.OperationTimeout:
            # what Azure still works on cannot be deleted either
            raise
        except exceptions.AzureError:
            with contextlib.suppress(exceptions.AzureError):
                self.delete_image(spec.name)
            raise
        if progress is not None:
            progress(100)
        return _known_as(facts.image_of(body), spec.name)

    def _take(
        self,
        spec: models.ImageSpec,
        source_id: str,
        progress: image_interface.Progress | None = None,
    ) -> dict[str, Any]:
        """Take the snapshot that is the image, unless it is there."""
        body = self._snapshots.create(
            spec.name,
            snapshot_payload.build(
                snapshot_payload.SnapshotSpec(
                    location=self._azure.location,
                    source_id=source_id,
                    tags=image_payload.marked(
                        spec.tags, spec.state, spec.security_type
                    ),
                    incremental=bool(
                        self._azure.cloud.capabilities.incremental_snapshots
                    ),
                    access=self._closed,
                )
            ),
        )
        if snapshot_payload.is_complete(body):
            return body
        done: dict[str, Any] = self._azure.snapshots.wait_for_copy(
            spec.name, progress
        )
        return done

    def delete_image(self, name_or_uri: str) -> bool:
        name, type_ = (
            ('', '')
            if vhds.is_one(name_or_uri)
            else self._named(name_or_uri)
        )
        if type_ != names.SNAPSHOT.lower() or '/' in name:
            raise exceptions.Conflict(
                f'{name_or_uri} is no image that we made.'
            )
        found = self._snapshots.find(name)
        if found is not None and not self._snapshots.has(
            found, tag_names.KIND_IMAGE
        ):
            raise exceptions.Conflict(
                f'The snapshot {name} is no image that we made: its tags do '
                f'not say so.'
            )
        # first: without the snapshot nobody would look for it
        derived = self._delete_derived(name)
        if found is None:
            return derived
        deleted = self._snapshots.delete(name)
        if facts.image_of(found).state == models.GENERALIZED:
            # a machine may have had it made meanwhile; from now on none can
            self._delete_derived(name)
        return deleted or derived

    def _delete_derived(self, name: str) -> bool:
        try:
            return self._images.delete(name)
        except exceptions.Conflict:
            body = self._images.find(name)
            if body is None or self._images.has(body, tag_names.KIND_IMAGE):
                raise
            # somebody else's, which happens to have that name
            return False

    def tag_image(self, name: str, tags: Mapping[str, str]) -> models.Image:
        name, _ = self._named(name)
        self._snapshots.check_ours(name)
        return _known_as(
            facts.image_of(self._snapshots.tag(name, tags)), name
        )

    def _named(self, name_or_id: str) -> tuple[str, str]:
        """Return what our calls know a resource by, and its type.

        :returns: the name of one of our group, else its full id
        :raises InvalidRequest: it is none of a kind that can be an image
        """
        if '/' not in name_or_id:
            return name_or_id, names.SNAPSHOT.lower()
        try:
            found = names.parse_resource_id(name_or_id)
        except ValueError:
            found = None
        kinds = (names.SNAPSHOT, names.DISK, names.IMAGE)
        if found is None or not any(map(found.is_type, kinds)):
            raise exceptions.InvalidRequest(
                f'{name_or_id[:200]!r} is the id of no snapshot, disk or '
                f'managed image.'
            )
        if found.subscription.lower() != self._azure.subscription_id.lower():
            raise exceptions.InvalidRequest(
                f'The image {name_or_id} is in another subscription.'
            )
        group = str(found.group).lower()
        is_near = group == self._azure.resource_group.lower()
        return found.name if is_near else name_or_id, found.type.lower()


def _known_as(image: models.Image, name: str) -> models.Image:
    """Return an image by the name our calls know it by."""
    return dataclasses.replace(image, name=name)
