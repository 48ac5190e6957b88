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

"""One process of the sandbox: start, liveness, clean stop.

A pid alone says little after a reboot or a crash, so the pid file also keeps
the start time of the process, and both must match.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
import contextlib
import dataclasses
import json
import os
import pathlib
import signal
import subprocess
import time

# in the environment of a service and all it starts
MARK = 'JACKET_AZURE_SANDBOX_PROCESS'


def start_time(pid: int) -> int | None:
    """Return when *pid* started, in clock ticks since boot; None if gone.

    A zombie counts as gone: it only waits for its parent.

    Source: proc_pid_stat(5), fields 3 and 22.
    """
    try:
        stat = pathlib.Path(f'/proc/{pid}/stat').read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # the second field, the name, may hold spaces and parentheses
    fields = stat.rpartition(')')[2].split()
    return None if fields[0] in 'ZX' else int(fields[19])


@dataclasses.dataclass(frozen=True)
class Process:
    """A process known by its pid file; it need not run."""

    name: str
    run: pathlib.Path
    log: pathlib.Path

    @property
    def _pid_file(self) -> pathlib.Path:
        return self.run / f'{self.name}.pid'

    def pid(self) -> int | None:
        """Return the pid when the process runs, else None."""
        try:
            known = json.loads(self._pid_file.read_text())
            pid, started = known['pid'], known['started']
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None
        return pid if start_time(pid) == started else None

    def marked(self, env: Mapping[str, str]) -> dict[str, str]:
        """Return *env* with the mark by which finish() finds the family."""
        return {**env, MARK: f'{self.run}/{self.name}'}

    def start(self, command: Sequence[str], env: Mapping[str, str]) -> int:
        """Start *command* unless it runs; its output goes to the log file.

        It gets a session of its own, so that Ctrl-C in the terminal does not
        reach it.
        """
        pid = self.pid()
        if pid is not None:
            return pid
        with open(self.log, 'ab') as log:
            child = subprocess.Popen(  # noqa: S603 - our own commands
                command, env=self.marked(env), stdin=subprocess.DEVNULL,
                stdout=log, stderr=subprocess.STDOUT, cwd=self.run,
                start_new_session=True)
        self._pid_file.write_text(json.dumps(
            {'pid': child.pid, 'started': start_time(child.pid)}))
        # Not waited for: when it dies while we live it stays a zombie, which
        # counts as gone. This silences the warning about a running child.
        child.returncode = 0
        return child.pid

    def signal(self) -> None:
        """Ask the process to end; it stops its own children."""
        pid = self.pid()
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)

    def finish(
        self, deadline: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> bool:
        """Wait for the end after signal(), then kill what is left.

        :param deadline: on *clock*; from then on SIGKILL is used
        :returns: whether it ended by itself
        """
        while self.pid() is not None and clock() < deadline:
            sleep(0.05)
        clean = self.pid() is None
        while family := self._family():
            for pid in family:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            sleep(0.02)
        self._pid_file.unlink(missing_ok=True)
        return clean

    def _family(self) -> set[int]:
        """Return the process and all it started, also when it died before.

        The process is named by its pid as well: in the moment it is executed
        it has no environment yet, and so no mark.
        """
        own = self.pid()
        return {*find_marked(f'{MARK}={self.run}/{self.name}'),
                *(() if own is None else (own,))}


def find_marked(mark: str) -> list[int]:
    """Return the pids of live processes with *mark* in their environment.

    Unlike pids and process groups of processes long gone, this never means
    somebody else's process, and a daemon that left its group is found too.

    Source: proc_pid_environ(5).
    """
    found = []
    for entry in pathlib.Path('/proc').iterdir():
        if not entry.name.isdigit():
            continue
        try:
            environment = (entry / 'environ').read_bytes()
        except OSError:     # gone, or not ours
            continue
        pid = int(entry.name)
        if (os.fsencode(mark) in environment.split(b'\0')
                and start_time(pid) is not None):
            found.append(pid)
    return found
