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

"""Wait for a condition with a deadline, saying what is still missing."""

from __future__ import annotations

from collections.abc import Callable
import threading
import time

from jacket_azure.sandbox import errors

# set when the whole command gives up, so that no thread waits on
giving_up = threading.Event()


def wait_for(
    what: str, missing: Callable[[], str | None], timeout_seconds: float,
    *, interval_seconds: float = 0.25,
    progress: Callable[[str], None] = lambda text: None,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], object] = giving_up.wait,
) -> None:
    """Return as soon as *missing* returns None.

    :param what: the thing waited for, for the error
    :param missing: returns what is still missing, in a few words
    :param progress: is told each time what is missing
    :raises NotReady: the deadline passed, or another step failed
    """
    deadline = clock() + timeout_seconds
    while True:
        text = missing()
        if text is None:
            return
        progress(text)
        if clock() >= deadline:
            raise errors.NotReady(
                f'{what}: still {text} after {timeout_seconds:.0f} s')
        if giving_up.is_set():
            raise errors.NotReady(f'{what}: given up')
        sleep(interval_seconds)
