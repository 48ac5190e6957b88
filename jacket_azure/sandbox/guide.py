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

"""What the commands print besides their steps."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
import contextlib
import os
import shlex
import sys
from typing import Any

from jacket_azure.sandbox import render
from jacket_azure.sandbox.settings import Settings
from jacket_azure.sandbox.status import ServiceStatus

USE = """
Use it with the ordinary client:

    export OS_CLIENT_CONFIG_FILE={clouds} OS_CLOUD={cloud}
    {openstack} server create --flavor {flavor} --image {image} \\
        --network {network} --wait web
    {openstack} server list
    {openstack} console url show --serial web

Mapping:  {mapping}
Logs:     {logs}
Stop it:  {program} sandbox down --state {state}
"""


def how_to_use(settings: Settings, mapping: dict[str, Any]) -> str:
    """Return what to type, with names that exist in this sandbox."""
    folder = os.path.dirname(sys.executable)

    def first(section: str) -> str:
        return shlex.quote(str(next(iter(mapping.get(section) or {}), 'NAME')))

    return USE.format(
        clouds=shlex.quote(str(settings.clouds_file)), cloud=render.CLOUD,
        openstack=shlex.quote(os.path.join(folder, 'openstack')),
        program=shlex.quote(os.path.join(folder, 'jacket-azure')),
        flavor=first('flavors'), image=first('images'),
        network=first('networks'),
        mapping=('the mapping_file of ' + settings.azure_file
                 if settings.azure_file
                 else settings.path('etc', 'mapping.yaml')),
        logs=settings.path('log'), state=shlex.quote(str(settings.state)))


def status_table(processes: Sequence[ServiceStatus]) -> str:
    """Return the status of all processes as a table."""
    width = max(len(entry.url) for entry in processes)
    lines = [f'{"service":10} {"health":7} {"pid":>8}  {"url":{width}}  log']
    for entry in processes:
        lines.append(
            f'{entry.name:10} {entry.health:7} {entry.pid or "-":>8}  '
            f'{entry.url:{width}}  {entry.log}')
    return '\n'.join(lines)


@contextlib.contextmanager
def logs_on_failure(settings: Settings) -> Iterator[None]:
    """Say where to look when something fails."""
    try:
        yield
    except BaseException:
        print(f'\nIt did not work. The logs are in {settings.path("log")}',
              file=sys.stderr)
        raise
