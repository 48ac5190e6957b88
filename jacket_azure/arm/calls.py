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

"""What the pipeline has to know about the call a request belongs to."""

from __future__ import annotations

import dataclasses
from typing import Any

from azure.core.pipeline import PipelineRequest

# The keyword by which a call travels through the SDK to our policies, and
# the key under which they find it in the context afterwards.
KEYWORD = 'jacket_azure_call'


@dataclasses.dataclass
class Call:
    """One call of a resource method; its requests share a deadline.

    :ivar operation: in our words, e.g. ``virtual_machines.create``
    :ivar deadline: monotonic second after which nothing is sent again
    :ivar repeatable: a request that may have arrived may be sent again
    :ivar virtual_machine: whose own rate limits apply, lower case
    :ivar is_poll: this request asks how an operation is doing
    :ivar secrets: strings of the body that no message may hold
    :ivar reply_lost: set once a request may have been carried out without
        our seeing the answer; a later "exists" or "is gone" may be our doing
    :ivar url: of its first request
    """

    operation: str
    deadline: float
    repeatable: bool = True
    virtual_machine: str | None = None
    is_poll: bool = False
    secrets: tuple[str, ...] = ()
    reply_lost: bool = False
    url: str = ''

    def poll(self) -> Call:
        """Return the call of a look at this call's operation."""
        return dataclasses.replace(
            self, is_poll=True, repeatable=True, reply_lost=False
        )


def of(request: PipelineRequest[Any]) -> Call:
    """Return the call a request in the pipeline belongs to."""
    call: Call = request.context[KEYWORD]
    return call
