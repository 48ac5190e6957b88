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

"""What an image holds: the bytes of an OS disk and of data disks.

An image, managed or of a gallery, has copies of its own, so it lives on
when its sources are gone. They are resources nobody sees, kept in
``image.private['hidden']``, the OS disk first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jacket_azure.emulator import storage_blobs
from jacket_azure.emulator import store
from jacket_azure.emulator.compute import contents

if TYPE_CHECKING:
    from jacket_azure.emulator import server

_INHERITED = ('osType', 'hyperVGeneration', 'supportsHibernation',
              'supportedCapabilities', 'purchasePlan')
Origin = store.Resource | storage_blobs.Address


def keep(emulator: server.Emulator, source: Origin,
         lun: int | None = None) -> store.Resource:
    """Copy a disk, a snapshot, a part of an image or a page blob.

    :param lun: of a data disk, None for the OS disk
    """
    hidden = store.Resource(
        id='', type='hidden', name='', body={'properties': {}},
        created=emulator.clock.now())
    hidden.private['lun'] = lun
    if isinstance(source, storage_blobs.Address):
        size = storage_blobs.existing(source, 'Image')
        hidden.properties['diskSizeBytes'] = size
        if emulator.contents:
            contents.inherit_blob(emulator, source.blob(), size, hidden)
        return hidden
    hidden.properties.update(
        {key: source.properties[key] for key in _INHERITED
         if key in source.properties},
        diskSizeBytes=source.properties['diskSizeBytes'])
    contents.inherit(emulator, source, hidden)
    return hidden


def at(image: store.Resource, lun: int | None) -> store.Resource | None:
    """The part of an image at a LUN, the OS disk at None."""
    found: store.Resource | None = next(
        (hidden for hidden in image.private['hidden']
         if hidden.private['lun'] == lun), None)
    return found


def luns(image: store.Resource) -> list[int]:
    """LUNs of the data disks."""
    return [hidden.private['lun'] for hidden in image.private['hidden']
            if hidden.private['lun'] is not None]
