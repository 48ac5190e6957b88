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

"""Containers: made when missing, and listed."""

from __future__ import annotations

from collections.abc import Iterator
import dataclasses
from urllib import parse
from xml.etree import ElementTree  # noqa: S405 - expat limits entities

from jacket_azure import exceptions
from jacket_azure.arm import calls
from jacket_azure.arm import errors as arm_errors
from jacket_azure.blob import address as addresses
from jacket_azure.blob import calls as blob_calls
from jacket_azure.blob import channel as channels
from jacket_azure.blob import properties


@dataclasses.dataclass(frozen=True)
class Entry:
    """A blob or a snapshot in a listing."""

    address: addresses.Address
    properties: properties.Properties


class Container:
    """One container of an account.

    :param endpoint: URL of the account
    """

    def __init__(
        self, channel: channels.Channel, endpoint: str, name: str
    ) -> None:
        self._channel = channel
        self._endpoint = endpoint.rstrip('/')
        self.name = name

    def ensure(self) -> None:
        """Make it unless it is there; nobody gets in without a login.

        :raises Conflict: one of that name is being deleted
        """
        call = self._channel.write_call('containers.create')
        client = self._channel.container_client(self._endpoint, self.name)
        try:
            with arm_errors.translated(call):
                client.create_container(**{calls.KEYWORD: call})
        except exceptions.PreconditionFailed:
            # it is there
            return

    def list(
        self, prefix: str = '', snapshots: bool = False
    ) -> Iterator[Entry]:
        """Yield all blobs with their metadata; none if it is not there.

        :param prefix: of the names
        :param snapshots: the snapshots of each blob too, the oldest first
        """
        include = 'copy,metadata,snapshots' if snapshots else 'copy,metadata'
        marker = ''
        while True:
            call = self._channel.read_call(
                'containers.list', content=blob_calls.XML
            )
            try:
                response = self._channel.send(
                    'GET',
                    f'{self._endpoint}/{parse.quote(self.name)}',
                    {
                        'restype': 'container',
                        'comp': 'list',
                        'include': include,
                        'prefix': prefix,
                        'marker': marker,
                    },
                    {},
                    call,
                )
            except exceptions.NotFound:
                return
            root = ElementTree.fromstring(response.content)  # noqa: S314
            for blob in root.iter('Blob'):
                yield self._entry(blob)
            marker = root.findtext('NextMarker') or ''
            if not marker:
                return

    def _entry(self, blob: ElementTree.Element) -> Entry:
        holder = blob.find('Name')
        name = (holder.text if holder is not None else None) or ''
        if holder is not None and holder.get('Encoded') == 'true':
            # characters that XML cannot hold
            name = parse.unquote(name)
        return Entry(
            addresses.Address(
                self._endpoint,
                self.name,
                name,
                blob.findtext('Snapshot') or None,
            ),
            properties.from_listing(blob),
        )
