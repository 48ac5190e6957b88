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


"""Images whose bytes only Glance has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jacket_azure.imaging import models as imaging
from jacket_azure.mapping import image_target
from jacket_azure.mapping import lookup
from jacket_azure.nova.images import boot_image
from jacket_azure.nova.images import signatures
from jacket_azure.payload import images


def has_any(record: Mapping[str, Any]) -> bool:
    """Say whether Glance has bytes of an image."""
    return record.get('status') == 'active' and bool(record.get('size'))


def source(
    image_api: Any, context: Any, record: Mapping[str, Any]
) -> imaging.SourceImage:
    """Describe an image's bytes; what is read is verified if it has to be.

    :param image_api: Nova's
    :param record: of the image, as Nova has it from Glance
    :raises InvalidRequest: no bytes, a property with a bad value, or no
        signature where there has to be one
    """
    if not signatures.are_checked():
        return imaging.from_glance(
            record, lambda: image_api.download(context, record['id'])
        )
    return imaging.from_glance(
        record,
        lambda: signatures.checked(context, record),
        signature=signatures.signature_of(record),
    )


def boots(
    image_api: Any, context: Any, record: Mapping[str, Any]
) -> boot_image.BootImage:
    """Return what an image boots; parameters and errors as above."""
    properties = record['properties']
    found = source(image_api, context, record)
    os_type = found.os_type.lower()
    security_type = properties.get('azure_security_type')
    if security_type:
        security_type = lookup.chosen(
            security_type,
            'Image property azure_security_type',
            lookup.SECURITY_TYPES,
        )
    return boot_image.BootImage(
        image_target.ImageTarget(
            os_type=os_type,
            generation=found.generation,
            security_type=security_type,
        ),
        images.ImageFacts(
            os_type=os_type,
            generation=found.generation,
            size_gib=found.min_disk_gib or None,
        ),
        properties,
        found.state,
        source=found,
    )
