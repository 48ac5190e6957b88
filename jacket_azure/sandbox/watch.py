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

"""Wait for servers, saying what they do meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jacket_azure.sandbox import errors
from jacket_azure.sandbox import wait
from jacket_azure.sandbox.report import Report
from jacket_azure.sandbox.report import Step

# Azure takes minutes for some operations; this is when nobody believes in it
TIMEOUT = 1200.0


class Watch:
    """Waits for what Nova says.

    :param compute: the compute proxy of an openstacksdk connection
    """

    def __init__(self, compute: Any, report: Report):
        self._compute = compute
        self._report = report

    def reach(self, uuid: str, status: str, step: Step) -> Any:
        """Wait until a server has *status* and no task; return it.

        :raises SandboxError: it went to ERROR, or took too long
        """
        def missing() -> str | None:
            server = self._compute.get_server(uuid)
            refuse_error(server)
            if server.status == status and server.task_state is None:
                return None
            task = f' ({server.task_state})' if server.task_state else ''
            return f'{server.status}{task}'

        self.until('server', missing, step)
        return self._compute.get_server(uuid)

    def until(
        self, what: str, missing: Callable[[], str | None], step: Step,
    ) -> None:
        """Wait until *missing* returns None, with progress in *step*."""
        def progress(text: str) -> None:
            step.note = text
            self._report.heartbeat()

        wait.wait_for(what, missing, TIMEOUT, interval_seconds=0.5,
                      progress=progress)


def refuse_error(server: Any) -> None:
    """Raise when a server is in ERROR and nothing happens to it any more.

    One that is being deleted stays in ERROR until it is gone.

    :raises SandboxError: with the reason Nova gives
    """
    if server.status == 'ERROR' and server.task_state is None:
        fault = (server.fault or {}).get('message', 'no reason given')
        raise errors.SandboxError(
            f'server {server.name} is in ERROR: {fault}')
