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

"""The few calls of the Blob REST API that the emulator itself makes.

Not the Azure SDK: the emulator must not depend on what it is there to test.
Source: Blob service REST API, version 2021-12-02.
"""

from __future__ import annotations

import dataclasses
import datetime
import email.utils
import http.client
from urllib import parse
from xml.etree import ElementTree  # noqa: S405
from xml.sax import saxutils

from jacket_azure.emulator import blob_sas


class BlobError(RuntimeError):
    """The blob service refused.

    :ivar code: ``BlobNotFound``, ``LeaseIdMissing``, ...; may be empty
    """

    def __init__(self, message: str, status: int, code: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


@dataclasses.dataclass(frozen=True)
class Properties:
    """What a HEAD of a blob tells; *kind* is ``PageBlob``, ..."""

    size_bytes: int
    kind: str
    leased: bool
    metadata: dict[str, str]


class BlobClient:
    """One account of a blob service reached by path style URLs.

    :param endpoint: ``http://host:port/account``
    :param key: the account's key, base64
    """

    def __init__(self, endpoint: str, key: str) -> None:
        address = parse.urlsplit(endpoint)
        self.endpoint = endpoint
        self._host = address.netloc
        self._account = address.path.strip('/')
        self._signer = blob_sas.Signer(self._account, key)

    def url(self, path: str) -> str:
        """URL of ``container/blob``."""
        return f'{self.endpoint}/{path}'

    def create_container(self, name: str, *, exist_ok: bool = False) -> None:
        """Create a container; one that exists is fine if *exist_ok*."""
        self._call('PUT', name, {'restype': 'container'},
                   accept=(409,) if exist_ok else ())

    def delete_container(self, name: str) -> None:
        """Delete a container with all its blobs."""
        self._call('DELETE', name, {'restype': 'container'})

    def set_policies(self, container: str,
                     policies: dict[str, tuple[str, str]]) -> None:
        """Replace the stored access policies.

        :param policies: by id, permissions (``r``, ``rw``) and expiry
        """
        entries = ''.join(
            f'<SignedIdentifier><Id>{saxutils.escape(key)}</Id><AccessPolicy>'
            f'<Expiry>{expiry}</Expiry><Permission>{permission}</Permission>'
            f'</AccessPolicy></SignedIdentifier>'
            for key, (permission, expiry) in policies.items())
        text = ('<?xml version="1.0" encoding="utf-8"?><SignedIdentifiers>'
                f'{entries}</SignedIdentifiers>')
        self._call('PUT', container, {'restype': 'container', 'comp': 'acl'},
                   text.encode())

    def create_page_blob(self, path: str, size_bytes: int) -> None:
        """Create an empty page blob; one of the same name is truncated."""
        self._call('PUT', path, headers={
            'x-ms-blob-type': 'PageBlob',
            'x-ms-blob-content-length': str(size_bytes)})

    def put_block_blob(self, path: str, data: bytes) -> None:
        self._call('PUT', path, body=data,
                   headers={'x-ms-blob-type': 'BlockBlob'})

    def write_pages(self, path: str, offset: int, data: bytes,
                    lease: str = '') -> None:
        last = offset + len(data) - 1
        self._call('PUT', path, {'comp': 'page'}, data, {
            'x-ms-page-write': 'update',
            'x-ms-range': f'bytes={offset}-{last}', **_lease(lease)})

    def clear_pages(self, path: str, offset: int, length: int,
                    lease: str = '') -> None:
        self._call('PUT', path, {'comp': 'page'}, headers={
            'x-ms-page-write': 'clear',
            'x-ms-range': f'bytes={offset}-{offset + length - 1}',
            **_lease(lease)})

    def resize(self, path: str, size_bytes: int, lease: str = '') -> None:
        self._call('PUT', path, {'comp': 'properties'}, headers={
            'x-ms-blob-content-length': str(size_bytes), **_lease(lease)})

    def read(self, path: str, offset: int, length: int) -> bytes:
        """Read a part of a blob."""
        return self._send('GET', path, headers={
            'x-ms-range': f'bytes={offset}-{offset + length - 1}'})[1]

    def properties(self, path: str) -> Properties | None:
        """Tell about a blob; None when there is none."""
        found = self._call('HEAD', path, accept=(404,))
        if 'x-ms-blob-type' not in found:
            return None
        return Properties(
            int(found['content-length']), found['x-ms-blob-type'],
            found.get('x-ms-lease-status') == 'locked',
            {key[10:]: value for key, value in found.items()
             if key.startswith('x-ms-meta-')})

    def set_metadata(self, path: str, values: dict[str, str],
                     lease: str = '') -> None:
        """Replace the metadata of a blob."""
        self._call('PUT', path, {'comp': 'metadata'}, headers={
            **{f'x-ms-meta-{key.lower()}': value
               for key, value in values.items()}, **_lease(lease)})

    def acquire_lease(self, path: str) -> str:
        """Lease a blob for good and return the lease's id."""
        return self._call('PUT', path, {'comp': 'lease'}, headers={
            'x-ms-lease-action': 'acquire', 'x-ms-lease-duration': '-1'})[
                'x-ms-lease-id']

    def release_lease(self, path: str, lease: str) -> None:
        """Give a lease back."""
        self._call('PUT', path, {'comp': 'lease'}, headers={
            'x-ms-lease-action': 'release', 'x-ms-lease-id': lease})

    def containers(self) -> list[str]:
        """Names of all containers of the account."""
        text = self._send('GET', '', {'comp': 'list'})[1]
        # written by an Azurite of our own, so it is no hostile XML
        return [name.text or '' for name in ElementTree.fromstring(  # noqa: S314
            text).iter('Name')]

    def copy(self, source_url: str, path: str) -> None:
        """Copy a page blob at once; the source is a URL of this service."""
        self._call('PUT', path, headers={'x-ms-copy-source': source_url})

    def policy_sas(self, path: str, policy: str) -> str:
        """URL of a blob for whoever falls under a stored access policy."""
        return self.url(path) + '?' + self._signer.blob(
            path, identifier=policy)

    def sas(self, path: str, permission: str, expiry: str) -> str:
        """URL of a blob for *permission* until *expiry*."""
        return self.url(path) + '?' + self._signer.blob(
            path, permission, expiry)

    def account_sas(self, expiry: str) -> str:
        """Query that reads all blobs, and their snapshots, until *expiry*."""
        return self._signer.account(expiry)

    def _call(self, method: str, path: str,
              query: dict[str, str] | None = None, body: bytes = b'',
              headers: dict[str, str] | None = None,
              accept: tuple[int, ...] = ()) -> dict[str, str]:
        return self._send(method, path, query, body, headers, accept)[0]

    def _send(self, method: str, path: str,
              query: dict[str, str] | None = None, body: bytes = b'',
              headers: dict[str, str] | None = None,
              accept: tuple[int, ...] = ()) -> tuple[dict[str, str], bytes]:
        path = f'/{self._account}/{path}'
        headers = {'x-ms-date': email.utils.formatdate(usegmt=True),
                   'x-ms-version': blob_sas.VERSION, **(headers or {})}
        headers['Authorization'] = self._signer.shared_key(
            method, path, query or {}, len(body), headers)
        headers['Content-Length'] = str(len(body))
        target = path + ('?' + parse.urlencode(query) if query else '')
        connection = http.client.HTTPConnection(self._host, timeout=60)
        try:
            connection.request(method, target, body, headers)
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        if answer.status >= 300 and answer.status not in accept:
            raise BlobError(
                f'{method} {path}: {answer.status} '
                f'{text[:500].decode(errors="replace")}', answer.status,
                answer.getheader('x-ms-error-code') or '')
        # their case is the server's whim
        return {key.lower(): value
                for key, value in answer.headers.items()}, text


def _lease(lease: str) -> dict[str, str]:
    return {'x-ms-lease-id': lease} if lease else {}


def iso(when: datetime.datetime) -> str:
    """A time as the blob service reads it, in whole seconds."""
    return when.strftime('%Y-%m-%dT%H:%M:%SZ')
