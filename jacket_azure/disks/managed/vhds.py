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

"""VHDs in storage accounts of our group, as the managed model sees them.

Azure takes them over by itself: a disk or a managed image is made of one
without a byte going through us.
"""

from __future__ import annotations

import dataclasses
import ipaddress
import re
import threading
from typing import Any
from urllib import parse

from jacket_azure import exceptions
from jacket_azure.blob import account as accounts
from jacket_azure.blob import address as addresses
from jacket_azure.blob import page_blobs
from jacket_azure.blob import properties
from jacket_azure.disks import models
from jacket_azure.disks.page_blob import states
from jacket_azure.payload import names
from jacket_azure.payload import tags as tag_names
from jacket_azure.payload import vhd

_ACCOUNT = re.compile(r'[a-z0-9]{3,24}')


@dataclasses.dataclass(frozen=True)
class Place:
    """Where a VHD is.

    :ivar url: without a signature
    :ivar account_id: full id of its storage account
    """

    url: str
    account_id: str
    blob: page_blobs.PageBlob


class Vhds:
    """Looks VHDs up; safe to share between threads.

    :param conf: the ``[azure]`` options
    :param azure: the client layer
    """

    def __init__(self, conf: Any, azure: Any) -> None:
        self._conf = conf
        self._azure = azure
        self._lock = threading.Lock()
        self._accounts: dict[str, accounts.Account] = {}

    def find(self, uri: str) -> Place:
        """Return where a VHD is; only its account is looked at.

        :param uri: URL, or ``container/name`` in the configured account
        :raises InvalidRequest: it is in no account of our group
        """
        if '://' not in uri:
            if not self._conf.storage_account:
                raise exceptions.InvalidRequest(
                    f'The image {uri} is named by its path, which needs '
                    f'[azure] storage_account; its URL can be used instead.'
                )
            return self._place(self._conf.storage_account, uri)
        wanted, query = addresses.split(uri)
        account = _account_of(wanted.endpoint)
        if query or wanted.snapshot or not _ACCOUNT.fullmatch(account):
            raise exceptions.InvalidRequest(
                'An image is named by the URL of a VHD in a storage account, '
                'with nothing behind it.'
            )
        place = self._place(account, wanted.path)
        if place.url != wanted.url:
            raise exceptions.InvalidRequest(
                f'{wanted.url} is not in the storage account {account} of '
                f'the resource group {self._azure.resource_group}.'
            )
        return place

    def image(self, uri: str) -> models.Image:
        """Return a VHD as an image.

        :raises NotFound: there is none
        :raises InvalidRequest: it is no fixed VHD
        """
        place = self.find(uri)
        found = place.blob.properties()
        size_bytes = _disk_bytes(place.blob, found)
        state = states.parse(found)
        copied = found.copy is None or found.copy.status == properties.SUCCESS
        return models.Image(
            name=place.url,
            uri=place.url,
            size_bytes=size_bytes,
            os_type=state.os_type,
            generation=state.generation,
            state=state.tags.get(tag_names.IMAGE_STATE, models.SPECIALIZED),
            security_type=None,
            tags=state.tags,
            created=found.created,
            usable=copied and not state.unfinished,
        )

    def _place(self, account_name: str, path: str) -> Place:
        with self._lock:
            account = self._accounts.setdefault(
                account_name,
                accounts.Account(
                    self._azure, account_name, self._conf.storage_credential
                ),
            )
        try:
            blob = account.blob(path)
        except exceptions.NotFound as exc:
            raise exceptions.InvalidRequest(
                f'The resource group {self._azure.resource_group} has no '
                f'storage account {account_name}, in which the image is to '
                f'be.'
            ) from exc
        return Place(
            blob.address.url,
            names.resource_id(
                self._azure.subscription_id,
                self._azure.resource_group,
                names.STORAGE_ACCOUNT,
                account_name,
            ),
            blob,
        )


def is_one(uri: str) -> bool:
    """Say whether an image is named as a VHD, not by an ARM id."""
    return '/' in uri and not uri.startswith('/')


def _account_of(endpoint: str) -> str:
    """Return the name of the account with an endpoint."""
    parts = parse.urlsplit(endpoint)
    host = parts.hostname or ''
    try:
        ipaddress.ip_address(host)
    except ValueError:
        if host != 'localhost':
            return host.partition('.')[0]
    return parts.path.rpartition('/')[2]


def _disk_bytes(
    blob: page_blobs.PageBlob, found: properties.Properties
) -> int:
    """Return the size of the disk in a VHD.

    :raises InvalidRequest: it is none
    """
    size_bytes = found.size_bytes - vhd.FOOTER_BYTES
    wrong: str | None = f'it is a {found.kind} of {found.size_bytes} bytes'
    if found.kind == properties.PAGE_BLOB and size_bytes > 0:
        footer = blob.read(size_bytes, vhd.FOOTER_BYTES, found.etag)
        wrong = vhd.problem(footer, size_bytes)
    if wrong:
        raise exceptions.InvalidRequest(
            f'{blob.address.path} is no fixed VHD: {wrong}.'
        )
    return size_bytes
