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


"""What Glance is told of an image that Azure keeps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jacket_azure.disks import models

_PREFIX = 'azure_'
_STATE = 'azure_os_state'
# what the user may say of a new image; everything else that begins with the
# prefix was said of the image before it, which Nova copies
_KEPT = ('azure_image_upload',)
_FIRMWARE = {'V1': 'bios', 'V2': 'uefi'}


def state_of(
    properties: Mapping[str, str], system_metadata: Mapping[str, str]
) -> str:
    """Tell whether a new image of a server is generalized or specialized.

    Servers have a name, users and keys: their images are specialized, unless
    who asks for the image says that the guest was prepared for it. That the
    server's own image was generalized says nothing, and Nova hands its
    properties on.

    :param properties: of the new image
    :param system_metadata: of the server
    """
    said = properties.get(_STATE)
    inherited = system_metadata.get(f'image_{_STATE}')
    if said == models.GENERALIZED and said != inherited:
        return models.GENERALIZED
    return models.SPECIALIZED


def changes(
    record: Mapping[str, Any],
    image: models.Image,
    plan: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """Return what to change of a Glance image, all properties included.

    :param record: as Nova's image API shows it
    :param plan: purchase plan of the machine, which every machine made from
        the image needs as well
    """
    os_type = str(image.os_type or 'Linux').lower()
    properties = {
        key: value
        for key, value in record['properties'].items()
        if not key.startswith(_PREFIX) or key in _KEPT
    }
    properties.update(
        azure_type='azure',
        azure_uri=image.uri,
        azure_os_type=os_type,
        azure_os_state=image.state,
        os_type=os_type,
    )
    if image.generation:
        properties['azure_generation'] = image.generation
        # for other hypervisors, where the bytes are in Glance too
        properties['hw_firmware_type'] = _FIRMWARE[image.generation]
    if image.security_type:
        properties['azure_security_type'] = image.security_type
    for key in ('name', 'product', 'publisher'):
        if plan:
            properties[f'azure_plan_{key}'] = plan[key]
    return {
        'container_format': 'bare',
        'min_disk': max(image.size_gib, int(record.get('min_disk') or 0)),
        'properties': properties,
    }
