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

"""One copy of a blob, which may take its time, fail or be aborted."""

from __future__ import annotations

import dataclasses
import datetime
import email.utils
import uuid

from jacket_azure.emulator import errors
from jacket_azure.emulator.blobs.request import BlobRequest

PENDING = 'pending'
SUCCESS = 'success'
FAILED = 'failed'
ABORTED = 'aborted'


@dataclasses.dataclass(eq=False)
class Copy:
    """One copy; ``faults`` plans changes of it as of ARM's operations.

    :ivar id: Azurite's, so that what is copied anew has another
    :ivar target: a request of the blob that is written
    :ivar source: key of the source; *source_snapshot* its time stamp
    :ivar shown: URL of the source, without what lets one read it
    :ivar lease: id of the lease the target had when the copy began
    """

    id: str
    target: BlobRequest
    source: str
    source_snapshot: str
    shown: str
    total: int
    lease: str
    started: datetime.datetime
    due: datetime.datetime
    stuck: bool = False
    lost: bool = False
    planned_error: errors.ArmError | None = None
    planned_cancel: bool = False
    status: str = PENDING
    description: str = ''
    done: int = 0
    ended: datetime.datetime | None = None
    # of the empty blob that is there until the copy ends
    etag: str = dataclasses.field(
        default_factory=lambda: f'"0x8{uuid.uuid4().hex[:14].upper()}"')

    def end(self, status: str, now: datetime.datetime,
            description: str = '') -> None:
        """Note how it ended."""
        self.done = (self.total if status == SUCCESS
                     else self.progress(now))
        self.status, self.ended = status, now
        self.description = description

    def progress(self, now: datetime.datetime) -> int:
        """Bytes copied so far, by the share of its time that has passed."""
        if self.status != PENDING:
            return self.done
        whole = (self.due - self.started).total_seconds()
        passed = (now - self.started).total_seconds()
        share = min(passed / whole, 1.0) if whole > 0 else 0.0
        return min(int(self.total * share) // 512 * 512, self.total)

    def headers(self, now: datetime.datetime) -> dict[str, str]:
        """What HEAD and GET of the target tell."""
        told = {'x-ms-copy-id': self.id, 'x-ms-copy-source': self.shown,
                'x-ms-copy-status': self.status,
                'x-ms-copy-progress': f'{self.progress(now)}/{self.total}'}
        if self.description:
            told['x-ms-copy-status-description'] = self.description
        if self.ended is not None:
            told['x-ms-copy-completion-time'] = email.utils.format_datetime(
                self.ended, usegmt=True)
        return told
