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


"""What was made in Azure for an image whose word alone does not count."""

from __future__ import annotations

from jacket_azure.disks import image_interface
from jacket_azure.disks import models
from jacket_azure.payload import image_trust


def made_for(
    disks: image_interface.ImageModel, owner: str, image_id: str, uri: str
) -> models.Image:
    """Return what we made for a Glance image that anybody may write.

    Asked for by its constructed name: what a property names may be anywhere,
    and gets no request with our token.

    :param owner: ``[azure] owner``
    :param uri: as the image's property says it
    :raises NotFound: nothing was made for the image, or it is gone
    :raises InvalidRequest: the property names something else
    """
    image = disks.get_image(disks.image_name(image_id))
    # names in Azure have a case that nobody keeps
    is_same = image.uri.lower() == uri.lower()
    image_trust.check(
        uri, image.tags if is_same else {}, owner, image_id, is_trusted=False
    )
    return image
