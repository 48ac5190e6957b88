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

"""``schema PROJECT [--drop]``: make its databases by its own command.

Every command runs in a fork of a process that has imported the command
already: the import is most of the time, and each fork starts from a clean
oslo.config.
"""

from __future__ import annotations

from collections.abc import Callable
import importlib
import os
import sys
import traceback

from jacket_azure.sandbox.services import common

# What each program is told, in order; {name} comes from the environment.
COMMANDS = {
    'keystone': ('keystone.cmd.manage', [
        'db_sync',
        'fernet_setup --keystone-user {USER_ID} --keystone-group {GROUP_ID}',
        'credential_setup --keystone-user {USER_ID} '
        '--keystone-group {GROUP_ID}',
        'bootstrap --bootstrap-password {SANDBOX_PASSWORD} '
        '--bootstrap-region-id RegionOne '
        '--bootstrap-admin-url {KEYSTONE_URL}/v3 '
        '--bootstrap-internal-url {KEYSTONE_URL}/v3 '
        '--bootstrap-public-url {KEYSTONE_URL}/v3',
    ]),
    'glance': ('glance.cmd.manage', ['db sync']),
    'placement': ('placement.cmd.manage', ['db sync']),
    'neutron': ('neutron.db.migration.cli', ['upgrade heads']),
    'nova': ('nova.cmd.manage', [
        'api_db sync',
        'cell_v2 map_cell0 --database_connection {NOVA_CELL0_URL}',
        'db sync',
        'cell_v2 create_cell --name cell1',
    ]),
    'cinder': ('cinder.cmd.manage', ['db sync']),
}

# What a command answers when a run that was cut off had done it already.
MADE_BEFORE = {'cell_v2 create_cell --name cell1': 2}


def in_fork(action: Callable[[], object]) -> int:
    """Run *action* in a forked child and return its exit code."""
    pid = os.fork()
    if pid:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    code = 1
    try:
        result = action()
        code = result if isinstance(result, int) else 0
    except SystemExit as exc:
        code = exc.code if isinstance(exc.code, int) else int(bool(exc.code))
        if isinstance(exc.code, str):
            print(exc.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def neutron_tables(url: str) -> None:
    """Create Neutron's tables from its models.

    Its migrations alter constraints, which sqlite cannot. Nothing will ever
    be migrated here, so the lack of a version table does no harm.
    """
    from neutron.db.migration.models import head
    import sqlalchemy

    head.get_metadata().create_all(sqlalchemy.create_engine(url))


def on_server(urls: list[str], statement: str) -> None:
    """Create or drop databases on a server; sqlite makes its own files.

    :param statement: SQL with ``{name}`` for the quoted name
    """
    import sqlalchemy

    for text in urls:
        url = sqlalchemy.make_url(text)
        if url.get_backend_name() == 'sqlite':
            continue
        # None would mean: leave the name as it is
        engine = sqlalchemy.create_engine(url.set(database=''))
        with engine.begin() as connection:
            connection.execute(sqlalchemy.text(
                statement.format(name=f'`{url.database}`')))
        engine.dispose()


def main() -> int:
    """Make the schema of the project named on the command line."""
    project = sys.argv[1]
    urls = os.environ['DATABASE_URLS'].split()
    if sys.argv[2:] == ['--drop']:
        on_server(urls, 'DROP DATABASE IF EXISTS {name}')
        return 0
    on_server(urls, 'CREATE DATABASE IF NOT EXISTS {name} '
              'CHARACTER SET utf8mb3')
    common.tune_sqlite()
    if project == 'neutron' and urls[0].startswith('sqlite:'):
        neutron_tables(urls[0])
        return 0
    module, commands = COMMANDS[project]
    program = importlib.import_module(module)
    values = {**os.environ, 'USER_ID': str(os.getuid()),
              'GROUP_ID': str(os.getgid())}
    for command in commands:
        words = [word.format(**values) for word in command.split()]
        sys.argv = [project, *config_arguments(), *words]
        code = in_fork(program.main)
        if code and code != MADE_BEFORE.get(command):
            print(f'{project}: "{command}" ended with {code}',
                  file=sys.stderr)
            return code
    return 0


def config_arguments() -> list[str]:
    """Return what every program understands, before its command."""
    return ['--config-file', os.environ['CONFIG_FILE']]


if __name__ == '__main__':
    sys.exit(main())
