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

"""Lists of blobs: what they tell of copies.

Source: Blob service REST API, list-blobs, ``include=copy``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree  # noqa: S405

from jacket_azure.emulator.blobs.answer import Answer
from jacket_azure.emulator.blobs.copy_state import PENDING
from jacket_azure.emulator.blobs.copy_state import Copy
from jacket_azure.emulator.blobs.request import BlobRequest

if TYPE_CHECKING:
    from jacket_azure.emulator.blobs.front import Front

_NAMES = {'x-ms-copy-id': 'CopyId', 'x-ms-copy-source': 'CopySource',
          'x-ms-copy-status': 'CopyStatus',
          'x-ms-copy-progress': 'CopyProgress',
          'x-ms-copy-completion-time': 'CopyCompletionTime',
          'x-ms-copy-status-description': 'CopyStatusDescription'}


def answer(front: Front, request: BlobRequest) -> Answer:
    """Answer List Blobs, with the copies as the front knows them."""
    found = front.bytes.send(request)
    if found.status != 200 or b'<CopyId>' not in found.read():
        return found
    front.copies.settle()
    # written by an Azurite of our own, so it is no hostile XML
    root = ElementTree.fromstring(found.read())  # noqa: S314
    for properties in root.iter('Properties'):
        copy_id = properties.findtext('CopyId')
        if copy_id is not None:
            _show(front, properties, front.copies.of_id(copy_id))
    found.set_body(ElementTree.tostring(
        root, encoding='utf-8', xml_declaration=True))
    return found


def _show(front: Front, properties: ElementTree.Element,
          copy: Copy | None) -> None:
    for one in list(properties):
        if one.tag in _NAMES.values():
            properties.remove(one)
    if copy is None:
        return
    for name, value in copy.headers(
            front.emulator.clock.now()).items():
        ElementTree.SubElement(properties, _NAMES[name]).text = value
    if copy.status == PENDING:
        etag = properties.find('Etag')
        if etag is not None:
            etag.text = copy.etag
