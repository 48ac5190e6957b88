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

"""A few requests at once."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
from concurrent import futures
from typing import Any

from oslo_context import context as oslo_context

# Of one instance: eight network interfaces are the most any size has.
MOST_THREADS = 8


def call(function: Callable[..., Any], arguments: Sequence[Any]) -> None:
    """Call *function* with each tuple of *arguments*, at the same time.

    Returns when all have ended, so that what failed can be undone without a
    late request making it again.

    :raises Exception: the first failure, in the order of *arguments*
    """
    if len(arguments) < 2:
        for item in arguments:
            function(*item)
        return
    context = oslo_context.get_current()

    def run(*item: Any) -> None:
        if context is not None:
            # the log of each thread names the caller's request
            context.update_store()
        function(*item)

    with futures.ThreadPoolExecutor(
        min(len(arguments), MOST_THREADS)
    ) as pool:
        started = [pool.submit(run, *item) for item in arguments]
    for future in started:
        future.result()
