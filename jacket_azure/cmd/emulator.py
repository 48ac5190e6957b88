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

"""``jacket-azure emulator``: Azure Resource Manager on this machine."""

from __future__ import annotations

import argparse
import json
import pathlib
import signal
import threading
from typing import Any

from cliff import command

DEFAULT_STATE_DIR = '.emulator'

_TEXT = """\
Azure Resource Manager is emulated at {arm_endpoint}
The same as below is in {folder}/azure.conf; Ctrl-C stops the emulator.

Environment for the Azure SDK and other tools:

{environment}

Section of nova.conf or cinder.conf:

{section}
With the Azure SDK for Python:

  credential = azure.identity.EnvironmentCredential(
      disable_instance_discovery=True, connection_verify='{ca_file}')
  client = azure.mgmt.network.NetworkManagementClient(
      credential, '{subscription_id}',
      base_url='{arm_endpoint}', connection_verify='{ca_file}',
      credential_scopes=['{token_scope}'])

With the az command line (same environment, a configuration of its own):

  export AZURE_CONFIG_DIR={folder}/az AZURE_CORE_INSTANCE_DISCOVERY=false
  az cloud register --name emulator \\
      --endpoint-resource-manager {arm_endpoint}
  az cloud set --name emulator
  az login --service-principal -u $AZURE_CLIENT_ID \\
      -p $AZURE_CLIENT_SECRET --tenant $AZURE_TENANT_ID
"""


class Emulator(command.Command):
    """Run an emulator of Azure Resource Manager until it is stopped.

    It holds resource groups, networks, virtual machines and disks in memory
    and serves them over HTTPS on the loopback interface. A new start with
    the same folder keeps certificate and credentials, but no resources.
    """

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        parser.add_argument(
            '--port', type=int, default=0,
            help='TCP port on 127.0.0.1; 0 takes a free one '
                 '(default: %(default)s)')
        parser.add_argument(
            '--latency', choices=('none', 'observed'), default='none',
            help='how long operations take: no time, or as long as they were '
                 'seen to take on Azure (default: %(default)s)')
        parser.add_argument(
            '--state-dir', type=pathlib.Path, default=DEFAULT_STATE_DIR,
            metavar='FOLDER',
            help='where certificate, credentials, disk contents and '
                 'azure.conf are kept (default: %(default)s)')
        parser.add_argument(
            '--location', default='eastus', metavar='REGION',
            help='region of the resource group (default: %(default)s)')
        parser.add_argument(
            '--resource-group', default='jacket', metavar='NAME',
            help='resource group to make, with the virtual network vnet1, '
                 'its subnets default and second, and the network security '
                 'group nsg-default (default: %(default)s)')
        parser.add_argument(
            '--storage-account', default='jacketblobs', metavar='NAME',
            help='storage account to make in the group '
                 '(default: %(default)s)')
        parser.add_argument(
            '--blob-port', type=int, default=0, metavar='PORT',
            help='TCP port of the blob service; 0 takes a free one '
                 '(default: %(default)s)')
        parser.add_argument(
            '--no-contents', action='store_true',
            help='let disks have no contents; then nothing needs Node.js')
        parser.add_argument(
            '--profile', choices=('public', 'stack_hub'), default='public',
            help='which cloud to be like: public Azure, or Azure Stack Hub '
                 'with its old api-versions, without zones and with page '
                 'blobs as disks (default: %(default)s)')
        parser.add_argument(
            '--throttling', action='store_true',
            help='enforce rate limits instead of only telling them')
        parser.add_argument(
            '--limit', action='append', default=[], metavar='BUCKET=N',
            type=_limit,
            help='let so many requests remain in a bucket after the first, '
                 'PutVMResource=3 for example; may be repeated')
        parser.add_argument(
            '--list-lag', type=float, default=0, metavar='SECONDS',
            help='let lists be behind by so much (default: %(default)s)')
        parser.add_argument(
            '--retry-after', type=int, default=-1, metavar='SECONDS',
            help='seconds between two looks that answers about operations '
                 'ask for; default: what Azure was seen to ask for, 10 or 30 '
                 'for machines, with --latency observed, else 0')
        parser.add_argument(
            '--imds-port', type=int, metavar='PORT',
            help='serve the instance metadata service, without TLS, for '
                 'managed identities; 0 takes a free port')
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> int:
        from jacket_azure.emulator import locations
        from jacket_azure.emulator import server

        location = locations.normalize(parsed_args.location)
        if location not in locations.REGIONS:
            print(f'There is no region {parsed_args.location}; there are '
                  f'{", ".join(locations.REGIONS)}.', file=self.app.stderr)
            return 2
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *unused: stop.set())
        emulator = server.Emulator(
            port=parsed_args.port, latency=parsed_args.latency,
            state_dir=parsed_args.state_dir.expanduser().absolute(),
            contents=not parsed_args.no_contents, location=location,
            throttling=parsed_args.throttling, profile=parsed_args.profile,
            list_lag=parsed_args.list_lag, imds_port=parsed_args.imds_port,
            blob_port=parsed_args.blob_port,
            retry_after=parsed_args.retry_after)
        emulator.ratelimits.limits.update(parsed_args.limit)
        try:
            emulator.start()
        except OSError as exc:
            ports = {parsed_args.port, parsed_args.imds_port,
                     parsed_args.blob_port} - {None}
            print(f'Cannot listen on port {" or ".join(map(str, ports))}: '
                  f'{exc}',
                  file=self.app.stderr)
            return 1
        with emulator:
            emulator.resource_group = parsed_args.resource_group
            emulator.seed(parsed_args.resource_group,
                          storage_account=parsed_args.storage_account)
            options = emulator.azure_options()
            write_files(emulator.state_dir, options)
            # With --quiet no secret is printed, for output kept in a log.
            quiet = not self.app.options.verbose_level
            print(options['arm_endpoint'] if quiet
                  else describe(emulator.state_dir, options),
                  file=self.app.stdout, flush=True)
            if parsed_args.imds_port is not None:
                print(f'AZURE_POD_IDENTITY_AUTHORITY_HOST='
                      f'{emulator.imds_url}', file=self.app.stdout,
                      flush=True)
            stop.wait()
        print('Stopped.', file=self.app.stdout, flush=True)
        return 0


