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

"""What Cinder asks for images: a volume of one, or one of a volume."""

from __future__ import annotations

from typing import Any

from jacket_azure.cinder import errors


class Images:
    """Part of :class:`..driver.AzureVolumeDriver`."""

    _images: Any
    _uploads: Any

    def clone_image(
        self,
        context: Any,
        volume: Any,
        image_location: Any,
        image_meta: Any,
        image_service: Any,
    ) -> Any:
        with errors.as_create_errors(volume):
            return self._images.clone(
                context, volume, image_location, image_meta, image_service
            )

    def copy_image_to_volume(
        self,
        context: Any,
        volume: Any,
        image_service: Any,
        image_id: str,
        disable_sparse: bool = False,
    ) -> None:
        # sparse or not: what is zeros in the image is zeros in the volume
        with errors.as_cinder_errors(volume):
            self._images.overwrite(volume, context, image_id, image_service)

    def copy_volume_to_image(
        self, context: Any, volume: Any, image_service: Any, image_meta: Any
    ) -> None:
        with errors.as_cinder_errors(volume):
            self._uploads.upload(context, volume, image_meta, image_service)
