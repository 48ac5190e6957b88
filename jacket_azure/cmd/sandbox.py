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

"""``jacket-azure sandbox``: a whole OpenStack on this machine."""

from __future__ import annotations

import abc
import argparse
import os
import pathlib
import shutil
import signal
import sys

from cliff import command

DEFAULT_STATE = '.sandbox'


class SandboxCommand(command.Command):
    """What the four commands share."""

    def get_parser(self, prog_name):
        parser = super().get_parser(prog_name)
        parser.add_argument(
            '--state', type=pathlib.Path, default=DEFAULT_STATE,
            metavar='FOLDER',
            help='where the sandbox keeps everything (default: %(default)s); '
                 'sandboxes with different folders do not meet')
        return parser

    def take_action(self, parsed_args):
        from jacket_azure.sandbox import errors

        # processes run elsewhere, and clouds.yaml is used from anywhere
        parsed_args.state = pathlib.Path(os.path.abspath(parsed_args.state))
        # to be ended is to be interrupted: the demo cleans up after itself
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            return self.act(parsed_args)
        except errors.SandboxError as exc:
            print(f'\n{exc}', file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            print('\nInterrupted.', file=sys.stderr)
            return 130

    @abc.abstractmethod
    def act(self, parsed_args: argparse.Namespace) -> int:
        """Do the command's work and return its exit code."""


def add_start_options(parser: argparse.ArgumentParser) -> None:
    """Add what decides how a sandbox is made."""
    parser.add_argument(
        '--azure', metavar='FILE', type=pathlib.Path,
        help='use real Azure: FILE has an [azure] section as for nova.conf, '
             'with mapping_file; what the mapping names must exist')
    parser.add_argument(
        '--transport-url', metavar='URL',
        help='message broker instead of in-memory messages, such as '
             'rabbit://user:password@127.0.0.1:5672/sandbox')
    parser.add_argument(
        '--database-url', metavar='URL',
        help='database server instead of sqlite files, such as '
             'mysql+pymysql://user:password@127.0.0.1; the user must be '
             'allowed to create databases')
    parser.add_argument(
        '--latency', choices=('none', 'observed'),
        help='how long the emulated Azure takes: no time, or as long as was '
             'seen on Azure (default)')
    parser.add_argument(
        '--debug-logs', action='store_true',
        help='let the services log at debug level')


def settings_from(parsed_args):
    """Return the settings of the sandbox that the arguments mean."""
    from jacket_azure.sandbox import settings

    return settings.load_or_create(
        parsed_args.state,
        azure_file=(os.path.abspath(parsed_args.azure)
                    if parsed_args.azure else None),
        latency=parsed_args.latency,
        transport_url=parsed_args.transport_url,
        database_url=parsed_args.database_url)


class Up(SandboxCommand):
    """Start the sandbox; what runs already is left alone."""

    def get_parser(self, prog_name):
        parser = super().get_parser(prog_name)
        add_start_options(parser)
        return parser

    def act(self, parsed_args):
        from jacket_azure.sandbox import guide
        from jacket_azure.sandbox import report
        from jacket_azure.sandbox import settings
        from jacket_azure.sandbox import up

        with settings.locked(parsed_args.state):
            made = settings_from(parsed_args)
            with guide.logs_on_failure(made):
                done = up.bring_up(made, report.Report(),
                                   parsed_args.debug_logs)
            print(guide.how_to_use(made, done.mapping))
        return 0


class Status(SandboxCommand):
    """Show each process of the sandbox, its port and whether it answers.

    The exit code is 1 unless all are up.
    """

    def act(self, parsed_args):
        from jacket_azure.sandbox import guide
        from jacket_azure.sandbox import settings
        from jacket_azure.sandbox import status

        found = settings.load(parsed_args.state)
        if found is None:
            print(f'There is no sandbox in {parsed_args.state}.')
            return 1
        processes = status.processes(found)
        print(guide.status_table(processes))
        return int(any(entry.health != 'up' for entry in processes))


class Demo(SandboxCommand):
    """Start the sandbox and show what a server goes through.

    Creates, lists, stops, starts, reboots, tags and deletes servers through
    Nova's API, shows after each step what Azure holds, and fails unless
    nothing is left at the end.
    """

    def get_parser(self, prog_name):
        parser = super().get_parser(prog_name)
        add_start_options(parser)
        parser.add_argument(
            '--fresh', action='store_true',
            help='begin with a new sandbox, and stop it at the end')
        return parser

    def act(self, parsed_args):
        from jacket_azure.sandbox import demo
        from jacket_azure.sandbox import down
        from jacket_azure.sandbox import guide
        from jacket_azure.sandbox import report as reports
        from jacket_azure.sandbox import settings

        report = reports.Report()
        with settings.locked(parsed_args.state):
            old = settings.load(parsed_args.state)
            if old is not None and parsed_args.fresh:
                down.stop_all(old, report)
                down.purge(old, report)
            made = settings_from(parsed_args)
            try:
                with guide.logs_on_failure(made):
                    demo.show(made, report, parsed_args.debug_logs)
            finally:
                if parsed_args.fresh:
                    down.stop_all(made, report)
        print('\n' + report.summary())
        print('\nAll steps worked, and Azure holds nothing of them.')
        return 0


class Down(SandboxCommand):
    """Stop the sandbox; servers in Azure are not deleted."""

    def get_parser(self, prog_name):
        parser = super().get_parser(prog_name)
        parser.add_argument(
            '--purge', action='store_true',
            help='also remove the state folder: databases, images and logs')
        return parser

    def act(self, parsed_args):
        from jacket_azure.sandbox import down
        from jacket_azure.sandbox import report as reports
        from jacket_azure.sandbox import settings

        if not parsed_args.state.exists():
            print(f'There is no sandbox in {parsed_args.state}.')
            return 0
        report = reports.Report()
        with settings.locked(parsed_args.state):
            found = settings.load(parsed_args.state)
            if found is not None:
                down.stop_all(found, report)
                if parsed_args.purge:
                    down.purge(found, report)
        if parsed_args.purge and found is not None:
            shutil.rmtree(parsed_args.state)
        return 0