def _limit(text: str) -> tuple[str, int]:
    """Read ``BUCKET=N``.

    :raises ValueError: it is none; argparse tells the user
    """
    name, _, number = text.partition('=')
    if not name or int(number) < 0:
        raise ValueError(text)
    return name, int(number)


def write_files(folder: pathlib.Path, options: dict[str, Any]) -> None:
    """Write ``azure.conf`` for services and ``azure.json`` for programs.

    Both hold the secret of a client that exists nowhere else, and are
    readable by their owner only all the same.
    """
    for name, text in (('azure.conf', section(options)),
                       ('azure.json', json.dumps(options, indent=1) + '\n')):
        file = folder / name
        file.touch(0o600)
        file.write_text(text)


def section(options: dict[str, Any]) -> str:
    """Return the ``[azure]`` section of a service that uses the emulator."""
    lines = [f'{name} = {value}' for name, value in options.items()]
    return '\n'.join(['[azure]', *lines, ''])


def environment(options: dict[str, Any]) -> dict[str, str]:
    """Return the variables the Azure SDK and its tools read."""
    return {
        'AZURE_TENANT_ID': options['tenant_id'],
        'AZURE_CLIENT_ID': options['client_id'],
        'AZURE_CLIENT_SECRET': options['client_secret'],
        'AZURE_SUBSCRIPTION_ID': options['subscription_id'],
        'AZURE_AUTHORITY_HOST': options['authority'],
        'REQUESTS_CA_BUNDLE': options['ca_file']}


def describe(folder: pathlib.Path, options: dict[str, Any]) -> str:
    """Say how to reach the emulator."""
    exports = '\n'.join(f'  export {name}={value}' for name, value
                        in environment(options).items())
    return _TEXT.format(folder=folder, environment=exports,
                        section=section(options), **options)
