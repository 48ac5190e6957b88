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

"""jacket_azure.exceptions -> cinder.exception, and the reason for the user.

What Cinder does with each class is its own business: a volume that is busy
stays available, a busy snapshot too, all else is an error. Cinder's user
messages cannot carry a text of ours (their details are a fixed table,
cinder/message/message_field.py), so the reason is kept as metadata of the
volume or snapshot, where its user sees it.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
import contextlib
import re
from typing import Any

from cinder import context
from cinder import exception as cinder_exception
from cinder import objects
from cinder.db import api as db
from oslo_log import log as logging

from jacket_azure import exceptions

LOG = logging.getLogger(__name__)

# metadata of a volume or snapshot whose last action failed
REASON = 'azure_error'
# Cinder's column
_MAX_REASON = 255

# an ARM id or URL, and what it ends with
_PLACE = re.compile(
    r'(?:https?://|/subscriptions/)[^\s\'"<>()\[\],;]*/([^\s\'"<>()\[\],;/]+)'
)
_UPDATE = {
    'volume': db.volume_metadata_update,
    'snapshot': db.snapshot_metadata_update,
}
_DELETE = {
    'volume': db.volume_metadata_delete,
    'snapshot': db.snapshot_metadata_delete,
}

# what was asked for can never work
_PERMANENT = (
    exceptions.InvalidRequest,
    exceptions.MappingLookupError,
    exceptions.Refused,
)


@contextlib.contextmanager
def as_cinder_errors(resource: Any = None) -> Iterator[None]:
    """Translate failures, and tell the user of *resource* why.

    :param resource: volume or snapshot to keep the reason with, or None
    :raises InvalidInput: Azure will never accept this
    :raises VolumeBackendAPIException: anything else of this package
    """
    try:
        yield
    except exceptions.JacketAzureError as exc:
        _keep_reason(resource, str(exc))
        raise _translate(exc) from exc
    except cinder_exception.CinderException as exc:
        _keep_reason(resource, str(exc))
        raise
    _drop_reason(resource)


class NotCreated(cinder_exception.ImageCopyFailure):
    """A volume could not be made, and must not be tried again by Cinder.

    Of the few classes after which Cinder's scheduler makes no second try
    (volume/flows/manager/create_volume.py, ``no_reschedule_types``) this is
    the one with our reason: something may exist already. After a second try
    was sent off, Cinder deletes what the first has left, by its name, which
    is also the name of what the second one makes.
    """

    message = '%(reason)s'


@contextlib.contextmanager
def as_create_errors(volume: Any) -> Iterator[None]:
    """Translate failures of making a volume.

    :raises NotCreated: whatever it was; the volume is in error at once, with
        the reason
    """
    try:
        with as_cinder_errors(volume):
            yield
    except Exception as exc:
        raise NotCreated(reason=str(exc)) from exc


@contextlib.contextmanager
def as_busy_volume(volume: Any) -> Iterator[None]:
    """Translate failures of a deletion.

    :raises VolumeIsBusy: attached or leased; the volume stays available
    """
    with _as_busy(volume, cinder_exception.VolumeIsBusy):
        yield


@contextlib.contextmanager
def as_busy_snapshot(snapshot: Any) -> Iterator[None]:
    """Translate failures of a snapshot's deletion.

    :raises SnapshotIsBusy: Azure still needs it; it stays available
    """
    with _as_busy(snapshot, cinder_exception.SnapshotIsBusy):
        yield


@contextlib.contextmanager
def _as_busy(resource: Any, busy: type[Exception]) -> Iterator[None]:
    # what is deleted needs no metadata any more
    try:
        yield
    except exceptions.JacketAzureError as exc:
        _keep_reason(resource, str(exc))
        if isinstance(exc, exceptions.InUse):
            raise busy(str(exc)) from exc
        raise _translate(exc) from exc


def _translate(exc: exceptions.JacketAzureError) -> Exception:
    if isinstance(exc, _PERMANENT):
        return cinder_exception.InvalidInput(reason=str(exc))
    return cinder_exception.VolumeBackendAPIException(data=str(exc))


def _keep_reason(resource: Any, text: str) -> None:
    if resource is not None:
        # a user needs no subscription, no resource group and no account
        reason = _PLACE.sub(r'\1', text)
        if len(reason) > _MAX_REASON:
            reason = f'{reason[:_MAX_REASON - 3]}...'
        _change(resource, _UPDATE, {REASON: reason}, False)


def _drop_reason(resource: Any) -> None:
    if resource is not None and REASON in (resource.metadata or {}):
        _change(resource, _DELETE, REASON)


def _change(
    resource: Any, calls: Mapping[str, Callable[..., Any]], *arguments: Any
) -> None:
    """Change the one key; the object's own save would write them all."""
    kind = 'snapshot' if isinstance(resource, objects.Snapshot) else 'volume'
    try:
        calls[kind](context.get_admin_context(), resource.id, *arguments)
    except cinder_exception.CinderException as exc:
        # a resource that is gone meanwhile needs no reason
        LOG.debug('The reason of %s is not kept: %s', resource.id, exc)
