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

"""A real Cinder over HTTP in a process of its own, for Nova's tests.

``python -m tests.functional.cinder.service TEMPLATE``: each line on its
input, JSON of what :func:`serve` is to be told, makes a child that serves,
on its output comes the child's pid. Importing takes longer than all else.
API, scheduler and volume service share the process, as Nova and Cinder could
not: their options clash. Whoever asks is an administrator; the user and
project are those of a token ``user:project``.
"""

# first: it decides about eventlet
from cinder import monkey_patch  # isort: skip

monkey_patch.patch()

import contextlib  # noqa: E402
import json  # noqa: E402
import os  # noqa: E402
import pathlib  # noqa: E402
import shutil  # noqa: E402
import signal  # noqa: E402
import sys  # noqa: E402
import traceback  # noqa: E402
from unittest import mock  # noqa: E402

from cinder import context  # noqa: E402
from cinder import coordination  # noqa: E402
from cinder import rpc  # noqa: E402
from cinder import service  # noqa: E402
from cinder.common import config  # noqa: E402, F401
from cinder.db import api  # noqa: E402
from cinder.db import migration  # noqa: E402
from cinder.volume import volume_types  # noqa: E402
from oslo_concurrency import lockutils  # noqa: E402
from oslo_config import cfg  # noqa: E402
from oslo_log import log as logging  # noqa: E402

from jacket_azure import conf as azure_conf  # noqa: E402
from jacket_azure.sandbox.services import common  # noqa: E402
from tests import cinder_modules  # noqa: E402
from tests import glance_process  # noqa: E402
from tests import processes  # noqa: E402
from tests import sqlite  # noqa: E402
from tests.functional.cinder import scheduling  # noqa: E402
from tests.functional.cinder import serving  # noqa: E402

CONF = cfg.CONF
DATABASE = 'cinder.sqlite'
HOSTS = ('cinder-host@azure', 'cinder-host@azure2')
PROJECT = '6f70656e737461636b20656e20617a75'

cinder_modules.load()


def configure(folder, options, nova_endpoint=None, glance_endpoint=None):
    """Write cinder.conf, for options register when their module loads."""
    sections = {
        'DEFAULT': {
            'transport_url': 'fake:/', 'state_path': folder,
            'auth_strategy': 'noauth', 'log_file': folder / 'cinder.log',
            'resource_query_filters_file': pathlib.Path(
                sys.prefix, 'etc/cinder/resource_filters.json'),
            'allow_availability_zone_fallback': True,
            'image_conversion_dir': folder / 'conversion'},
        'backend_defaults': {
            'volume_driver': 'jacket_azure.cinder.AzureVolumeDriver'},
        'database': {'connection': f'sqlite:///{folder / DATABASE}'},
        'oslo_concurrency': {'lock_path': folder / 'locks'},
        'coordination': {'backend_url': f'file://{folder}/coordination'},
        azure_conf.GROUP.name: options}
    if nova_endpoint:
        sections['nova'] = {
            'auth_type': 'admin_token', 'endpoint': nova_endpoint,
            'token': 'of no importance'}
    if glance_endpoint:
        sections['DEFAULT']['glance_api_servers'] = glance_endpoint
    written = folder / 'cinder.conf'
    written.write_text(''.join(
        f'[{section}]\n' + ''.join(
            f'{name} = {value}\n' for name, value in values.items())
        for section, values in sections.items()))
    logging.register_options(CONF)
    CONF([], project='cinder', default_config_files=[str(written)])
    logging.setup(CONF, 'cinder')
    lockutils.set_defaults(str(folder / 'locks'))


def start(folder, hosts=1):
    """Start all services; returns the HTTP server."""
    rpc.init(CONF)
    volume_types.get_default_volume_type(context.get_admin_context())
    coordination.COORDINATOR.start()
    for host in HOSTS[:hosts]:
        volume = service.Service.create(
            host=host, binary='cinder-volume', service_name='azure')
        volume.start()
        if not volume.manager.driver.initialized:
            sys.exit(f'the driver did not start, see {folder}/cinder.log')

    def start_scheduler():
        scheduler = service.Service.create(
            host='cinder-host', binary='cinder-scheduler')
        scheduler.start()
        return scheduler

    scheduling.start(start_scheduler, volume.manager)
    return serving.serve(_Identified(serving.load_api()))


class _Identified:
    """Make of any token one that Cinder's noauth pipeline understands."""

    def __init__(self, application):
        self._application = application

    def __call__(self, environ, start_response):
        token = environ.get('HTTP_X_AUTH_TOKEN', '')
        if ':' not in token:
            environ['HTTP_X_AUTH_TOKEN'] = f'nova:{_project(environ)}'
        return self._application(environ, start_response)


def _project(environ):
    """Return the project of the URL, /v3/<project>/volumes."""
    parts = environ['PATH_INFO'].split('/')
    found = parts[2] if len(parts) > 2 else ''
    is_id = len(found) == 32 or len(found) == 36
    return found if is_id else PROJECT


def main():
    """Fork on request, until the input ends; children end with us."""
    template = pathlib.Path(sys.argv[1])
    ours, theirs = os.pipe()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        sys.stdout.flush()
        pid = os.fork()
        if pid == 0:
            os.close(theirs)
            serve(template=template, parent=ours, **json.loads(line))
        print(pid, flush=True)


def serve(folder, template, options, parent):
    """Be a Cinder until the parent ends, or somebody ends it.

    :param folder: for all that Cinder writes, and for ``endpoint``, a file
        that is there once it serves
    :param template: a file with Cinder's tables, made if there is none
    :param options: of ``[azure]``; there may be ``nova_endpoint`` beside
        them, Nova's API without a project, ``glance_endpoint``, that of
        :mod:`tests.glance_process`, and ``hosts``, how many volume services
        there are
    :param parent: a file descriptor that ends with the parent
    """
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    folder = pathlib.Path(folder)
    processes.detach(folder / 'stderr')
    try:
        _serve(folder, template, options, parent)
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        # threads of Cinder's own would keep the process from ending
        os._exit(1)


def _serve(folder, template, options, parent):
    nova_endpoint = options.pop('nova_endpoint', None)
    glance_endpoint = options.pop('glance_endpoint', None)
    hosts = options.pop('hosts', 1)
    sqlite.keep_open()
    common.tune_sqlite()
    configure(folder, options, nova_endpoint, glance_endpoint)
    _make_tables(folder, template)
    with contextlib.ExitStack() as stack:
        # Cinder would ask Nova whether a detachment is fine, unless a token
        # said that it is Nova itself who detaches
        stack.enter_context(mock.patch(
            'cinder.volume.api.API.attachment_deletion_allowed'))
        stack.enter_context(mock.patch(
            'cinder.image.glance._create_glance_client',
            glance_process.cinders_client))
        if not nova_endpoint:
            stack.enter_context(mock.patch('cinder.compute.API'))
        server = start(folder, hosts)
        written = folder / 'endpoint.new'
        written.write_text(f'http://127.0.0.1:{server.server_port}/v3')
        written.rename(folder / 'endpoint')
        os.read(parent, 1)


def _make_tables(folder, template):
    """Make Cinder's tables, which takes more than a second only once."""
    database = folder / DATABASE
    if template.exists():
        shutil.copyfile(template, database)
        return
    migration.db_sync()
    api.get_engine().dispose()
    shutil.copyfile(database, folder / template.name)
    os.replace(folder / template.name, template)


if __name__ == '__main__':
    main()
