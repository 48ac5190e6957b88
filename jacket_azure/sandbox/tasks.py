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

"""Run tasks in the order of their needs, in parallel where they allow it."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
from concurrent import futures
import dataclasses

from jacket_azure.sandbox import report as reports
from jacket_azure.sandbox import wait

TaskAction = Callable[[reports.Step], object]


@dataclasses.dataclass(frozen=True)
class Task:
    """One thing to do.

    :ivar after: names of the tasks that must have ended well before
    """

    name: str
    action: TaskAction
    after: tuple[str, ...] = ()


def run(tasks: Sequence[Task], report: reports.Report) -> None:
    """Run all *tasks*; the first failure is raised, and nothing more starts.

    :raises ValueError: a task needs one that is not there, or itself
    """
    wait.giving_up.clear()
    waiting = {task.name: task for task in tasks}
    done: set[str] = set()
    running: dict[futures.Future, str] = {}
    failure: BaseException | None = None

    def perform(task: Task) -> None:
        with report.step(task.name) as step:
            task.action(step)

    with futures.ThreadPoolExecutor(len(tasks) or 1) as pool:
        try:
            while waiting or running:
                ready = [task for task in waiting.values()
                         if done.issuperset(task.after)]
                if failure is not None:
                    waiting.clear()
                elif not ready and not running:
                    raise ValueError(f'never ready: {sorted(waiting)}')
                else:
                    for task in ready:
                        del waiting[task.name]
                        running[pool.submit(perform, task)] = task.name
                ended, _ = futures.wait(
                    running, timeout=0.5, return_when='FIRST_COMPLETED')
                for future in ended:
                    done.add(running.pop(future))
                    if future.exception() and failure is None:
                        failure = future.exception()
                        wait.giving_up.set()
                report.heartbeat()
        except BaseException:
            # Ctrl-C too: the pool waits for its threads on the way out
            wait.giving_up.set()
            raise
    if failure is not None:
        raise failure
