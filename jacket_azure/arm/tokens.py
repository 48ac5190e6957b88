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

"""The step of the pipeline that logs in, and says why it could not."""

from __future__ import annotations

import re
from typing import Any

from azure.core import exceptions as sdk
from azure.core.pipeline import PipelineRequest
from azure.mgmt.core.policies import ARMChallengeAuthenticationPolicy

from jacket_azure import exceptions
from jacket_azure.arm import errors
from jacket_azure.arm import redaction
from jacket_azure.arm import retries


class TokenPolicy(ARMChallengeAuthenticationPolicy):
    """The SDK's bearer token, with failures told apart and in words."""

    def on_request(self, request: PipelineRequest[Any]) -> None:
        try:
            super().on_request(request)
        except sdk.ClientAuthenticationError as exc:
            reason = _unreachable(exc)
            if reason is None:
                raise exceptions.Unauthorized(_login_failed(exc)) from exc
            # a broken answer is quoted, and half a token is a secret too
            raise _no_token(reason) from None
        except (sdk.ServiceRequestError, sdk.ServiceResponseError) as exc:
            raise _no_token(exc) from exc


def _no_token(exc: BaseException) -> Exception:
    status = _HTTP_ERROR.search(str(exc))
    reason = f'it answers HTTP {status[1]}' if status else (
        errors.reason_of(exc)
    )
    text = f'the token service did not answer: {reason}'
    if retries.is_untrusted(exc):
        # Trying again does not help.
        return exceptions.Unavailable(
            f'Logging in to Azure failed: {text}', code=errors.UNTRUSTED
        )
    return retries.NothingSent(text)


_PASSING = (
    sdk.ServiceRequestError,
    sdk.ServiceResponseError,
    # half an answer, or another one than the token service gives; on JSON of
    # an unknown shape msal stumbles
    sdk.DecodeError,
    AttributeError,
    KeyError,
    TypeError,
)
# msal says no more when the authority's description cannot be read
# an object where the token service has a word: something else answered
_FOREIGN = re.compile(r'^Authentication failed: [{\[]')
_HTTP_ERROR = re.compile(r'HTTP Error: (429|5\d\d)\b')


def _unreachable(exc: BaseException) -> BaseException | None:
    """Return the passing trouble azure-identity wrapped, if it is that."""
    cause: BaseException | None = exc
    while cause is not None:
        if _FOREIGN.search(str(cause)):
            return sdk.DecodeError('not an answer of the token service')
        if isinstance(cause, _PASSING) or _HTTP_ERROR.search(str(cause)):
            return cause
        response = getattr(cause, 'response', None)
        if response is not None and _is_passing(response.status_code):
            return cause
        cause = cause.__cause__ or cause.__context__
    return None


def _is_passing(status: int) -> bool:
    return status == 429 or status >= 500


# The first part of an AADSTS text says it all; the rest are trace ids.
_TRACE = re.compile(r'\s*Trace ID:.*', re.S)
_CLOCK = ('AADSTS700024', 'AADSTS700082', 'AADSTS500133')
_LOGIN_HINTS = (
    ('AADSTS7000215', 'check [azure] client_secret'),
    ('AADSTS7000222', '[azure] client_secret has expired'),
    ('AADSTS700016', 'check [azure] client_id and tenant_id'),
    ('AADSTS90002', 'check [azure] tenant_id'),
    # msal keeps AADSTS90002 to itself when it looks for the tenant
    ('Unable to get authority configuration',
     'check [azure] tenant_id and authority'),
    ('AADSTS700027', 'check [azure] certificate_path'),
    *((code, "check this machine's clock") for code in _CLOCK),
)


def _login_failed(exc: BaseException) -> str:
    text = ' '.join(redaction.text(_TRACE.sub('', str(exc))).split())
    hints = [hint for code, hint in _LOGIN_HINTS if code in text]
    return '; '.join([f'Logging in to Azure failed: {text}', *hints])
