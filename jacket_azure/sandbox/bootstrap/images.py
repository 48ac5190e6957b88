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

"""Image records that stand for images of Azure."""

from __future__ import annotations

from typing import Any

NOTICE = (b'This stands for an image of Azure, which the mapping file names. '
          b'It holds no disk.\n').ljust(512, b'\0')


def ensure_images(cloud: Any, mapping: dict[str, Any]) -> None:
    """Make one public image per entry of the mapping."""
    for name, entry in (mapping.get('images') or {}).items():
        if cloud.image.find_image(name) is None:
            cloud.image.create_image(
                name=name, data=NOTICE, disk_format='raw',
                container_format='bare', visibility='public',
                validate_checksum=False, min_disk=0,
                os_type=(entry or {}).get('os_type', 'linux'))
