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


"""The bytes of a disk in Azure, by a signed URL and plain HTTP."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

from jacket_azure.sandbox import errors

TIMEOUT = 60


class DiskReader:
    """Reads while its URL is valid.

    :param session: of requests, which trusts the server
    """

    def __init__(self, session: Any, url: str):
        self._session = session
        self._url = url

    def read(self, offset: int, length: int) -> bytes:
        """Return bytes; all of them, or raise."""
        answer = self._get(self._url, {
            'x-ms-range': f'bytes={offset}-{offset + length - 1}'})
        return bytes(answer.content)

    def ranges(self) -> list[tuple[int, int]]:
        """Return first byte and end of each range that was ever written."""
        answer = self._get(f'{self._url}&comp=pagelist', {})
        # Azure itself wrote it
        found = ElementTree.fromstring(answer.content)    # noqa: S314
        return [
            (int(each.findtext('Start') or 0),
             int(each.findtext('End') or 0) + 1)
            for each in found.iter('PageRange')]

    def _get(self, url: str, headers: dict[str, str]) -> Any:
        answer = self._session.get(url, headers=headers, timeout=TIMEOUT)
        if answer.status_code >= 300:
            # the URL is a secret
            raise errors.SandboxError(
                f'the bytes of the disk cannot be read: {answer.status_code}')
        return answer
