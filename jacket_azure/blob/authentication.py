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

"""Three ways to log in to a storage account: token, key, signed URL."""

from __future__ import annotations

import abc
from collections.abc import Callable
import logging
import threading
from typing import Any
from urllib import parse

from azure.core.credentials import AzureNamedKeyCredential
from azure.core.pipeline import PipelineRequest
from azure.core.pipeline import PipelineResponse
from azure.core.pipeline.policies import HTTPPolicy
from azure.storage.blob import BlobServiceClient

from jacket_azure import exceptions
from jacket_azure.blob import address
from jacket_azure.blob import errors

LOG = logging.getLogger(__name__)
_PLAIN_URL = 'jacket_azure_plain_url'


class _Renewing(HTTPPolicy[Any, Any]):
    """Log in with a secret that is asked for again when it is refused.

    :param ask: returns the secret of today; called without any lock held
    """

    def __init__(self, ask: Callable[[], str]) -> None:
        super().__init__()
        self._ask = ask
        self._lock = threading.Lock()
        self._secret: str | None = None

    def send(
        self, request: PipelineRequest[Any]
    ) -> PipelineResponse[Any, Any]:
        secret = self._secret or self._renew()
        self._sign(request, secret)
        response = self.next.send(request)
        if not _is_refused(response.http_response):
            return response
        # another thread may have asked meanwhile
        newer = self._secret
        if newer is None or newer == secret:
            newer = self._renew()
        if newer == secret:
            return response
        LOG.debug('Logging in again: the secret has changed')
        self._sign(request, newer)
        return self.next.send(request)

    def _renew(self) -> str:
        secret = self._ask()
        with self._lock:
            self._secret = secret
        return secret

    @abc.abstractmethod
    def _sign(self, request: PipelineRequest[Any], secret: str) -> None:
        """Put the secret, or what proves it, into the request."""


def _is_refused(response: Any) -> bool:
    return response.status_code in (401, 403) and (
        errors.code_of(response) in errors.REFUSED_LOGINS
    )


class KeyPolicy(_Renewing):
    """Sign with a key of the account.

    :param endpoint: URL of the account
    :param read_keys: asks Azure Resource Manager for the keys
    """

    def __init__(
        self,
        account: str,
        endpoint: str,
        read_keys: Callable[[], tuple[str, ...]],
    ) -> None:
        super().__init__(lambda: read_keys()[0])
        self._account = account
        self._endpoint = endpoint
        self._signers: dict[str, Any] = {}

    def _sign(self, request: PipelineRequest[Any], secret: str) -> None:
        signer = self._signers.get(secret)
        if signer is None:
            # the order of headers in what is signed is a science of its own
            signer = BlobServiceClient(
                self._endpoint, AzureNamedKeyCredential(self._account, secret)
            ).credential
            self._signers = {secret: signer}
        signer.on_request(request)


class SignedUrlPolicy(_Renewing):
    """Send requests to a signed URL, whatever it is at the moment.

    :param url_source: returns a URL that is valid now
    """

    def _sign(self, request: PipelineRequest[Any], secret: str) -> None:
        place, signature = address.split(secret)
        if not signature:
            raise exceptions.Unauthorized('The URL of a blob is not signed')
        http_request = request.http_request
        # signed before, when this is a repetition
        plain = request.context.setdefault(_PLAIN_URL, http_request.url)
        query = parse.urlsplit(plain).query
        fields = [query, signature] if query else [signature]
        http_request.url = f'{place.at(None).url}?{"&".join(fields)}'
