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

"""Ask again while something else goes on with the same machine."""

from __future__ import annotations

from collections.abc import Callable
import itertools
from typing import Any
from typing import TypeVar

from jacket_azure import exceptions
from jacket_azure.nova.attachments import blame

T = TypeVar('T')

_PAUSES = (1.0, 2.0, 4.0, 8.0)
_LONGEST_PAUSE = 15.0


def insist(wire: Any, ask: Callable[[], T]) -> T:
    """Call *ask* until no other write on the machine is in its way.

    :param wire: the client layer's, whose clock and patience count
    :param ask: harmless when called again
    :raises AzureError: another failure, or the last when time is up
    """
    until = wire.clock() + wire.operation_timeout
    for seconds in itertools.chain(
        _PAUSES, itertools.repeat(_LONGEST_PAUSE)
    ):
        try:
            return ask()
        except exceptions.AzureError as exc:
            if not blame.is_passing(exc) or wire.clock() + seconds > until:
                raise
        wire.sleep(seconds)
    raise AssertionError('the pauses never end')
