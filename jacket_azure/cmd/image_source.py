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

"""Images, snapshots and volumes as somebody names them on a command line."""

from __future__ import annotations

from collections.abc import Mapping
import datetime
from typing import Any
import uuid

from jacket_azure import exceptions
from jacket_azure.disks import models
from jacket_azure.imaging import trust
from jacket_azure.payload import image_trust
from jacket_azure.payload import tags


def open_reader(disks: Any, name: str, kind: str) -> models.RangedReader:
    """Open what somebody has named.

    :param disks: the disk model
    :param name: an OpenStack id, or what Azure calls it
    :param kind: ``image``, ``snapshot`` or ``volume``
    :raises NotFound: there is none
    """
    if kind == 'snapshot':
        found: models.RangedReader = disks.open_snapshot_reader(name)
    elif kind == 'volume':
        if _is_uuid(name):
            name = disks.volume_name(name)
        found = disks.open_reader(name)
    else:
        found = disks.open_image_reader(_image_name(disks, name))
    return found


def content_of(disks: Any, record: Mapping[str, Any], options: Any) -> str:
    """Return what has the content of an image, as its Glance record says.

    :param options: of ``[azure]``
    :raises InvalidRequest: the property names what was made for another
        image; who may set it need not be allowed to read that
    """
    uri = record.get('azure_uri')
    if not uri:
        return str(record['id'])
    if image_trust.is_operators(
        record.get('visibility') == 'public',
        record.get('owner'),
        options.image_projects,
    ):
        return str(uri)
    try:
        trust.made_for(disks, options.owner, record['id'], str(uri))
    except exceptions.NotFound:
        raise image_trust.refusal(str(uri)) from None
    return str(uri)


def _image_name(disks: Any, name: str) -> str:
    """Return what the model finds an image by."""
    if not _is_uuid(name):
        return name
    of_server = str(disks.image_name(name))
    for image in disks.list_images():
        if image.name == of_server or glance_id(image) == name.lower():
            return str(image.name)
    raise exceptions.NotFound(
        f'Azure keeps nothing of image {name}.', resource_id=name
    )


def glance_id(image: models.Image) -> str:
    """Return the id of the Glance image that it is of."""
    return (tags.get({'tags': image.tags}, tags.ID) or '').lower()


def row(image: models.Image) -> tuple[Any, ...]:
    """Return what is shown of an image."""
    return (
        image.name,
        glance_id(image),
        image.size_gib,
        image.os_type or '',
        image.generation or '',
        image.state if image.usable else f'{image.state}, incomplete',
        moment(image.created),
        tags.get({'tags': image.tags}, tags.LAST_USED) or '',
    )


def moment(time: datetime.datetime | None) -> str:
    """Return a time as tags have it."""
    return '' if time is None else time.isoformat(timespec='seconds')


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False
