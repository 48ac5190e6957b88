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

"""Every failure of the SDK or of Azure becomes one of our exceptions."""

from __future__ import annotations

from collections.abc import Iterator
import contextlib
import re
from typing import Any

from azure.core import exceptions as sdk

from jacket_azure import exceptions
from jacket_azure.arm import answers
from jacket_azure.arm import calls
from jacket_azure.arm import error_codes
from jacket_azure.arm import missing
from jacket_azure.arm import redaction
from jacket_azure.arm import retries

# Azure's own word, and the one that others write
CANCELED = frozenset({'canceled', 'cancelled'})
# A longer message is cut; some list every size of a region.
_LONGEST = 600
_UNREADABLE = (
    AttributeError,
    KeyError,
    TypeError,
    ValueError,
    sdk.HttpResponseError,
)
# Code of an Unavailable that no waiting will end
UNTRUSTED = 'CertificateNotVerified'
# Tokens are valid from five minutes before; more than that is a wrong clock.
_TOLERATED_SKEW = 300

_RIGHT = re.compile(r"perform action '([^']+)'")
_HINTS = {
    'AuthorizationFailed': 'give the role this right',
    'LinkedAuthorizationFailed': 'the right is missing on a resource that '
    'the request refers to',
    'SubscriptionNotFound': 'check [azure] subscription_id and that the '
    'credentials have a role in it',
    'InvalidSubscriptionId': 'check [azure] subscription_id',
    'InvalidAuthenticationTokenTenant': 'the subscription belongs to another '
    'tenant than [azure] tenant_id',
    'MissingSubscriptionRegistration': 'register the resource provider in '
    'the subscription',
    'MarketplacePurchaseEligibilityFailed': 'accept the terms of the image '
    'in this subscription',
    'ResourcePurchaseValidationFailed': 'accept the terms of the image in '
    'this subscription',
}


@contextlib.contextmanager
def translated(call: calls.Call) -> Iterator[None]:
    """Let nothing but :mod:`jacket_azure.exceptions` out of the block."""
    try:
        yield
    except (sdk.AzureError, ValueError) as exc:
        # ValueError: the answer is not the JSON the SDK expects
        raise _unanswered(exc, call) from exc


def from_response(response: Any, call: calls.Call) -> exceptions.AzureError:
    """Build the exception for an answer that is an error.

    :param response: an ``azure.core.rest.HttpResponse`` already read
    """
    error = answers.error_of(answers.body_of(response))
    status = response.status_code
    request = response.request
    headers = response.headers
    kind = error_codes.kind_of(error.codes, error.message, status)
    request_id = answers.request_id_of(headers)
    text = error.message or getattr(response, 'reason', None) or 'no reason'
    extra: dict[str, Any] = {}
    if kind is exceptions.Throttled:
        extra['retry_after'] = answers.retry_after_of(headers)
    if kind is exceptions.NotFound:
        extra.update(
            missing.find(
                error.message, request.url, request.method, error.target
            )._asdict()
        )
    return kind(
        _sentence(
            error.code,
            _hint(error, status, headers),
            text,
            [f'Azure answered {call.operation} with HTTP {status}'],
            request_id,
            call,
        ),
        code=error.code,
        status=status,
        request_id=request_id,
        target=error.target,
        **extra,
    )


def from_operation(
    body: Any, response: Any, call: calls.Call
) -> exceptions.AzureError:
    """Build the exception for an operation that ended badly.

    :param body: ``{"status": "Failed", "error": {...}}``, or a resource whose
        ``provisioningState`` says so
    :param response: the answer that told, for its request id
    """
    error = answers.error_of(body.get('error') or {})
    state = body.get('status') or 'Failed'
    kind = error_codes.kind_of(error.codes, error.message)
    extra: dict[str, Any] = {}
    if kind is exceptions.NotFound:
        extra.update(
            missing.find(error.message, '', 'GET', error.target)._asdict()
        )
    request_id = answers.request_id_of(response.headers)
    ended = (
        'was canceled in Azure'
        if state.lower() in CANCELED
        else f'ended as {state}'
    )
    return kind(
        _sentence(
            error.code,
            _HINTS.get(error.code or ''),
            error.message or 'Azure gave no reason',
            [f'{call.operation} {ended}'],
            request_id,
            call,
        ),
        # Without one a reader could not tell Canceled from Failed.
        code=error.code or state,
        request_id=request_id,
        target=error.target,
        **extra,
    )


def _unanswered(exc: Exception, call: calls.Call) -> exceptions.AzureError:
    if isinstance(exc, sdk.ClientAuthenticationError):
        kind: error_codes.Kind = exceptions.Unauthorized
        text = f'Azure accepted no credentials for {call.operation}: {exc}'
    else:
        kind = exceptions.Unavailable
        text = f'No usable answer to {call.operation}: {reason_of(exc)}'
    code = UNTRUSTED if retries.is_untrusted(exc) else None
    return kind(_sentence(None, None, text, [], None, call), code=code)


def reason_of(exc: BaseException) -> str:
    """Return why there was no answer, in words an operator can act on."""
    text = f'{exc}'
    if isinstance(exc, retries.NothingSent):
        return text
    if retries.is_untrusted(exc):
        return (
            'the certificate of the endpoint cannot be verified; check '
            '[azure] ca_file and the endpoint'
        )
    if isinstance(exc, sdk.ClientAuthenticationError) and exc.response:
        return f'it answers HTTP {exc.response.status_code}'
    if isinstance(exc, _UNREADABLE):
        # errors do not come here: a success the SDK can make nothing of
        return 'the answer is not what Azure sends; check for a proxy between'
    if 'NameResolutionError' in text or 'Name or service' in text:
        return 'the name of the endpoint cannot be resolved'
    if isinstance(exc, sdk.ServiceRequestTimeoutError):
        return 'connecting to the endpoint took too long'
    if isinstance(exc, sdk.ServiceResponseTimeoutError):
        return 'the endpoint took too long to answer'
    if 'Connection refused' in text:
        return 'the endpoint refuses connections'
    if isinstance(exc, sdk.ServiceResponseError):
        return 'the connection broke before the answer came'
    return f'{type(exc).__name__}: {text}'


def _hint(
    error: answers.ErrorBody, status: int, headers: Any
) -> str | None:
    right = _RIGHT.search(error.message or '')
    if error.code == 'AuthorizationFailed' and right:
        return f'give the role the right {right.group(1)}'
    if status == 401:
        skew = answers.clock_skew_of(headers)
        if skew is not None and abs(skew) > _TOLERATED_SKEW:
            direction = 'ahead' if skew > 0 else 'behind'
            return (
                f"this machine's clock is {abs(skew):.0f} seconds {direction}"
            )
    return _HINTS.get(error.code or '')


def _sentence(
    code: str | None,
    hint: str | None,
    text: str,
    facts: list[str],
    request_id: str | None,
    call: calls.Call,
) -> str:
    """Put what helps most first: Nova shows a user 255 characters.

    No path, which the debug log has beside the request id.
    """
    # first: a secret may hold spaces
    text = ' '.join(redaction.text(text, call.secrets).split())
    if len(text) > _LONGEST:
        text = f'{text[:_LONGEST]}...'
    if request_id:
        facts = [*facts, f'request id {request_id}']
    if facts:
        text = f'{text.rstrip(".")} ({", ".join(facts)})'
    return ': '.join(filter(None, (code, hint, text)))
