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

"""Every failure that leaves the client layer, in one tree.

``arm/`` and ``blob/`` turn what the Azure SDK raises into these; the Nova and
Cinder edges translate these, and nothing else, to what their managers expect.
No message here may hold a request body, a token, a key or a SAS signature.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class JacketAzureError(Exception):
    """Base of everything this package raises on purpose."""


class AzureError(JacketAzureError):
    """Azure answered with an error, or did not answer.

    :param message: one sentence for a person, free of secrets
    :param code: Azure's error code, e.g. ``AllocationFailed``
    :param status: HTTP status, None when there was no answer
    :param request_id: Azure's ``x-ms-request-id``, to quote in a support case
    :param target: the property Azure blames, e.g. ``vmSize``
    """

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        status: int | None = None,
        request_id: str | None = None,
        target: str | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.request_id = request_id
        self.target = target


class NotFound(AzureError):
    """The resource, or something it refers to, does not exist.

    :param resource_id: full ARM id of what is missing, as far as known
    :param resource_type: e.g. ``Microsoft.Compute/virtualMachines``; callers
        decide by this, because a missing subnet is not a missing instance
    """

    def __init__(
        self,
        message: str,
        *,
        resource_id: str | None = None,
        resource_type: str | None = None,
        code: str | None = None,
        status: int | None = None,
        request_id: str | None = None,
        target: str | None = None,
    ) -> None:
        super().__init__(
            message,
            code=code,
            status=status,
            request_id=request_id,
            target=target,
        )
        self.resource_id = resource_id
        self.resource_type = resource_type


class Conflict(AzureError):
    """Another write is in progress, or the resource's state forbids this."""


class InUse(Conflict):
    """The resource is attached to, or reserved for, something else."""


class PreconditionFailed(AzureError):
    """If-Match or If-None-Match did not hold: somebody else was first."""


class NoCapacity(AzureError):
    """Azure has no room for this size here and now."""


class QuotaExceeded(AzureError):
    """The subscription's quota does not allow it."""


class Throttled(AzureError):
    """Too many requests.

    :param retry_after: seconds Azure asked to wait, None when it did not say
    """

    def __init__(
        self,
        message: str,
        *,
        retry_after: float | None = None,
        code: str | None = None,
        status: int | None = None,
        request_id: str | None = None,
        target: str | None = None,
    ) -> None:
        super().__init__(
            message,
            code=code,
            status=status,
            request_id=request_id,
            target=target,
        )
        self.retry_after = retry_after


class Refused(AzureError):
    """A permanent no: bad request, policy, terms not accepted."""


class Unauthorized(AzureError):
    """The credentials are wrong, expired, or lack a right."""


class Unavailable(AzureError):
    """No usable answer: network down, time-out, or a 5xx to the end."""


class OperationFailed(AzureError):
    """A long-running operation ended as Failed or Canceled."""


class OperationTimeout(AzureError):
    """A long-running operation did not end before its deadline."""


# Azure did not answer, or puts everybody off: the next request fares no better
OUT_OF_REACH = (OperationTimeout, Throttled, Unavailable)


class ConfigurationError(JacketAzureError):
    """An option is missing or wrong; the message names it."""


class Problem(NamedTuple):
    """One mistake in a mapping file.

    :param file: the file's name as configured
    :param line: 1-based line number
    :param where: path inside the file, e.g. ``images.ubuntu.os_type``
    :param message: what is wrong and what is allowed
    """

    file: str
    line: int
    where: str
    message: str

    def __str__(self) -> str:
        return f'{self.file}:{self.line}: {self.where}: {self.message}'


class MappingError(JacketAzureError):
    """A mapping file has mistakes; all of them are named at once."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__('\n'.join(str(p) for p in self.problems))


class MappingLookupError(JacketAzureError):
    """The mapping file has no entry for what a user asked for."""


class InvalidRequest(JacketAzureError):
    """What the user asked for cannot be done on Azure, and why.

    Raised by the pure builders before anything is sent.
    """
