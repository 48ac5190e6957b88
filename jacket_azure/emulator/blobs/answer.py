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

"""One answer of the blob service, and the XML of its errors."""

from __future__ import annotations

import dataclasses
import http.client
import uuid
from xml.sax import saxutils

_VERSION = '2026-06-06'
XML = 'application/xml'


class Zeros:
    """So many bytes of zero, to be read."""

    def __init__(self, length: int) -> None:
        self._left = length

    def read(self, size: int | None = None) -> bytes:
        """Return the next bytes, all by default."""
        length = self._left if size is None else min(size, self._left)
        self._left -= length
        return bytes(length)


@dataclasses.dataclass
class Answer:
    """What is sent back.

    :ivar headers: without those of the connection and the length
    :ivar body: all of it, or a response that is still to be read
    :ivar length: of the body in bytes; of a HEAD the length it tells of
    """

    status: int
    headers: list[tuple[str, str]]
    body: bytes | http.client.HTTPResponse | Zeros = b''
    length: int = 0

    def header(self, name: str) -> str:
        """A header by its name in lower case; empty when there is none."""
        for key, value in self.headers:
            if key.lower() == name:
                return value
        return ''

    def replace(self, name: str, value: str | None) -> None:
        """Set a header, or with None take it away."""
        self.headers = [pair for pair in self.headers
                        if pair[0].lower() != name.lower()]
        if value is not None:
            self.headers.append((name, value))

    def read(self) -> bytes:
        """Return the whole body; it may be read again."""
        if not isinstance(self.body, bytes):
            self.body = self.body.read()
        return self.body

    def hide_body(self) -> None:
        """Replace every byte of the body by zero."""
        if self.body:
            self.body = Zeros(self.length)

    def set_body(self, body: bytes) -> None:
        """Replace the body."""
        if not isinstance(self.body, bytes):
            self.body.read()
        self.body = body
        self.length = len(body)


class BlobFailure(Exception):
    """The blob service refuses.

    :ivar details: further elements of the error's XML
    """

    def __init__(self, status: int, code: str, message: str,
                 headers: dict[str, str] | None = None,
                 **details: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}
        self.details = details


def make(status: int, headers: dict[str, str] | None = None,
         body: bytes = b'') -> Answer:
    """Return an answer that the front itself gives."""
    return Answer(status, [
        ('x-ms-request-id', str(uuid.uuid4())), ('x-ms-version', _VERSION),
        *(headers or {}).items()], body, len(body))


def refusal(status: int, code: str, message: str,
            headers: dict[str, str] | None = None,
            details: dict[str, str] | None = None) -> Answer:
    """Return an error in the words and the form of the blob service."""
    answer = make(status, {'x-ms-error-code': code, 'Content-Type': XML,
                           **(headers or {})})
    request = answer.header('x-ms-request-id')
    more = ''.join(f'<{name}>{saxutils.escape(value)}</{name}>'
                   for name, value in (details or {}).items())
    answer.set_body((
        f'<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code>'
        f'<Message>{saxutils.escape(message)}\nRequestId:{request}'
        f'</Message>{more}</Error>').encode())
    return answer
