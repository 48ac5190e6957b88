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

"""``jacket-azure janitor``: find what belongs to nobody any more."""

from __future__ import annotations

import argparse
from collections.abc import Callable
import contextlib
import datetime
import logging
import pathlib
import time
from typing import Any

from cliff import lister

DEFAULT_WAIT_SECONDS = 300
# What the table and the last line say as well.
_REPEATED = ('jacket_azure.janitor.removal', 'jacket_azure.janitor.sweep')
COLUMNS = ('Resource', 'Kind', 'Belongs to', 'Host', 'Age', 'Action', 'Reason')


class Janitor(lister.Lister):
    """Find what servers, volumes and cut-off calls left over in Azure.

    A dry run unless --apply is given: it deletes nothing, looks at all
    kinds of resources, and remembers what it suspects. What two runs at
    least five minutes apart suspect is an orphan, which --apply deletes.
    With --wait one run does both.

    The section [azure] of nova.conf says which Azure, clouds.yaml or the
    OS_* variables which OpenStack; the credentials need the role admin. The
    exit code is 1 when a pass could not be completed or a deletion failed.
    """

    sleep: Callable[[float], None] = staticmethod(time.sleep)

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        parser.add_argument(
            '--apply', action='store_true',
            help='delete; without it nothing is deleted')
        parser.add_argument(
            '--config-file', action='append', metavar='FILE', default=[],
            help='file with an [azure] section, any number of times '
                 '(default: the nova.conf of this host)')
        parser.add_argument(
            '--os-cloud', metavar='NAME',
            help='entry of clouds.yaml (default: OS_CLOUD, or the other '
                 'OS_* variables)')
        parser.add_argument(
            '--host', metavar='HOST',
            help='only what this nova-compute host made (default: all hosts '
                 'of the deployment)')
        parser.add_argument(
            '--kind', action='append', metavar='KIND', default=[],
            help='only this kind, nic, os-disk, public-ip, temporary, upload '
                 'or volume, any number of times (default: [azure] '
                 'janitor_kinds, and without --apply all)')
        parser.add_argument(
            '--grace', type=_seconds, metavar='SECONDS',
            help='least age of what is left over, and least time since its '
                 'server was deleted (default: [azure] janitor_grace_time)')
        parser.add_argument(
            '--max-deletions', type=_seconds, metavar='COUNT',
            help='most deletions (default: [azure] janitor_max_deletions)')
        parser.add_argument(
            '--wait', type=_seconds, nargs='?', metavar='SECONDS',
            const=DEFAULT_WAIT_SECONDS,
            help='do two passes in one run, with this pause between '
                 '(%(const)s if not given)')
        parser.add_argument(
            '--state-file', type=pathlib.Path, metavar='FILE',
            help='where suspects are kept between runs (default: '
                 'jacket-azure/janitor.json in XDG_STATE_HOME or '
                 '~/.local/state)')
        return parser

    def run(self, parsed_args: argparse.Namespace) -> int:
        from jacket_azure import exceptions

        if self.app.options.verbose_level < 2:
            for name in ('azure', 'jacket_azure', 'keystoneauth'):
                logging.getLogger(name).setLevel(logging.WARNING)
            for name in _REPEATED:
                logging.getLogger(name).setLevel(logging.ERROR)
        try:
            super().run(parsed_args)
        except (exceptions.JacketAzureError, ImportError) as exc:
            # openstacksdk comes with Nova, or has to be installed
            print(f'jacket-azure janitor: {exc}', file=self.app.stderr)
            return 1
        return self._code

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
        from jacket_azure.janitor import job as jobs

        with contextlib.ExitStack() as stack:
            job = stack.enter_context(jobs.prepared(parsed_args))
            report = job.sweep.run()
            job.save()
            if parsed_args.wait is not None and report.ended is None:
                self._tell(
                    f'First pass: {report.summary()}. The second one '
                    f'follows in {parsed_args.wait} seconds.')
                self.sleep(parsed_args.wait)
                report = job.sweep.run()
                job.save()
        self._tell(self._conclusion(report, parsed_args))
        self._code = int(report.ended is not None or jobs.failed(report))
        now = job.now()
        return COLUMNS, [_row(outcome, now) for outcome in report.outcomes]

    def _conclusion(self, report: Any, parsed_args: Any) -> str:
        text = report.summary()
        if report.ended is not None:
            return f'The pass ended early: {report.ended} ({text})'
        if not parsed_args.apply:
            text += '; nothing is deleted without --apply'
        return text[0].upper() + text[1:] + '.'

    def _tell(self, text: str) -> None:
        # beside the table, which may be read by a program
        if self.app.options.verbose_level:
            print(text, file=self.app.stderr, flush=True)


def _seconds(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f'{text} is less than 1')
    return value


def _row(outcome: Any, now: datetime.datetime) -> tuple[Any, ...]:
    found = outcome.found
    age = '' if found.changed is None else _age(now - found.changed)
    return (found.name, found.kind, found.uuid or '', found.host or '', age,
            outcome.action.value, outcome.reason)


def _age(delta: datetime.timedelta) -> str:
    """Return an age as ``3d 4h``, ``4h 5m`` or ``5m 6s``."""
    seconds = max(0, int(delta.total_seconds()))
    parts = [(seconds // 86400, 'd'), (seconds // 3600 % 24, 'h'),
             (seconds // 60 % 60, 'm'), (seconds % 60, 's')]
    while len(parts) > 2 and not parts[0][0]:
        parts.pop(0)
    return ' '.join(f'{value}{unit}' for value, unit in parts[:2])
