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

"""What storage accounts answer when they refuse, as our exceptions."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree  # noqa: S405 - expat limits entities

from jacket_azure import exceptions
from jacket_azure.arm import answers
from jacket_azure.arm import calls
from jacket_azure.arm import redaction

BLOB_TYPE = 'blob'
CONTAINER_TYPE = 'blob container'
# a Put Blob or Copy Blob that must not overwrite has found something
EXISTS = frozenset({'BlobAlreadyExists', 'ContainerAlreadyExists'})
# the login was understood and refused; another key may do
REFUSED_LOGINS = frozenset(
    {
        'AuthenticationFailed',
        'AuthorizationFailure',
        'InvalidAuthenticationInfo',
        # a managed disk's URL after somebody ended all access
        'AuthorizationPermissionMismatch',
    }
)

_KINDS: tuple[tuple[type[exceptions.AzureError], tuple[str, ...]], ...] = (
    (
        exceptions.NotFound,
        ('BlobNotFound', 'ContainerNotFound', 'ResourceNotFound'),
    ),
    (
        exceptions.PreconditionFailed,
        (
            *sorted(EXISTS),
            'ConditionNotMet',
            'SourceConditionNotMet',
            'TargetConditionNotMet',
        ),
    ),
    (
        exceptions.InUse,
        (
            'LeaseAlreadyPresent',
            'LeaseIdMissing',
            'LeaseIdMismatchWithBlobOperation',
            'LeaseIdMismatchWithLeaseOperation',
            'LeaseIsBreakingAndCannotBeAcquired',
            'LeaseIsBrokenAndCannotBeRenewed',
            'LeaseLost',
            # ours has run out: somebody may have come in between
            'LeaseNotPresentWithBlobOperation',
            'SnapshotsPresent',
        ),
    ),
    (
        exceptions.Conflict,
        (
            'AccountBeingCreated',
            'ContainerBeingDeleted',
            'NoPendingCopyOperation',
            'PendingCopyOperation',
            'SnapshotOperationRateExceeded',
            'SnaphotOperationRateExceeded',
        ),
    ),
    (
        exceptions.QuotaExceeded,
        ('SnapshotCountExceeded', 'AccountLimitExceeded'),
    ),
    (exceptions.Throttled, ('ServerBusy',)),
    (
        exceptions.Unauthorized,
        (
            'AccountIsDisabled',
            'AuthorizationProtocolMismatch',
            'AuthorizationSourceIPMismatch',
            'CannotVerifyCopySource',
            'InsufficientAccountPermissions',
            'KeyBasedAuthenticationNotPermitted',
            'NoAuthenticationInformation',
            *sorted(REFUSED_LOGINS),
        ),
    ),
)
_BY_CODE = {code: kind for kind, codes in _KINDS for code in codes}
_BY_STATUS = {
    401: exceptions.Unauthorized,
    403: exceptions.Unauthorized,
    404: exceptions.NotFound,
    408: exceptions.Unavailable,
    409: exceptions.Conflict,
    412: exceptions.PreconditionFailed,
    429: exceptions.Throttled,
    501: exceptions.Refused,
    505: exceptions.Refused,
}
_HINTS = {
    'AuthorizationPermissionMismatch': 'give the identity the role Storage '
    'Blob Data Contributor on the storage account, or set [azure] '
    'storage_credential = account_key',
    'KeyBasedAuthenticationNotPermitted': 'set [azure] storage_credential = '
    'identity',
    'AuthenticationFailed': 'check this machine\'s clock and the access',
}
# what follows the reason: request id and time, which are told apart
_TRAILER = re.compile(r'\s*RequestId:.*', re.S)
_LONGEST = 600


def code_of(response: Any) -> str | None:
    """Return the error code of an answer, e.g. ``BlobNotFound``."""
    code = response.headers.get('x-ms-error-code')
    return str(code) if code else _read(response)[0]


def from_response(
    response: Any, call: calls.Call
) -> exceptions.AzureError:
    """Build the exception for an answer that is an error.

    :param response: an ``azure.core.rest.HttpResponse`` already read
    """
    status = response.status_code
    told, message = _read(response)
    code = response.headers.get('x-ms-error-code') or told
    kind = kind_of(code, status)
    request_id = answers.request_id_of(response.headers)
    facts = [f'Azure answered {call.operation} with HTTP {status}']
    if request_id:
        facts.append(f'request id {request_id}')
    text = message or getattr(response, 'reason', None) or 'no reason'
    text = redaction.text(' '.join(text.split()), call.secrets)[:_LONGEST]
    parts = (
        code,
        _HINTS.get(code or ''),
        f'{text.rstrip(".")} ({", ".join(facts)})',
    )
    extra: dict[str, Any] = {}
    if kind is exceptions.Throttled:
        extra['retry_after'] = answers.retry_after_of(response.headers)
    if kind is exceptions.NotFound:
        extra['resource_id'] = redaction.path(response.request.url)
        extra['resource_type'] = (
            CONTAINER_TYPE if code == 'ContainerNotFound' else BLOB_TYPE
        )
    return kind(
        ': '.join(part for part in parts if part),
        code=code,
        status=status,
        request_id=request_id,
        **extra,
    )


def kind_of(code: str | None, status: int) -> type[exceptions.AzureError]:
    """Return the exception class of a refusal."""
    found = _BY_CODE.get(code or '') or _BY_STATUS.get(status)
    if found is None:
        return (
            exceptions.Refused
            if 400 <= status < 500
            else exceptions.Unavailable
        )
    return found


def _read(response: Any) -> tuple[str | None, str]:
    """Return code and message of ``<Error><Code/><Message/></Error>``.

    What else there is may quote the request's signature.
    """
    try:
        root = ElementTree.fromstring(response.content)  # noqa: S314
    except (ElementTree.ParseError, TypeError):
        return None, ''
    message = _TRAILER.sub('', root.findtext('Message') or '')
    return root.findtext('Code'), message
