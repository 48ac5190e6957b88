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

"""Leases: who holds a blob, so that nobody else writes or deletes it.

A running machine holds an infinite one on each of its unmanaged disks.
Source: Blob service REST API 2021-12-02, Lease Blob.
"""

from __future__ import annotations

from typing import Any
import uuid

from azure.storage.blob import BlobLeaseClient

from jacket_azure import exceptions
from jacket_azure.arm import calls
from jacket_azure.arm import errors as arm_errors
from jacket_azure.blob import page_blobs

INFINITE = -1
# A lease of ours ends by itself when we do.
SECONDS = 60
# how often it is renewed
RENEW_SECONDS = 20


class Lease:
    """A lease that we hold, or once held.

    Its id is ours, so taking it again after a lost reply takes the same.

    :ivar blob: the blob, for its holder
    """

    def __init__(
        self, blob: page_blobs.PageBlob, lease_id: str | None = None
    ) -> None:
        self.id = lease_id or str(uuid.uuid4())
        self.blob = blob.leased(self.id)
        self._free = blob.leased(None)
        self._channel = blob.channel
        self._renewed = 0.0

    def acquire(self, seconds: int = SECONDS) -> None:
        """Take it.

        :param seconds: 15 to 60, or :data:`INFINITE`
        :raises InUse: somebody else holds one
        """
        self._send('acquire', lease_duration=seconds)

    def renew(self) -> None:
        """Hold it for as long again.

        :raises InUse: it ran out and somebody took or changed the blob
        """
        self._send('renew')

    def keep(self) -> None:
        """Renew it if that was some time ago."""
        clock = self._channel.wire.clock
        if clock() - self._renewed >= RENEW_SECONDS:
            self.renew()

    def release(self) -> None:
        """Let others have it at once; harmless if it is not ours now."""
        try:
            self._send('release')
        except (exceptions.InUse, exceptions.Conflict, exceptions.NotFound):
            return

    def _send(self, verb: str, **options: Any) -> None:
        call = self._channel.write_call(f'leases.{verb}')
        now = self._channel.wire.clock()
        client: Any = BlobLeaseClient(
            self._channel.blob_client(self._free.address), self.id
        )
        with arm_errors.translated(call):
            getattr(client, verb)(**options, **{calls.KEYWORD: call})
        self._renewed = now


def break_lease(blob: page_blobs.PageBlob) -> bool:
    """End whoever's lease at once; False when there was none.

    Only for a lease whose holder is known to be gone.
    """
    call = blob.channel.write_call('leases.break')
    client: Any = BlobLeaseClient(blob.channel.blob_client(blob.address))
    try:
        with arm_errors.translated(call):
            client.break_lease(
                lease_break_period=0, **{calls.KEYWORD: call}
            )
    except exceptions.Conflict as exc:
        if exc.code not in ('LeaseNotPresentWithLeaseOperation',
                            'LeaseAlreadyBroken'):
            raise
        return False
    return True
