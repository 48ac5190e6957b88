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

"""Tokens: Entra ID's token endpoint and the managed identity endpoints.

Tokens live by the machine's clock, also under a virtual one, for the
client's cache does; :meth:`Identity.expire_tokens` ends them by hand.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from typing import TYPE_CHECKING
from typing import Any
import uuid

from jacket_azure.emulator import errors

if TYPE_CHECKING:
    from jacket_azure.emulator import server

LIFETIME_SECONDS = 3600
# by how much clocks may differ
SKEW_SECONDS = 300


class Identity:
    """Issues and checks the tokens of one emulator."""

    def __init__(self, emulator: server.Emulator) -> None:
        self._emulator = emulator
        # of the same secret at each start, so that tokens outlive one
        self._key = hashlib.sha256(
            f'tokens {emulator.client_secret}'.encode()).digest()
        self._not_before = 0.0
        self.lifetime_seconds = LIFETIME_SECONDS
        # who holds no token lately learns it by ExpiredAuthenticationToken
        self.object_id = str(uuid.uuid5(uuid.NAMESPACE_URL,
                                        emulator.client_id))
        self.issued = 0
        # how far the clock of Azure is ahead of this machine's
        self.clock_offset_seconds = 0.0

    def now(self) -> float:
        """Return Azure's time in seconds since 1970."""
        return time.time() + self.clock_offset_seconds

    def issue(self, audience: str) -> dict[str, Any]:
        """Return the fields of a token answer for the emulator's client."""
        now = int(self.now())
        emulator = self._emulator
        claims = {
            'aud': audience, 'iss': f'{emulator.authority}/'
            f'{emulator.tenant_id}/v2.0', 'iat': now, 'nbf': now,
            'exp': now + self.lifetime_seconds, 'appid': emulator.client_id,
            'oid': self.object_id, 'tid': emulator.tenant_id, 'ver': '1.0',
            'jti': secrets.token_urlsafe(12)}
        head = {'typ': 'JWT', 'alg': 'HS256'}
        signed = f'{_pack(head)}.{_pack(claims)}'
        self.issued += 1
        return {'token_type': 'Bearer',
                'expires_in': self.lifetime_seconds,
                'ext_expires_in': self.lifetime_seconds,
                'access_token': f'{signed}.{self._sign(signed)}'}

    def expire_tokens(self) -> None:
        """Let every token issued so far be out of date."""
        self._not_before = self.now()

    def check(self, authorization: str | None) -> None:
        """Check an Authorization header as ARM does.

        :raises ArmError: 401 with WWW-Authenticate
        """
        kind, _, token = (authorization or '').partition(' ')
        if kind.lower() != 'bearer' or not token:
            raise self._refuse(
                'AuthenticationFailed', 'Authentication failed. The '
                "'Authorization' header is missing.")
        claims = self.claims(token)
        if claims is None:
            raise self._refuse('InvalidAuthenticationToken',
                               'The access token is invalid.')
        if claims['aud'].rstrip('/') != self._emulator.audience.rstrip('/'):
            raise self._refuse(
                'InvalidAuthenticationTokenAudience',
                f"The access token has been obtained for wrong audience or "
                f"resource '{claims['aud']}'. It should exactly match with "
                f"one of the allowed audiences "
                f"'{self._emulator.audience}'.")
        if self.outdated(claims):
            raise self._refuse(
                'ExpiredAuthenticationToken',
                f"The access token expiry UTC time '{_clock(claims['exp'])}' "
                f"is earlier than current UTC time "
                f"'{_clock(self.now())}'.")
        if self.too_early(claims):
            raise self._refuse('InvalidAuthenticationToken',
                               'The access token is invalid.')

    def claims(self, token: str) -> dict[str, Any] | None:
        """Return what a token of ours says; None when it is none."""
        signed, _, signature = token.rpartition('.')
        if not hmac.compare_digest(signature.encode(),
                                   self._sign(signed).encode()):
            return None
        return _unpack(signed.partition('.')[2])

    def outdated(self, claims: dict[str, Any]) -> bool:
        """Tell whether a token's time is over."""
        over: bool = claims['exp'] <= self.now()
        return over or claims['iat'] < int(self._not_before)

    def too_early(self, claims: dict[str, Any]) -> bool:
        """Tell whether a token's time has not come."""
        early: bool = claims['nbf'] > self.now() + SKEW_SECONDS
        return early

    def authorize(self, action: str, scope: str) -> None:
        """Refuse an action that was denied by ``faults.deny``.

        :raises ArmError: 403 AuthorizationFailed
        """
        if self._emulator.faults.denied(action):
            raise errors.ArmError(
                403, 'AuthorizationFailed',
                f"The client '{self._emulator.client_id}' with object id "
                f"'{self.object_id}' does not have authorization to perform "
                f"action '{action}' over scope '{scope}' or the scope is "
                f"invalid. If access was recently granted, please refresh "
                f"your credentials.", gateway=True)

    def _refuse(self, code: str, message: str) -> errors.ArmError:
        emulator = self._emulator
        challenge = (
            f'Bearer authorization_uri="{emulator.authority}/'
            f'{emulator.tenant_id}", error="invalid_token", '
            f'error_description="{message}"')
        return errors.ArmError(401, code, message, gateway=True,
                               headers={'WWW-Authenticate': challenge})

    def _sign(self, text: str) -> str:
        return _text(hmac.new(self._key, text.encode(),
                              hashlib.sha256).digest())


def _clock(seconds: float) -> str:
    """Write a time as ARM does there: ``5/4/2026 8:00:00 AM``."""
    when = time.gmtime(seconds)
    return (f'{when.tm_mon}/{when.tm_mday}/{when.tm_year} '
            f'{when.tm_hour % 12 or 12}:{when.tm_min:02}:{when.tm_sec:02} '
            f'{"PM" if when.tm_hour >= 12 else "AM"}')


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip('=')


def _pack(value: dict[str, Any]) -> str:
    return _text(json.dumps(value, separators=(',', ':')).encode())


def _unpack(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        base64.urlsafe_b64decode(text + '=' * (-len(text) % 4)))
    return found
