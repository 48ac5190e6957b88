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

"""What every pipeline of a process is built from, ARM's and the blobs'."""

from __future__ import annotations

from collections.abc import Callable
import dataclasses
from typing import Any

from azure.core.credentials import TokenCredential

from jacket_azure.arm import calls
from jacket_azure.arm import cloud as clouds
from jacket_azure.arm import statistics as statistics_module


@dataclasses.dataclass(frozen=True)
class Wire:
    """One session, one way to log in, one count and one clock.

    :ivar transport: the SDK's transport over the shared session
    :ivar clock: monotonic seconds
    :ivar sleep: called without any lock held
    :ivar operation_timeout: seconds an operation may take from its first
        request on
    :ivar retry_timeout: seconds a request may go unanswered, and a read may
        take with all its repetitions
    :ivar poll_interval: seconds before the second look at an operation
    """

    cloud: clouds.Cloud
    credential: TokenCredential
    transport: Any
    statistics: statistics_module.Statistics
    clock: Callable[[], float]
    sleep: Callable[[float], None]
    operation_timeout: float
    retry_timeout: float
    poll_interval: float = 1.0

    def read_deadline(self) -> float:
        """Return when a call that changes nothing is given up."""
        return self.clock() + min(self.retry_timeout, self.operation_timeout)

    def write_deadline(self, timeout_seconds: float | None = None) -> float:
        """Return when a call that changes something is given up."""
        return self.clock() + (timeout_seconds or self.operation_timeout)

    def read_call(self, operation: str) -> calls.Call:
        """Start a call that changes nothing."""
        return calls.Call(operation, self.read_deadline())
