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

"""Copies on the server: started, followed to their end, or given up.

Azure copies in the background, mostly at once within an account. A copy goes
on when we die, and is found again by the state of its target.

Source: Blob service REST API 2021-12-02, Copy Blob, Abort Copy Blob.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
import logging

from jacket_azure import exceptions
from jacket_azure.arm import calls
from jacket_azure.arm import errors as arm_errors
from jacket_azure.arm import operations
from jacket_azure.blob import page_blobs
from jacket_azure.blob import properties

LOG = logging.getLogger(__name__)

_PENDING = 'PendingCopyOperation'


def start(
    source_url: str,
    target: page_blobs.PageBlob,
    metadata: Mapping[str, str],
    etag: str | None = None,
) -> properties.Properties:
    """Start a copy onto a blob that is not there, or is what *etag* says.

    :param source_url: may be signed, must be from another account; a secret
    :param metadata: of the target, not the source's
    :returns: the target, perhaps still :data:`.properties.PENDING`
    :raises PreconditionFailed: the target is there, or has changed
    :raises NotFound: there is no such source
    """
    channel = target.channel
    call = channel.write_call(
        'blobs.copy', needs=('x-ms-copy-id', 'x-ms-copy-status', 'etag')
    )
    condition = {'If-Match': etag} if etag else {'If-None-Match': '*'}
    options = {'lease': target.lease} if target.lease else {}
    client = channel.blob_client(target.address)
    try:
        with arm_errors.translated(call):
            answer = client.start_copy_from_url(
                source_url,
                metadata=dict(metadata),
                headers=condition,
                **options,
                **{calls.KEYWORD: call},
            )
    except exceptions.Conflict as exc:
        if exc.code != _PENDING or etag is not None:
            raise
        return _settled(target, metadata, call, exc)
    except exceptions.PreconditionFailed as exc:
        return _settled(target, metadata, call, exc)
    return properties.Properties(
        size_bytes=0,
        kind=properties.PAGE_BLOB,
        etag=str(answer['etag']),
        metadata=metadata,
        copy=properties.Copy(
            str(answer['copy_id']), str(answer['copy_status'])
        ),
    )


def _settled(
    target: page_blobs.PageBlob,
    metadata: Mapping[str, str],
    call: calls.Call,
    refusal: exceptions.AzureError,
) -> properties.Properties:
    """Return the target if a lost reply was that to our own start.

    :raises PreconditionFailed: it was there before, perhaps with a copy of
        somebody else under way
    """
    found = target.properties() if call.reply_lost else None
    if found is None or found.copy is None or (
        dict(found.metadata) != dict(metadata)
    ):
        raise exceptions.PreconditionFailed(
            str(refusal),
            code=refusal.code,
            status=refusal.status,
            request_id=refusal.request_id,
        )
    return found


def follow(
    target: page_blobs.PageBlob,
    started: properties.Properties,
    progress: Callable[[int], None] | None = None,
) -> properties.Properties:
    """Wait until the copy onto a blob has ended well.

    :param started: the target as last seen
    :param progress: told the percentage that is done, while it takes time
    :returns: the target; of an instant copy as *started* says
    :raises OperationFailed: it failed, or was aborted; the target has no
        content then
    :raises OperationTimeout: it did not end in time, and goes on
    """
    wire = target.channel.wire
    deadline = wire.write_deadline()
    found = started
    copy_id = found.copy.id if found.copy else None
    for pause in operations.pauses(wire.poll_interval):
        copy = found.copy
        if copy is None or copy.id != copy_id:
            raise exceptions.OperationFailed(
                f'The copy to {target.address.path} was replaced by another',
                code='CopyReplaced',
            )
        if copy.status == properties.SUCCESS:
            return found
        if copy.status != properties.PENDING:
            raise exceptions.OperationFailed(
                f'The copy to {target.address.path} ended as {copy.status}: '
                f'{copy.description or "Azure gave no reason"}',
                code=f'Copy{copy.status.capitalize()}',
            )
        left = deadline - wire.clock()
        if left <= 0:
            raise exceptions.OperationTimeout(
                f'The copy to {target.address.path} did not end in time '
                f'({copy.progress} bytes); Azure goes on with it',
                code='OperationTimeout',
            )
        done, _, total = copy.progress.partition('/')
        if progress is not None and done.isdigit() and total.isdigit():
            progress(100 * int(done) // max(1, int(total)))
        LOG.debug(
            'Copy %s to %s: %s', copy.id, target.address.path, copy.progress
        )
        wire.sleep(min(pause, left))
        found = target.properties(is_poll=True)
    raise AssertionError('pauses never end')


def abort(target: page_blobs.PageBlob, copy_id: str) -> bool:
    """Give a copy up; its target stays, empty. False when it had ended."""
    channel = target.channel
    call = channel.write_call('blobs.abort_copy')
    client = channel.blob_client(target.address)
    options = {'lease': target.lease} if target.lease else {}
    try:
        with arm_errors.translated(call):
            client.abort_copy(copy_id, **options, **{calls.KEYWORD: call})
    except exceptions.Conflict as exc:
        if exc.code != 'NoPendingCopyOperation':
            raise
        return call.reply_lost
    return True
