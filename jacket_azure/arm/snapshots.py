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

"""Snapshots of managed disks: Microsoft.Compute/snapshots."""

from __future__ import annotations

from collections.abc import Callable

from jacket_azure import exceptions
from jacket_azure.arm import resources
from jacket_azure.arm import writes

_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 30.0


class Snapshots(writes.AccessibleResources):
    """Snapshots of managed disks of our resource group.

    Source: Disk REST API, snapshots, api-version 2026-03-02.
    """

    NAME = 'snapshots'
    TYPE = 'Microsoft.Compute/snapshots'

    def wait_for_copy(
        self, name: str, progress: Callable[[int], None] | None = None
    ) -> resources.Body:
        """Wait until all bytes are there, and return the snapshot.

        Those of Premium SSD v2 and Ultra disks are copied after the
        operation that made the snapshot has ended.

        :param progress: told the percentage that is there
        :raises OperationFailed: the copy has failed
        :raises OperationTimeout: it takes too long; it goes on all the same
        """
        call = self._client.write_call(self._operation('wait_for_copy'))
        waiter = self._client.waiter
        pause = _FIRST_PAUSE
        while True:
            body = self.get(name)
            properties = body['properties']
            error = properties.get('copyCompletionError') or {}
            if error or properties.get('provisioningState') == 'Failed':
                raise exceptions.OperationFailed(
                    f'The snapshot {name} is of no use, for its copy has '
                    f'failed: {error.get("errorMessage") or "no reason"}',
                    code=error.get('errorCode') or 'CopyFailed',
                )
            percent = properties.get('completionPercent')
            if percent is None or percent >= 100:
                return body
            if progress is not None:
                progress(int(percent))
            if waiter.clock() + pause > call.deadline:
                raise exceptions.OperationTimeout(
                    f'The snapshot {name} is still being copied, {percent} '
                    f'percent of it are there; try again later.'
                )
            waiter.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
