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

"""Stop everything the sandbox started; remove its folder on request."""

from __future__ import annotations

import shutil
import subprocess

from jacket_azure.sandbox import emulator
from jacket_azure.sandbox import errors
from jacket_azure.sandbox import plan
from jacket_azure.sandbox import supervise
from jacket_azure.sandbox.report import Report
from jacket_azure.sandbox.settings import LOCK
from jacket_azure.sandbox.settings import Settings


def stop_all(settings: Settings, report: Report) -> None:
    """Stop the services, then the emulator they use.

    A service that does not end by itself within some seconds is killed, and
    whatever any of them left behind is, too.
    """
    with report.step('stop the services') as step:
        killed = supervise.stop(
            [plan.process(settings, name) for name in plan.SERVICES])
        killed += supervise.stop([plan.process(settings, emulator.NAME)])
        # what an `up` that was killed left at work
        for name in plan.SERVICES:
            plan.process(settings, f'{name}-schema').finish(0)
        if killed:
            step.note = 'had to kill ' + ', '.join(killed)


def purge(settings: Settings, report: Report) -> None:
    """Remove all a stopped sandbox made, but for the lock of the command."""
    with report.step(f'empty {settings.state}'):
        if settings.database_url:
            drop_databases(settings)
        for entry in settings.state.iterdir():
            if entry.is_dir():
                shutil.rmtree(entry)
            elif entry.name != LOCK:
                entry.unlink()


def drop_databases(settings: Settings) -> None:
    """Drop the databases that the sandbox made on a server.

    :raises SandboxError: the server refused, or is away
    """
    for name in plan.SERVICES:
        done = subprocess.run(  # noqa: S603 - our own command
            [*plan.schema_command(name), '--drop'], capture_output=True,
            text=True, env=plan.environment(settings, name))
        if done.returncode:
            reasons = [line for line in done.stderr.splitlines()
                       if 'Error' in line]
            raise errors.SandboxError(
                f'the databases of {name} could not be dropped: '
                + (reasons[-1] if reasons else done.stderr))
