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

"""Azure's error codes, and which kind of failure each one is.

Codes come before HTTP statuses: Network answers 400 for "in use", Compute 409
``OperationNotAllowed`` for a quota, a throttle and a refusal alike.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
import re

from jacket_azure import exceptions

Kind = type[exceptions.AzureError]

_BY_CODE: dict[str, Kind] = {}


def _register(kind: Kind, *codes: str) -> None:
    _BY_CODE.update({code.lower(): kind for code in codes})


_register(
    exceptions.NoCapacity,
    'AllocationFailed',
    'ZonalAllocationFailed',
    'OverconstrainedAllocationRequest',
    'OverconstrainedZonalAllocationRequest',
    'SkuNotAvailable',
)
_register(
    exceptions.QuotaExceeded,
    'QuotaExceeded',
    'ResourceQuotaExceeded',
    'PublicIPCountLimitReached',
)
_register(
    exceptions.Throttled,
    'TooManyRequests',
    'SubscriptionRequestsThrottled',
    'ResourceRequestsThrottled',
)
_register(
    exceptions.InUse,
    'NicInUse',
    'NicReservedForAnotherVm',
    'PublicIPAddressCannotBeDeleted',
    'PublicIPAddressInUse',
    'PrivateIPAddressIsAllocated',
    'AttachDiskWhileBeingDetached',
    'ConflictingUserInput',
    'DiskBlobAlreadyInUseByAnotherDisk',
    'DiskInUse',
)
_register(
    exceptions.Conflict,
    'AnotherOperationInProgress',
    'Conflict',
    'ConflictingConcurrentWriteNotAllowed',
    'OperationPreempted',
    'ParentResourceIsInFailedState',
    'ReferencedResourceNotProvisioned',
    'RetryableErrorDueToAnotherOperation',
)
_register(
    exceptions.PreconditionFailed,
    'PreconditionFailed',
    'PreconditionFailedEtagMismatch',
)
_register(
    exceptions.Refused,
    'PropertyChangeNotAllowed',
    'RequestDisallowedByPolicy',
    'ScopeLocked',
    'MissingSubscriptionRegistration',
    'ReadOnlyDisabledSubscription',
    'MarketplacePurchaseEligibilityFailed',
    'ResourcePurchaseValidationFailed',
)
_register(
    exceptions.Unauthorized,
    'AuthorizationFailed',
    'LinkedAuthorizationFailed',
    'InvalidAuthenticationToken',
    'InvalidAuthenticationTokenTenant',
    'ExpiredAuthenticationToken',
    'AuthenticationFailed',
    # The service also says this of subscriptions one may not see.
    'SubscriptionNotFound',
    'InvalidSubscriptionId',
)
_register(
    exceptions.NotFound,
    'ResourceNotFound',
    'ResourceGroupNotFound',
    'ParentResourceNotFound',
    'InvalidResourceReference',
    'PlatformImageNotFound',
    'ImageNotFound',
    'NotFound',
)

_PATTERNS: tuple[tuple[re.Pattern[str], Kind], ...] = (
    (re.compile(r'^LowPriorityQuota', re.I), exceptions.QuotaExceeded),
    (re.compile(r'CountLimitReached$', re.I), exceptions.QuotaExceeded),
    (re.compile(r'^InUse.*CannotBeDeleted$', re.I), exceptions.InUse),
)

# What the text says where the code says too little.
_QUOTA = re.compile(
    r'\bexceeding approved\b.*\bquota\b|\bquota\b.*exceed', re.I
)
_IN_USE = re.compile(
    r'already allocated to resource'
    r'|currently attached to'
    r'|\bis attached to VM\b'
    r'|already (?:attached to|owned by) (?:VM|virtual machine)',
    re.I,
)
_NO_ROOM = re.compile(r'not available in the current hardware cluster', re.I)
_VAGUE = frozenset({'operationnotallowed', 'conflict', 'badrequest'})

# Refused because something else is going on; the same request works later.
# Azure says so with 429, and with 409 as well.
TRANSIENT = frozenset(
    {
        'anotheroperationinprogress',
        'retryableerror',
        'retryableerrorduetoanotheroperation',
    }
)

_BY_STATUS: tuple[tuple[Callable[[int], bool], Kind], ...] = (
    (lambda status: status in (401, 403), exceptions.Unauthorized),
    (lambda status: status == 404, exceptions.NotFound),
    (lambda status: status == 409, exceptions.Conflict),
    (lambda status: status == 412, exceptions.PreconditionFailed),
    (lambda status: status == 429, exceptions.Throttled),
    # Not implemented, not this version: asking again does not help.
    (lambda status: status in (501, 505), exceptions.Refused),
    (lambda status: status == 408 or status >= 500, exceptions.Unavailable),
    (lambda status: 400 <= status < 500, exceptions.Refused),
)


def kind_of(
    codes: Iterable[str], message: str, status: int | None = None
) -> Kind:
    """Return the exception class of a failure.

    :param codes: the error's own code first, then those of its details
    :param status: HTTP status; None for what an operation ended with
    """
    codes = list(codes)
    if status == 429:
        return exceptions.Throttled
    if status is not None and status >= 500:
        return _by_status(status)
    if not codes or codes[0].lower() in _VAGUE:
        found = _by_text(message)
        if found is not None:
            return found
    for code in codes:
        found = _by_code(code)
        # A detail only says more than its error when the error says little.
        if found is not None and not (
            found is exceptions.NotFound and status not in (None, 400, 404)
        ):
            return found
    return _by_status(status)


def _by_text(message: str) -> Kind | None:
    if _QUOTA.search(message):
        return exceptions.QuotaExceeded
    if _IN_USE.search(message):
        return exceptions.InUse
    if _NO_ROOM.search(message):
        return exceptions.NoCapacity
    return None


def _by_code(code: str) -> Kind | None:
    found = _BY_CODE.get(code.lower())
    if found is not None:
        return found
    for pattern, kind in _PATTERNS:
        if pattern.search(code):
            return kind
    return None


def _by_status(status: int | None) -> Kind:
    if status is None:
        return exceptions.OperationFailed
    for matches, kind in _BY_STATUS:
        if matches(status):
            return kind
    # A success where the API has none: no usable answer.
    return exceptions.Unavailable
