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


"""Images in Azure that are snapshots, disks or blobs, and whose they are."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
import dataclasses
from typing import Any

from jacket_azure import exceptions
from jacket_azure.imaging import trust
from jacket_azure.mapping import image_target
from jacket_azure.nova import backend as backends
from jacket_azure.nova.images import boot_image
from jacket_azure.nova.images import signatures
from jacket_azure.payload import image_trust
from jacket_azure.payload import images

Record = Callable[[], Mapping[str, Any]]


class KeptImages:
    """Looks up what Azure keeps, and refuses what may not be used."""

    def __init__(self, backend: backends.Backend) -> None:
        self._backend = backend

    def boots(
        self,
        image_id: str,
        target: image_target.ImageTarget,
        properties: Mapping[str, str],
        record: Record,
    ) -> boot_image.BootImage:
        """Return what an image boots that is a snapshot, a disk or a blob.

        :param record: gives what Glance says of the image
        :raises NotFound: there is none such
        :raises InvalidRequest: it is not whole, or not this image's
        """
        signatures.refuse_unseen(image_id)
        if self._is_trusted(properties, record):
            image = self._backend.disks.get_image(str(target.id))
        else:
            image = trust.made_for(
                self._backend.disks,
                self._backend.owner,
                image_id,
                str(target.id),
            )
        if not image.usable:
            raise exceptions.InvalidRequest(
                f'The image {target.id} is not complete in Azure, or its '
                f'copy failed.'
            )
        os_type = image.os_type or target.os_type
        facts = images.ImageFacts(
            os_type=os_type.lower() if os_type else None,
            generation=image.generation or target.generation,
            size_gib=image.size_gib,
            plan=target.plan,
        )
        target = dataclasses.replace(
            target,
            security_type=target.security_type or image.security_type,
        )
        state = target.state or image.state
        return boot_image.BootImage(
            target,
            facts,
            properties,
            state,
            kept=dataclasses.replace(image, state=state),
        )

    def check_managed(
        self,
        image_id: str,
        target: image_target.ImageTarget,
        facts: images.ImageFacts,
        properties: Mapping[str, str],
        record: Record,
    ) -> None:
        """Refuse the managed image of others; parameters as above.

        :raises InvalidRequest: it was made for another image
        """
        if facts.tags and not self._is_trusted(properties, record):
            image_trust.check_managed(
                str(target.id), facts.tags, self._backend.owner, image_id
            )

    def _is_trusted(
        self, properties: Mapping[str, str], record: Record
    ) -> bool:
        """Say whether it is an operator who names something in Azure."""
        if not image_trust.is_said(properties):
            # the mapping file does
            return True
        found = record()
        return image_trust.is_operators(
            bool(found.get('is_public')),
            found.get('owner'),
            self._backend.conf.image_projects,
        )
