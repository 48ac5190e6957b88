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

"""What must not be seen: signed queries, SAS signatures, secrets in bodies."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
import logging
import re
from typing import Any
from urllib import parse

HIDDEN = '***'
# Properties of request and answer bodies whose values nobody may see.
SECRET_PROPERTIES = frozenset(
    {
        'accesssas',
        'adminpassword',
        'customdata',
        'password',
        'protectedsettings',
        'securitydataaccesssas',
        'securitymetadataaccesssas',
        'userdata',
    }
)
# A shorter one would hide half of a sentence and is no secret anyway.
_SHORTEST = 6

_SIGNATURES = re.compile(
    r'(?i)((?:[?&;]|\b)(?:sig|skoid|signature|access_token|client_secret|'
    r'client_assertion)=)[^&\s"\'<>]+'
)
# in JSON, perhaps cut off
_TOKENS = re.compile(
    r'(?i)("(?:access_token|refresh_token|id_token|client_secret|'
    r'client_assertion|accessSAS)"\s*:\s*")[^"]*'
)
_BEARER = re.compile(r'(?i)\b(bearer\s+)[A-Za-z0-9._~+/=-]+')
# also the beginning of one
_JWT = re.compile(r'\beyJ[\w-]{8,}(?:\.[\w-]*){0,2}')


def path(url: str) -> str:
    """Return the path of a URL; the query of operation URLs is a signature."""
    return parse.urlsplit(url).path


def text(value: str, secrets: Iterable[str] = ()) -> str:
    """Return *value* without signatures, tokens and the given secrets."""
    for secret in secrets:
        if len(secret) >= _SHORTEST:
            value = value.replace(secret, HIDDEN)
    value = _SIGNATURES.sub(rf'\g<1>{HIDDEN}', value)
    value = _TOKENS.sub(rf'\g<1>{HIDDEN}', value)
    value = _BEARER.sub(rf'\g<1>{HIDDEN}', value)
    return _JWT.sub(HIDDEN, value)


def secrets_of(body: Any) -> tuple[str, ...]:
    """Return the secret strings of a request body, the longest first."""
    return tuple(sorted(set(_secrets(body, False)), key=len, reverse=True))


def _secrets(node: Any, secret: bool) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            hidden = secret or key.lower() in SECRET_PROPERTIES
            yield from _secrets(value, hidden)
    elif isinstance(node, list):
        for value in node:
            yield from _secrets(value, secret)
    elif isinstance(node, str) and secret:
        yield node


class _WithoutQuery(logging.Filter):
    """Cut queries from what urllib3 says about each request at debug level.

    urllib3.connectionpool logs ``'%s://%s:%s "%s %s %s" %s %s'`` with the
    request's target, whole, as the fifth argument.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                argument.split('?', 1)[0]
                if isinstance(argument, str)
                else argument
                for argument in record.args
            )
        return True


class _Redacted(logging.Filter):
    """Redact what azure-identity says about a failed login.

    It quotes an answer that it cannot read, and that is half a token. The
    stack trace would quote it again.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = text(record.getMessage())
        record.args = None
        record.exc_info = record.exc_text = None
        return True


_without_query = _WithoutQuery()
_redacted = _Redacted()


def quiet_libraries() -> None:
    """Keep secrets out of the logs of libraries; safe to repeat.

    A filter does not reach the loggers below its own, so it is given to each
    that azure-identity has made when it was imported.
    """
    logging.getLogger('urllib3.connectionpool').addFilter(_without_query)
    for name in list(logging.Logger.manager.loggerDict):
        if name.startswith('azure.identity'):
            logging.getLogger(name).addFilter(_redacted)
