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

"""What the disk models take and answer about images of our own."""

from __future__ import annotations

from collections.abc import Mapping
import dataclasses
import datetime
from typing import Any

# boots as it is: Azure gives its guest neither name, user nor password
SPECIALIZED = 'specialized'
# cloud-init or sysprep set it up anew in each machine
GENERALIZED = 'generalized'
STATES = (SPECIALIZED, GENERALIZED)

_GIB = 1024**3


@dataclasses.dataclass(frozen=True)
class ImageSpec:
    """An image that is to be made.

    :param name: see :meth:`.DiskModel.image_name` and
        :meth:`.DiskModel.cached_image_name`
    :param tags: as :func:`jacket_azure.payload.tags.build` makes them, of
        the kind ``image``
    :param os_type: ``Linux`` or ``Windows``
    :param generation: ``V1`` or ``V2``; None for that of the source
    :param state: :data:`SPECIALIZED` or :data:`GENERALIZED`
    :param security_type: ``TrustedLaunch``, or None
    """

    name: str
    tags: Mapping[str, str]
    os_type: str
    generation: str | None = None
    state: str = SPECIALIZED
    security_type: str | None = None


@dataclasses.dataclass(frozen=True)
class Image:
    """An image as Azure shows it.

    What is None Azure did not tell; the image's owner may know.

    :ivar name: what the model finds it by; its uri where it is not ours
    :ivar uri: what Glance keeps as ``azure_uri``: an ARM id, or a blob's
        URL without a signature
    :ivar size_bytes: what a guest sees
    :ivar usable: False while it is copied, or when that failed
    """

    name: str
    uri: str
    size_bytes: int
    os_type: str | None
    generation: str | None
    state: str
    security_type: str | None
    tags: Mapping[str, str]
    created: datetime.datetime | None
    usable: bool = True

    @property
    def size_gib(self) -> int:
        """Whole GiB that hold it."""
        return -(-self.size_bytes // _GIB)


@dataclasses.dataclass(frozen=True)
class Boot:
    """What a virtual machine is told so that it boots from an image.

    :ivar os_disk: ``storageProfile.osDisk``
    :ivar image_reference: ``storageProfile.imageReference``, if any
    :ivar has_os_profile: whether ``osProfile`` must be given; else it must
        not
    """

    os_disk: Mapping[str, Any]
    image_reference: Mapping[str, Any] | None
    has_os_profile: bool
