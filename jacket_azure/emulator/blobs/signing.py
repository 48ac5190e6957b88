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

"""Shared Key: the signature of a request by a key of the account.

Source: Blob service REST API, authorize-with-shared-key, version 2009-09-19
and later.
"""

from __future__ import annotations

import base64
import email.utils
import hashlib
import hmac
import time

from jacket_azure.emulator import blob_sas
from jacket_azure.emulator.blobs.request import BlobRequest

SCHEME = 'SharedKey'
_SIGNED = ('content-encoding', 'content-language', 'content-length',
           'content-md5', 'content-type', 'date', 'if-modified-since',
           'if-match', 'if-none-match', 'if-unmodified-since', 'range')


def signature(request: BlobRequest, key: str) -> str:
    """Return the signature that belongs to a request, base64.

    :param key: of the account, base64
    """
    named = request.named
    fields = [request.method]
    for name in _SIGNED:
        value = named.get(name, '')
        if (name == 'content-length' and value == '0') or (
                name == 'date' and 'x-ms-date' in named):
            value = ''
        fields.append(value)
    headers = ''.join(
        f'{name}:{named[name].strip()}\n'
        for name in sorted(named, key=blob_sas.weight)
        if name.startswith('x-ms-'))
    resource = f'/{request.account}{request.path}' + ''.join(
        f'\n{name}:{value}' for name, value in sorted(request.query.items()))
    text = '\n'.join(fields) + '\n' + headers + resource
    digest = hmac.new(base64.b64decode(key), text.encode(), hashlib.sha256)
    return base64.b64encode(digest.digest()).decode()


def signed(request: BlobRequest, key: str) -> BlobRequest:
    """Return the request under the account's own key, as of now."""
    if request.length == 0 and request.method in ('PUT', 'POST'):
        request = request.changed(headers={'content-length': '0'})
    fresh = request.changed(headers={
        'authorization': None, 'date': None,
        'x-ms-date': email.utils.formatdate(time.time(), usegmt=True)})
    return fresh.changed(headers={
        'authorization':
            f'{SCHEME} {request.account}:{signature(fresh, key)}'})


def sent(request: BlobRequest) -> float | None:
    """When a request was signed, in seconds since 1970; None if untold."""
    text = request.header('x-ms-date') or request.header('date')
    try:
        return email.utils.parsedate_to_datetime(text).timestamp()
    except (TypeError, ValueError):
        return None


def verified(request: BlobRequest, keys: tuple[str, ...]) -> bool:
    """Tell whether one of the account's keys signed a request."""
    account, _, given = request.header('authorization').removeprefix(
        SCHEME + ' ').partition(':')
    return account == request.account and any(
        hmac.compare_digest(signature(request, key).encode(), given.encode())
        for key in keys)
