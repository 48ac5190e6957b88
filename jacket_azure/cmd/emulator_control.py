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

"""``jacket-azure emulator fault ...``: disturb a running emulator, look in.

The commands speak to ``/_emulator`` of an emulator that another process
runs; ``control.json`` in its state folder tells where it is and the key.
"""

from __future__ import annotations

import argparse
import json
import pathlib
import ssl
from typing import Any
import urllib.error
import urllib.parse
import urllib.request

from cliff import command
from cliff import lister

from jacket_azure.cmd import emulator

_TIMEOUT_SECONDS = 30
# arguments of an action: name, type, help
_ARGUMENTS = (
    ('method', str, 'HTTP method, a shell pattern'),
    ('type', str, 'last type of the path, with the action for a POST: '
     'networkInterfaces, virtualMachines/start, operations for polls'),
    ('name', str, 'name of the resource, a shell pattern'),
    ('times', int, 'how often at most; without end by default'),
    ('skip', int, 'how many matching requests to spare first'),
    ('request', int, 'instead of method and type: the n-th request from now '
     'on, polls not counted'),
    ('status', int, 'HTTP status'),
    ('code', str, 'error code of ARM'),
    ('message', str, 'text of the error'),
    ('bucket', str, 'rate limit bucket named by throttle'),
    ('retry_after', int, 'seconds in the Retry-After header'),
    ('seconds', float, 'how much slower'),
    ('share', float, 'part of the body sent before the cut, 0 to 1'),
    ('permission', str, 'what deny refuses: '
     'Microsoft.Compute/virtualMachines/write'),
)


class ControlError(Exception):
    """The emulator cannot be reached, or will not; the text says why."""


class Control:
    """The control interface of one running emulator.

    :param folder: its state folder
    """

    def __init__(self, folder: pathlib.Path) -> None:
        file = folder.expanduser() / 'control.json'
        try:
            found = json.loads(file.read_text())
        except (OSError, ValueError) as exc:
            raise ControlError(
                f'No emulator has run with the folder {folder}: {exc}'
            ) from exc
        self._endpoint = found['endpoint']
        self._headers = {'X-Emulator-Key': found['key'],
                         'Content-Type': 'application/json'}
        self._context = ssl.create_default_context(cafile=found['ca_file'])

    def call(self, method: str, path: str, body: Any = None,
             **query: Any) -> Any:
        """Ask one thing.

        :raises ControlError: no answer, or a refusal
        """
        text = urllib.parse.urlencode(query)
        request = urllib.request.Request(  # noqa: S310
            f'{self._endpoint}/{path}?{text}', method=method,
            headers=self._headers,
            data=None if body is None else json.dumps(body).encode())
        # the emulator is on this machine, whatever proxy there is
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPSHandler(context=self._context))
        try:
            with opener.open(request, timeout=_TIMEOUT_SECONDS) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as exc:
            with exc:
                try:
                    told = json.load(exc)['problem']
                except (ValueError, KeyError):
                    told = str(exc)
            raise ControlError(f'The emulator refuses: {told}') from exc
        except (OSError, ValueError) as exc:
            raise ControlError(
                f'No emulator answers at {self._endpoint}: {exc}') from exc


class _Command(command.Command):
    """A command that speaks to a running emulator."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        parser.add_argument(
            '--state-dir', type=pathlib.Path, metavar='FOLDER',
            default=emulator.DEFAULT_STATE_DIR,
            help='folder the emulator runs with (default: %(default)s)')
        return parser

    def run(self, parsed_args: argparse.Namespace) -> int:
        try:
            self.control = Control(pathlib.Path(parsed_args.state_dir))
            found: int = super().run(parsed_args)
            return found
        except ControlError as exc:
            print(exc, file=self.app.stderr)
            return 1


class FaultAdd(_Command):
    """Let requests to a running emulator fail.

    The actions: fail, throttle, drop_request, drop_reply, truncate_reply,
    garble_reply, slow_reply, refuse_connections, fail_operation,
    cancel_operation, stick_operation, slow_operation, lose_operation, deny.
    """

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        parser.add_argument('action', help='what is to happen')
        for name, kind, text in _ARGUMENTS:
            parser.add_argument('--' + name.replace('_', '-'), type=kind,
                                help=text)
        for name, text in (
                ('for-good', 'with --request: repeats of it fail as well'),
                ('polls', 'questions after operations are meant as well'),
                ('gateway', 'fail: ARM itself answers, no provider'),
                ('acted', 'garble_reply: the request is carried out')):
            parser.add_argument('--' + name, action='store_true', help=text)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> int:
        names = [name for name, _, _ in _ARGUMENTS]
        asked = {name: getattr(parsed_args, name) for name
                 in ('action', *names, 'for_good', 'polls', 'gateway',
                     'acted')
                 if getattr(parsed_args, name) not in (None, False)}
        if asked['action'] not in ('refuse_connections', 'deny'):
            if 'request' not in asked:
                asked = {'method': '*', 'type': '*', **asked}
        made = self.control.call('POST', 'faults', asked)
        print(json.dumps(made), file=self.app.stdout)
        return 0


class FaultList(_Command, lister.Lister):
    """List the faults planned in a running emulator."""

    def take_action(self, parsed_args: argparse.Namespace) -> Any:
        names = ('id', 'action', 'method', 'type', 'name', 'request',
                 'times', 'fired')
        found = self.control.call('GET', 'faults')
        return names, [
            *([one.get(name) for name in names] for one in found['faults']),
            *([None, 'deny', '*', one, '*', None, None, None]
              for one in found['denied'])]


class FaultClear(_Command):
    """Take back one fault of a running emulator, or all of them."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        parser.add_argument('id', nargs='?', help='all when left out')
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> int:
        self.control.call('DELETE', f'faults/{parsed_args.id or ""}')
        return 0


class Requests(_Command, lister.Lister):
    """List what a running emulator was asked."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        parser.add_argument('--since', type=int, default=0, metavar='INDEX',
                            help='leave out what came before')
        parser.add_argument('--no-polls', action='store_true',
                            help='leave out questions after operations')
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Any:
        found = self.control.call(
            'GET', 'requests', since=parsed_args.since,
            polls='false' if parsed_args.no_polls else 'true')
        names = ('index', 'number', 'method', 'path', 'status', 'code')
        return names, [[one[name] for name in names]
                       for one in found['requests']]


class Resources(_Command, lister.Lister):
    """List the resources in a running emulator."""

    def take_action(self, parsed_args: argparse.Namespace) -> Any:
        found = self.control.call('GET', 'resources')
        return ('type', 'id'), [[one['type'], one['id']]
                                for one in found['resources']]


class Set(_Command):
    """Show or change the settings of a running emulator."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        parser.add_argument(
            'setting', nargs='*', metavar='NAME=VALUE',
            help='list_lag=5, throttling=true, latency=observed, ...; the '
                 'value is JSON or a word')
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> int:
        asked = {}
        for text in parsed_args.setting:
            name, _, value = text.partition('=')
            try:
                asked[name] = json.loads(value)
            except ValueError:
                asked[name] = value
        found = (self.control.call('PATCH', 'settings', asked) if asked
                 else self.control.call('GET', 'settings'))
        print(json.dumps(found, indent=1), file=self.app.stdout)
        return 0
