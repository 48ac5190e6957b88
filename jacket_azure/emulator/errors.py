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

"""Failures in ARM's own words.

A handler raises :class:`ArmError`; ``app.py`` writes the envelope and marks
errors of the gateway (ARM itself) apart from those of a provider, as
arm-behaviour.md section 1 tells. Texts are the real service's.
"""

from __future__ import annotations

import json
from typing import Any

from jacket_azure.emulator import ids


class ArmError(Exception):
    """An answer of ``{"error": {...}}``.

    :param status: HTTP status
    :param code: ARM error code, for example ``OperationNotAllowed``
    :param target: JSON path or id at fault, when the provider names one
    :param details: list of ``{'code', 'message'[, 'target']}``; a Network
        error gets an empty list, Compute leaves the key out
    :param gateway: ARM itself refused, no provider has seen the request
    :param headers: further headers of the answer
    """

    def __init__(self, status: int, code: str, message: str, *,
                 target: str | None = None,
                 details: list[dict[str, str]] | None = None,
                 innererror: dict[str, Any] | None = None,
                 gateway: bool = False,
                 headers: dict[str, str] | None = None) -> None:
        super().__init__(f'{status} {code}: {message}')
        self.status = status
        self.code = code
        self.message = message
        self.target = target
        self.details = details
        self.innererror = innererror
        self.gateway = gateway
        self.headers = headers or {}

    def body(self, network: bool = False) -> dict[str, Any]:
        """Return what goes under ``error``, also for a failed operation."""
        error: dict[str, Any] = {'code': self.code, 'message': self.message}
        if self.target is not None:
            error['target'] = self.target
        if self.details is not None:
            error['details'] = self.details
        elif network and not self.gateway:
            error['details'] = []
        if self.innererror is not None:
            error['innererror'] = self.innererror
        return error


def not_implemented(what: str) -> ArmError:
    """What this emulator does not know is said loudly, never guessed."""
    return ArmError(
        501, 'EmulatorNotImplemented',
        f'This emulator does not know {what}. Real Azure may; teach the '
        f'emulator before you rely on it.')


def subscription_not_found(subscription: str) -> ArmError:
    """No subscription of that id."""
    return ArmError(
        404, 'SubscriptionNotFound',
        f"The subscription '{subscription}' could not be found.",
        gateway=True)


def group_not_found(group: str) -> ArmError:
    """No resource group of that name."""
    return ArmError(
        404, 'ResourceGroupNotFound',
        f"Resource group '{group}' could not be found.", gateway=True)


def resource_not_found(resource_id: ids.ResourceId) -> ArmError:
    """A resource directly in a group is missing."""
    top = resource_id.top
    return ArmError(
        404, 'ResourceNotFound',
        f"The Resource '{top.type}/{top.name}' under resource group "
        f"'{top.group}' was not found. For more details please go to "
        f"https://aka.ms/ARMResourceNotFoundFix", gateway=True)


def parent_not_found(resource_id: ids.ResourceId) -> ArmError:
    """A child is written under a resource that is missing."""
    return ArmError(
        404, 'ParentResourceNotFound',
        f"Failed to perform 'write' on resource(s) of type "
        f"'{'/'.join(resource_id.types)}', because the parent resource "
        f"'{resource_id.parent}' could not be found.", gateway=True)


def child_not_found(resource_id: ids.ResourceId) -> ArmError:
    """The parent is there, the child is not."""
    return ArmError(404, 'NotFound', f'Resource {resource_id} not found.')


def exceeded(bucket: str, began: str, ended: str, allowed: int = 180,
             measured: int = 478) -> dict[str, str]:
    """Tell of one empty bucket of the Compute provider.

    :param began: when its window began, in ARM's form; *ended* likewise
    :param allowed: requests per window; *measured* were counted
    """
    return {'code': 'TooManyRequests', 'target': bucket,
            'message': json.dumps({
                'operationGroup': bucket, 'startTime': began,
                'endTime': ended, 'allowedRequestCount': allowed,
                'measuredRequestCount': measured}, separators=(',', ':'))}


def throttled(buckets: list[dict[str, str]],
              retry_after: int | None) -> ArmError:
    """Buckets of the Compute provider are empty (arm-behaviour section 7).

    :param buckets: an entry of :func:`exceeded` for each
    :param retry_after: seconds; None leaves the header out
    """
    return ArmError(
        429, 'OperationNotAllowed',
        'The server rejected the request because too many requests have '
        'been received for this subscription.', details=buckets,
        innererror={'internalErrorCode': 'TooManyRequestsReceived'},
        headers={} if retry_after is None
        else {'Retry-After': str(retry_after)})


def missing_parameter(path: str) -> ArmError:
    """A property the provider cannot do without."""
    return ArmError(400, 'InvalidParameter',
                    f"Required parameter '{path}' is missing (null).",
                    target=path)


def invalid_parameter(path: str, message: str) -> ArmError:
    """A property whose value the provider refuses."""
    return ArmError(400, 'InvalidParameter', message, target=path)
