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

"""Bring one service up, whatever state it is in; and down again."""

from __future__ import annotations

import hashlib
import shutil
import ssl
import subprocess
import time
import urllib.error
import urllib.request

from jacket_azure.sandbox import errors
from jacket_azure.sandbox import plan
from jacket_azure.sandbox import ports
from jacket_azure.sandbox import render
from jacket_azure.sandbox import wait
from jacket_azure.sandbox.settings import Settings

UNVERIFIED = ssl.create_default_context()
UNVERIFIED.check_hostname = False
UNVERIFIED.verify_mode = ssl.CERT_NONE

START_TIMEOUT = 120.0
# a process found running, but silent for this long, is started anew
REPAIR_TIMEOUT = 20.0
PORT_TIMEOUT = 5.0
STOP_TIMEOUT = 15.0


def answers(url: str) -> bool:
    """Return whether a service answers HTTP at *url*, if with a refusal."""
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}),
        # the emulator's certificate: here it is enough that someone answers
        urllib.request.HTTPSHandler(context=UNVERIFIED))
    try:
        opener.open(url, timeout=5).close()
    except urllib.error.HTTPError as exc:
        return exc.code < 500
    except OSError:
        return False
    return True


def ensure_schema(settings: Settings, name: str) -> None:
    """Make the databases of a service unless they are complete.

    :raises SandboxError: the command failed
    """
    made = settings.path('data', name, 'schema.made')
    if made.exists():
        return
    process = plan.process(settings, f'{name}-schema')
    # one that an ended `up` left behind would still write
    process.finish(0)
    for database in render.DATABASES[name]:
        # what a first start that was cut off left behind
        for file in settings.path('data').glob(f'{database}.sqlite*'):
            file.unlink()
    shutil.rmtree(settings.path('data', name), ignore_errors=True)
    render.make_folders(settings, name)
    with open(process.log, 'ab') as output:
        code = subprocess.call(  # noqa: S603 - our own command
            plan.schema_command(name), stdin=subprocess.DEVNULL,
            env=process.marked(plan.environment(settings, name)),
            stdout=output, stderr=subprocess.STDOUT)
    if code:
        raise errors.SandboxError(
            f'the databases of {name} could not be made; see {process.log}\n'
            + tail(process.log))
    made.touch()


def ensure_running(
    settings: Settings, name: str, command: list[str], url: str,
    version: str = '',
) -> None:
    """Start a service unless it runs with this configuration and answers.

    :param url: where it must answer
    :param version: anything that, when it changes, asks for a restart
    :raises SandboxError: it does not start, or its port is taken
    """
    process = plan.process(settings, name)
    running_version = settings.path('run', f'{name}.version')
    version = hashlib.sha256(version.encode()).hexdigest()
    if process.pid() is not None:
        same = (running_version.exists()
                and running_version.read_text() == version)
        if same and _answers_soon(name, url):
            return
        stop([process])
    # a crash may have left its children
    process.finish(0)
    ensure_port_free(name, settings.ports[name])
    process.start(command, plan.environment(settings, name))
    running_version.write_text(version)

    def missing() -> str | None:
        if process.pid() is None:
            raise errors.SandboxError(
                f'{name} ended while it started; see {process.log}\n'
                + tail(process.log))
        return None if answers(url) else 'starting'

    wait.wait_for(name, missing, START_TIMEOUT)


def ensure_port_free(name: str, port: int) -> None:
    """Wait a moment for the port of a service.

    The kernel shows an ended process before it has closed its sockets.

    :raises SandboxError: another program has it
    """
    try:
        wait.wait_for(name, lambda: None if ports.is_free(port) else 'taken',
                      PORT_TIMEOUT, interval_seconds=0.05)
    except errors.NotReady:
        raise errors.SandboxError(
            f'port {port} of {name} is in use by another program; stop that, '
            'or take the sandbox down with --purge to get other ports'
        ) from None


def _answers_soon(name: str, url: str) -> bool:
    try:
        wait.wait_for(name, lambda: None if answers(url) else 'silent',
                      REPAIR_TIMEOUT)
    except errors.NotReady:
        return False
    return True


def stop(processes: list, timeout_seconds: float = STOP_TIMEOUT) -> list[str]:
    """Stop processes, all at a time.

    :returns: the names of those that had to be killed
    """
    for process in processes:
        process.signal()
    deadline = time.monotonic() + timeout_seconds
    return [process.name for process in processes
            if not process.finish(deadline)]


def tail(log, lines: int = 12) -> str:
    """Return the last lines of a log file, indented."""
    try:
        with open(log, errors='replace') as file:
            last = file.read()[-20000:].splitlines()[-lines:]
    except OSError:
        return ''
    return '\n'.join('    ' + line[:300] for line in last)
