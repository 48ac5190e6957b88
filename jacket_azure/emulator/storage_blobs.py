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

"""Blobs that other resources name by URL: disks, images, sources.

Without contents the emulator knows those blobs that virtual machines made,
and those a test speaks of by :func:`declare`.
"""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

from jacket_azure.emulator import blob_client
from jacket_azure.emulator import errors
from jacket_azure.emulator import storage_names
from jacket_azure.emulator import store
from jacket_azure.emulator import vhd_blobs
from jacket_azure.emulator import vhd_footer
from jacket_azure.emulator.compute import contents

if TYPE_CHECKING:
    from jacket_azure.emulator import server

_PATH_STYLE = re.compile(r'https?://[^/]+/(?P<account>[a-z0-9]+)/'
                         r'(?P<path>[^/?]+/[^?]+)')
_HOST_STYLE = re.compile(r'https?://(?P<account>[a-z0-9]+)\.blob\.[^/]+/'
                         r'(?P<path>[^/?]+/[^?]+)')
# kinds of accounts without page blobs
_NO_PAGE_BLOBS = ('BlobStorage', 'BlockBlobStorage', 'FileStorage')


@dataclasses.dataclass(frozen=True)
class Address:
    """Where a blob is, whether it exists or not."""

    emulator: server.Emulator
    url: str
    account: store.Resource
    path: str

    @property
    def key(self) -> str:
        """The same for every way to write the URL."""
        return f'{self.account.name}/{self.path}'

    def blob(self, lease: str = '') -> vhd_blobs.Blob:
        """The blob itself.

        :raises ArmError: 501, there are no contents
        """
        keeper = contents.of(self.emulator)
        return vhd_blobs.Blob(keeper.client_of(
            self.account.name, self.account.private['keys']['key1']),
            self.path, lease)

    def look(self) -> blob_client.Properties | None:
        """Tell about the blob; None when there is none."""
        if not self.emulator.contents:
            size = _declared(self.emulator).get(self.key)
            return None if size is None else blob_client.Properties(
                size + vhd_footer.SIZE_BYTES, 'PageBlob', False, {})
        blob = self.blob()
        return blob.client.properties(blob.path)


def _declared(emulator: server.Emulator) -> dict[str, int]:
    found: dict[str, int] = emulator.state.setdefault('storage.blobs', {})
    return found


def declare(address: Address, size_bytes: int | None) -> None:
    """Note, for want of contents, a disk of that size, or its end."""
    known = _declared(address.emulator)
    if size_bytes is None:
        known.pop(address.key, None)
    else:
        known[address.key] = size_bytes


def _match(url: str) -> re.Match[str] | None:
    text = url.partition('?')[0]
    return _HOST_STYLE.fullmatch(text) or _PATH_STYLE.fullmatch(text)


def account_of(emulator: server.Emulator, url: str) -> store.Resource | None:
    """The storage account a blob's URL names, or None."""
    match = _match(url)
    return storage_names.find(emulator, match['account']) if match else None


def find(emulator: server.Emulator, url: str, location: str) -> Address:
    """Find the account of a blob's URL.

    :param location: of the resource that names the blob
    :raises ArmError: it is no URL of a blob, or the account is missing,
        elsewhere or of a kind without page blobs
    """
    match = _match(url)
    if match is None:
        raise errors.invalid_parameter(
            'vhd.uri', f'The URI {url} does not look to be correct blob '
            f'URI.')
    account = account_of(emulator, url)
    if account is None or 'primaryEndpoints' not in account.properties:
        raise errors.ArmError(
            404, 'StorageAccountNotFound',
            f'Storage account {match["account"]} not found. Ensure storage '
            f'account is not deleted and belongs to the same Azure location '
            f'as the VM.')
    if account.location != location:
        raise errors.ArmError(
            400, 'StorageAccountLocationMismatch',
            f'Could not resolve storage account {account.name}. Please '
            f'ensure it was created through the Storage Resource Provider '
            f'in the same location as the compute resource.')
    if account.body['kind'] in _NO_PAGE_BLOBS:
        raise errors.ArmError(
            409, 'StorageAccountLimitation',
            f"Storage account '{account.name}' does not support page blobs "
            f"which are required to create disks.")
    return Address(emulator, url, account, match['path'])


def existing(address: Address, kind: str = 'Disk') -> int:
    """Return the size of a disk in a page blob, without the footer.

    :param kind: ``Disk`` or ``Image``, as the error codes name it
    :raises ArmError: there is no such blob, or it is no page blob
    """
    found = address.look()
    if found is None and not address.emulator.contents:
        raise errors.not_implemented(
            f'the blob {address.url}, for it was started without contents')
    if found is None:
        raise errors.ArmError(
            404, f'{kind}BlobNotFound',
            f'Unable to find VHD blob with URI {address.url}.')
    if found.kind != 'PageBlob':
        raise errors.ArmError(
            400, f'Incorrect{kind}BlobType',
            f"Disk blobs can only be of type page blob. Blob {address.url} "
            f"is of type '{found.kind}'.")
    size = found.size_bytes - vhd_footer.SIZE_BYTES
    if address.emulator.contents:
        _check_footer(address, size)
    return size


def _check_footer(address: Address, size: int) -> None:
    blob = address.blob()
    footer = blob.client.read(blob.path, size, vhd_footer.SIZE_BYTES) if (
        size > 0) else b''
    problem = vhd_footer.problem(footer, size)
    if problem:
        raise errors.ArmError(
            400, 'InvalidVhd', f"{problem} The disk is in blob "
            f"{address.url}.")


def setup(emulator: server.Emulator) -> None:
    """Start with no blobs."""
    emulator.state['storage.blobs'] = {}


def reset(emulator: server.Emulator) -> None:
    """Forget the blobs of a world that is emptied."""
    _declared(emulator).clear()
