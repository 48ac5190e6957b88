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

"""Signatures of the blob service: shared access and shared key.

Source: Blob service REST API, create-service-sas, create-account-sas and
authorize-with-shared-key, version 2021-12-02.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from urllib import parse

VERSION = '2021-12-02'


# the service sorts by culture, not by code: an underscore is before digits
_WEIGHTS = str.maketrans('_-', '\x01\x02')


def weight(name: str) -> str:
    """Key to sort names of headers by, as the service does."""
    return name.translate(_WEIGHTS)


class Signer:
    """Signs for one account.

    :param key: the account's key, base64
    """

    def __init__(self, account: str, key: str) -> None:
        self._account = account
        self._key = base64.b64decode(key)

    def sign(self, text: str) -> str:
        """Return the signature of *text*, base64."""
        digest = hmac.new(self._key, text.encode(), hashlib.sha256).digest()
        return base64.b64encode(digest).decode()

    def blob(self, path: str, permission: str = '', expiry: str = '',
             identifier: str = '') -> str:
        """Query for one blob, by permission and expiry or by a policy."""
        fields = [permission, '', expiry, f'/blob/{self._account}/{path}',
                  identifier, '', '', VERSION, 'b', '', '', '', '', '', '',
                  '']
        return _query({'sv': VERSION, 'sr': 'b', 'si': identifier,
                       'se': expiry, 'sp': permission,
                       'sig': self.sign('\n'.join(fields))})

    def account(self, expiry: str) -> str:
        """Query that reads every blob; unlike ``sr=b`` snapshots too."""
        fields = [self._account, 'r', 'b', 'o', '', expiry, '', '', VERSION,
                  '', '']
        return _query({'sv': VERSION, 'ss': 'b', 'srt': 'o', 'sp': 'r',
                       'se': expiry, 'sig': self.sign('\n'.join(fields))})

    def shared_key(self, method: str, path: str, query: dict[str, str],
                   length: int, headers: dict[str, str]) -> str:
        """Value of ``Authorization`` for a request.

        :param path: with the account, as in the URL
        :param headers: those that begin with ``x-ms-``
        """
        canonical_headers = ''.join(
            f'{key}:{headers[key]}\n' for key in sorted(headers, key=weight))
        resource = f'/{self._account}{path}' + ''.join(
            f'\n{key}:{value}' for key, value in sorted(query.items()))
        size = str(length) if length else ''
        text = '\n'.join((method, '', '', size, '', '', '', '', '', '', '',
                          '', canonical_headers + resource))
        return f'SharedKey {self._account}:{self.sign(text)}'


def _query(values: dict[str, str]) -> str:
    return parse.urlencode(
        {key: value for key, value in values.items() if value})
