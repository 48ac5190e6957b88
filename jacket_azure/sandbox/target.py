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

"""Which Azure the sandbox uses: the emulator, or the one of ``--azure``."""

from __future__ import annotations

import configparser
import pathlib

from jacket_azure.sandbox import errors

SECTION = 'azure'

# cloud -> (Azure Resource Manager, token service).
# Source: Microsoft Learn, "Azure Government endpoint mapping" and "Azure
# China developer guide".
CLOUDS = {
    'public': ('https://management.azure.com',
               'https://login.microsoftonline.com'),
    'usgovernment': ('https://management.usgovcloudapi.net',
                     'https://login.microsoftonline.us'),
    'china': ('https://management.chinacloudapi.cn',
              'https://login.partner.microsoftonline.cn'),
}

ALWAYS = ('subscription_id', 'location', 'resource_group', 'mapping_file')
BY_CREDENTIAL = {
    'client_secret': ('tenant_id', 'client_id', 'client_secret'),
    'workload_identity': ('tenant_id', 'client_id', 'federated_token_file'),
    'managed_identity': (),
}


def read(file: str, owner: str) -> dict[str, str]:
    """Return the options of ``[azure]`` in *file*, completed and checked.

    :param owner: marks what the sandbox makes, where the file names none
    :raises SandboxError: options are missing, or cannot be used here
    """
    parser = configparser.ConfigParser(interpolation=None)
    try:
        if not parser.read(file):
            raise errors.SandboxError(f'there is no file {file}')
    except configparser.Error as exc:
        raise errors.SandboxError(f'{file}: {exc}') from exc
    if not parser.has_section(SECTION):
        raise errors.SandboxError(f'{file} has no section [{SECTION}]')
    options = dict(parser[SECTION])
    options.setdefault('cloud', 'public')
    options.setdefault('credential', 'client_secret')
    options.setdefault('owner', owner)
    missing = missing_options(options)
    if missing:
        raise errors.SandboxError(
            f'{file}: [{SECTION}] lacks ' + ', '.join(missing))
    mapping = pathlib.Path(file).parent / options['mapping_file']
    if not mapping.is_file():
        raise errors.SandboxError(
            f'{file}: there is no mapping_file {mapping}')
    options['mapping_file'] = str(mapping.resolve())
    return options


def missing_options(options: dict[str, str]) -> list[str]:
    """Return the names of the options that are needed and not there.

    :raises SandboxError: the credential cannot be used by the sandbox
    """
    credential = options['credential']
    if credential not in BY_CREDENTIAL:
        raise errors.SandboxError(
            f'credential = {credential} does not work with the sandbox; use '
            + ' or '.join(BY_CREDENTIAL))
    needed = [*ALWAYS, *BY_CREDENTIAL[credential]]
    if options['cloud'] not in CLOUDS:
        needed += ['arm_endpoint', 'authority']
    return [name for name in needed if not options.get(name)]


def endpoints(options: dict[str, str]) -> tuple[str, str, str]:
    """Return the base URLs of ARM and of the token service, and the scope."""
    arm, authority = CLOUDS.get(options['cloud'], ('', ''))
    arm = (options.get('arm_endpoint') or arm).rstrip('/')
    authority = (options.get('authority') or authority).rstrip('/')
    return arm, authority, options.get('token_scope') or arm + '/.default'
