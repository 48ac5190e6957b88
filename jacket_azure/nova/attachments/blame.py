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

"""Whose fault it is when a joined change of data disks is refused."""

from __future__ import annotations

import re

from jacket_azure import exceptions
from jacket_azure.nova import errors

DISK = 'microsoft.compute/disks'
# the disk is leaving this machine, or did not manage to
LEAVING = 'attachdiskwhilebeingdetached'
# another write goes on, or a later one took over; the same request works then
_PASSING = frozenset(
    {
        'anotheroperationinprogress',
        'canceled',
        'conflict',
        'conflictingconcurrentwritenotallowed',
        'operationpreempted',
        'retryableerrorduetoanotheroperation',
    }
)
# about the machine, the group or the subscription, whatever the disk
_FOR_ALL = frozenset(
    {
        'missingsubscriptionregistration',
        'readonlydisabledsubscription',
        'requestdisallowedbypolicy',
        'scopelocked',
    }
)
_DELETING = 'marked for deletion'


def names_disk(exc: exceptions.JacketAzureError, disk_id: str) -> bool:
    """Tell whether Azure blames this disk: by target, id or name."""
    texts = [str(exc), getattr(exc, 'target', None) or '']
    if isinstance(exc, exceptions.NotFound):
        texts.append(exc.resource_id or '')
    name = re.escape(disk_id.rpartition('/')[2])
    # volume-<id> is not volume-<id>-2
    pattern = re.compile(rf'(?<![\w-]){name}(?![\w-])', re.I)
    return any(pattern.search(text) for text in texts)


def is_for_all(exc: exceptions.JacketAzureError) -> bool:
    """Tell whether it would be the same with any other disk."""
    if isinstance(exc, exceptions.Unauthorized | exceptions.Throttled):
        return True
    if isinstance(exc, exceptions.AzureError):
        return (
            errors.is_missing_vm(exc)
            or (exc.code or '').lower() in _FOR_ALL
            or _DELETING in str(exc)
        )
    return False


def is_passing(exc: exceptions.JacketAzureError) -> bool:
    """Tell whether the same request is worth another try, later."""
    if isinstance(exc, exceptions.PreconditionFailed):
        return True
    if isinstance(exc, exceptions.InUse):
        return False
    if isinstance(exc, exceptions.Conflict | exceptions.OperationFailed):
        return (exc.code or '').lower() in _PASSING
    return False


def is_leaving(exc: exceptions.JacketAzureError) -> bool:
    """Tell whether a disk has not left the machine yet."""
    return (
        isinstance(exc, exceptions.AzureError)
        and (exc.code or '').lower() == LEAVING
    )


def was_under_way(exc: exceptions.JacketAzureError) -> bool:
    """Tell whether Azure had begun, so that it may have left a half."""
    return (
        isinstance(exc, exceptions.AzureError)
        and exc.status is None
        and not isinstance(exc, exceptions.OUT_OF_REACH)
    )
