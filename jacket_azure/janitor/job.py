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

"""The command's janitor: options, Azure, OpenStack and memory."""

from __future__ import annotations

from collections.abc import Iterator
import contextlib
import dataclasses
import datetime
from typing import Any

from jacket_azure import exceptions
from jacket_azure.arm import azure as arm_azure
from jacket_azure.conf import files
from jacket_azure.janitor import cinder_api
from jacket_azure.janitor import facts
from jacket_azure.janitor import kinds
from jacket_azure.janitor import memory as memories
from jacket_azure.janitor import nova_api
from jacket_azure.janitor import page_blobs
from jacket_azure.janitor import reports
from jacket_azure.janitor import sweep as sweeps

PAUSE_SECONDS = 300


@dataclasses.dataclass(frozen=True)
class Job:
    """A janitor that is ready to work."""

    sweep: sweeps.Sweep
    memory: memories.Memory

    def save(self) -> None:
        """Keep what it suspects for the next run."""
        self.memory.save(self.sweep.suspects)

    @staticmethod
    def now() -> datetime.datetime:
        return datetime.datetime.now(datetime.UTC)


@contextlib.contextmanager
def prepared(arguments: Any) -> Iterator[Job]:
    """Connect with Azure and OpenStack, and lock the state file.

    :param arguments: of the command line, see
        :class:`jacket_azure.cmd.janitor.Janitor`
    :raises JacketAzureError: says what is wrong, in one sentence
    """
    options = files.load_options(arguments.config_file)
    scope = facts.Scope(
        options.owner,
        _kinds(arguments, options),
        arguments.host,
    )
    wait = arguments.wait
    limits = facts.Limits(
        grace_seconds=arguments.grace or options.janitor_grace_time,
        max_deletions=(
            arguments.max_deletions or options.janitor_max_deletions
        ),
        pause_seconds=PAUSE_SECONDS if wait is None else wait,
    )
    azure = arm_azure.connect(options)
    with contextlib.closing(azure):
        memory = memories.Memory(
            arguments.state_file or memories.default_file(),
            '/'.join(
                (
                    azure.subscription_id,
                    azure.resource_group,
                    options.owner,
                    arguments.host or '*',
                )
            ).lower(),
        )
        openstack = nova_api.connect(arguments.os_cloud)
        with memory.locked():
            yield Job(
                sweeps.Sweep(
                    azure,
                    scope,
                    limits,
                    openstack.records,
                    now=Job.now,
                    ask_volumes=cinder_api.connect(arguments.os_cloud),
                    page_blobs=page_blobs.of_model(options, azure),
                    dry_run=not arguments.apply,
                    suspects=memory.load(),
                ),
                memory,
            )


def failed(report: reports.Report) -> bool:
    """Tell whether a deletion did not work."""
    return report.count(reports.Action.FAILED) > 0


def _kinds(arguments: Any, options: Any) -> frozenset[str]:
    """Return the kinds that were asked for; to look does no harm."""
    usual = options.janitor_kinds if arguments.apply else kinds.NAMES
    wanted = arguments.kind or usual
    unknown = set(wanted) - set(kinds.NAMES)
    if unknown:
        raise exceptions.ConfigurationError(
            f'There is no kind {", ".join(sorted(unknown))}; there are '
            f'{", ".join(kinds.NAMES)}.'
        )
    return frozenset(wanted)
