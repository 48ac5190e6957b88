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


"""What an instance boots, as plain facts."""

from __future__ import annotations

from collections.abc import Mapping
import dataclasses
from typing import Any

from nova import utils

from jacket_azure.disks import models as disks
from jacket_azure.imaging import models as imaging
from jacket_azure.mapping import image_target
from jacket_azure.payload import images

# Nova cuts the properties it notes down
_LONGEST = 255


@dataclasses.dataclass(frozen=True)
class BootImage:
    """What boots.

    :ivar target: with its version resolved
    :ivar properties: the Glance image's
    :ivar state: ``generalized`` takes an ``osProfile``
    :ivar kept: what Azure keeps of an image that an OS disk is made from
    :ivar source: where the bytes come from when Azure has none yet
    """

    target: image_target.ImageTarget
    facts: images.ImageFacts
    properties: Mapping[str, str]
    state: str = disks.GENERALIZED
    kept: disks.Image | None = None
    source: imaging.SourceImage | None = None

    @property
    def is_prepared(self) -> bool:
        """Whether something has to be made before the machine."""
        return self.kept is not None or self.source is not None

    @property
    def takes_os_profile(self) -> bool:
        """Whether Azure sets up the guest."""
        return self.state == disks.GENERALIZED


def properties_of(instance: Any) -> Mapping[str, str]:
    """Return the image's properties as Nova noted them down.

    ``nova.objects.ImageMeta`` drops those that Nova does not know.
    """
    image = utils.get_image_from_system_metadata(instance.system_metadata)
    return image.get('properties') or {}


def is_noted(instance: Any) -> bool:
    """Tell whether what Nova noted is the image that boots, and whole.

    A shelved server boots another than its first, the only one noted.
    """
    noted = instance.system_metadata.get('image_base_image_ref')
    return noted in (None, instance.image_ref) and not any(
        key.startswith('azure_') and len(value) >= _LONGEST
        for key, value in properties_of(instance).items()
    )
