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

"""The services of the sandbox and how each one is run."""

from __future__ import annotations

import os
import sys

from jacket_azure.sandbox import render
from jacket_azure.sandbox.process import Process
from jacket_azure.sandbox.settings import Settings

SERVICES = tuple(render.FILES)


def process(settings: Settings, name: str) -> Process:
    """Return the process of one service, running or not."""
    return Process(name, settings.path('run'),
                   settings.path('log', f'{name}.log'))


def environment(settings: Settings, name: str) -> dict[str, str]:
    """Return the environment of one process and of its schema command."""
    env = {key: value for key, value in os.environ.items()
           # a developer's own credentials and files must not leak in
           if not key.startswith(('OS_', 'AZURE_'))}
    env.update({
        'NO_PROXY': bypass('NO_PROXY'), 'no_proxy': bypass('no_proxy'),
        'PYTHONUNBUFFERED': '1',
        # less memory: glibc makes an arena per thread otherwise
        'MALLOC_ARENA_MAX': '2',
    })
    if name in render.FILES:
        env.update(_project(settings, name))
    return env


def _project(settings: Settings, name: str) -> dict[str, str]:
    """Return the variables of an OpenStack project."""
    etc = settings.path('etc', name)
    file = render.FILES[name][0]
    env = {
        f'OS_{name.upper()}_CONFIG_DIR': str(etc),
        # Nova reads two files, in this order
        f'OS_{name.upper()}_CONFIG_FILES':
            f'api-paste.ini;{file}' if name == 'nova' else file,
        'CONFIG_FILE': str(etc / file),
        'DATABASE_URLS': ' '.join(
            render.database_url(settings, database)
            for database in render.DATABASES[name]),
    }
    if name == 'keystone':
        env['KEYSTONE_URL'] = settings.url('keystone')
        env['SANDBOX_PASSWORD'] = settings.password
    if name == 'nova':
        env['NOVA_CELL0_URL'] = render.database_url(settings, 'nova_cell0')
    return env


def bypass(variable: str) -> str:
    """Return the value of a no-proxy variable with loopback added."""
    given = os.environ.get(variable)
    return f'{given},127.0.0.1,localhost' if given else '127.0.0.1,localhost'


def command(settings: Settings, name: str) -> list[str]:
    """Return the command line that runs one service."""
    return [sys.executable, '-m', f'jacket_azure.sandbox.services.{name}',
            str(settings.ports[name])]


def schema_command(name: str) -> list[str]:
    """Return the command line that makes the databases of one service."""
    return [sys.executable, '-m', 'jacket_azure.sandbox.services.schema',
            name]
