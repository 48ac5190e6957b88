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

import base64
import datetime
import email.utils
import hashlib
import hmac
import http.client
from urllib import parse
from xml.sax import saxutils

VERSION = '2021-12-02'


class BlobError(RuntimeError):
    """The blob service refused."""


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
        self._key = base64.b64decode(key)

    def url(self, path: str) -> str:
        """URL of ``container/blob``."""
        return f'{self.endpoint}/{path}'

    def create_container(self, name: str, *, exist_ok: bool = False) -> None:
        """Create a container; one that exists is fine if *exist_ok*."""
        self._call('PUT', name, {'restype': 'container'},
                   accept=(409,) if exist_ok else ())

    def delete_container(self, name: str) -> None:
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

    def write_pages(self, path: str, offset: int, data: bytes) -> None:
        last = offset + len(data) - 1
        self._call('PUT', path, {'comp': 'page'}, data, {
            'x-ms-page-write': 'update',
            'x-ms-range': f'bytes={offset}-{last}'})

    def clear_pages(self, path: str, offset: int, length: int) -> None:
        self._call('PUT', path, {'comp': 'page'}, headers={
            'x-ms-page-write': 'clear',
            'x-ms-range': f'bytes={offset}-{offset + length - 1}'})

    def resize(self, path: str, size_bytes: int) -> None:
        self._call('PUT', path, {'comp': 'properties'}, headers={
            'x-ms-blob-content-length': str(size_bytes)})

    def create_snapshot(self, path: str) -> str:
        """Take a snapshot of a blob and return its time stamp."""
        return self._call('PUT', path, {'comp': 'snapshot'})[
            'x-ms-snapshot']

    def delete_snapshot(self, path: str, snapshot: str) -> None:
        self._call('DELETE', path, {'snapshot': snapshot})

    def copy(self, source_url: str, path: str) -> None:
        """Copy a page blob at once; the source is a URL of this service."""
        self._call('PUT', path, headers={'x-ms-copy-source': source_url})

    def policy_sas(self, path: str, policy: str) -> str:
        """URL of a blob for whoever falls under a stored access policy."""
        return self._sas(path, identifier=policy)

    def sas(self, path: str, permission: str, expiry: str) -> str:
        """URL of a blob for *permission* until *expiry*."""
        return self._sas(path, permission, expiry)

    def _sas(self, path: str, permission: str = '', expiry: str = '',
             identifier: str = '') -> str:
        fields = [permission, '', expiry, f'/blob/{self._account}/{path}',
                  identifier, '', '', VERSION, 'b', '', '', '', '', '', '',
                  '']
        query = {'sv': VERSION, 'sr': 'b', 'si': identifier,
                 'se': expiry, 'sp': permission,
                 'sig': self._sign('\n'.join(fields))}
        given = {key: value for key, value in query.items() if value}
        return self.url(path) + '?' + parse.urlencode(given)

    def _sign(self, text: str) -> str:
        digest = hmac.new(self._key, text.encode(), hashlib.sha256).digest()
        return base64.b64encode(digest).decode()

    def _call(self, method: str, path: str,
              query: dict[str, str] | None = None, body: bytes = b'',
              headers: dict[str, str] | None = None,
              accept: tuple[int, ...] = ()) -> dict[str, str]:
        path = f'/{self._account}/{path}'
        headers = {'x-ms-date': email.utils.formatdate(usegmt=True),
                   'x-ms-version': VERSION, **(headers or {})}
        headers['Authorization'] = self._authorization(
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
            raise BlobError(f'{method} {path}: {answer.status} '
                            f'{text[:500].decode(errors="replace")}')
        return dict(answer.headers)

    def _authorization(self, method: str, path: str, query: dict[str, str],
                       length: int, headers: dict[str, str]) -> str:
        canonical_headers = ''.join(
            f'{key}:{value}\n' for key, value in sorted(headers.items()))
        resource = f'/{self._account}{path}' + ''.join(
            f'\n{key}:{value}' for key, value in sorted(query.items()))
        size = str(length) if length else ''
        text = '\n'.join((method, '', '', size, '', '', '', '', '', '', '',
                          '', canonical_headers + resource))
        return f'SharedKey {self._account}:{self._sign(text)}'


def iso(when: datetime.datetime) -> str:
    """A time as the blob service reads it, in whole seconds."""
    return when.strftime('%Y-%m-%dT%H:%M:%SZ')
