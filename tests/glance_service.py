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

"""A real Glance over HTTP in a process of its own, for Nova's tests.

``python -m tests.glance_service FOLDER`` answers one line of JSON
with the ``endpoint`` once it serves, and lives until its standard input is
closed. Images are files in the folder. Whoever comes with the token
``user:project:role,role`` is that one, as Keystone would have said.
"""

import json
import logging as std_logging
import os
import pathlib
import sys
import traceback
from urllib import parse

from glance import async_
from glance.api.middleware import context as context_middleware
from glance.api.middleware import version_negotiation
from glance.api.v2 import router
from glance.common import config
from glance.db.sqlalchemy import api as database
from glance.db.sqlalchemy import models
import glance_store
from oslo_config import cfg
from oslo_log import log as logging
from paste import urlmap

from jacket_azure.sandbox.services import common
from tests import sqlite

CONF = cfg.CONF
RESERVED = {'os_glance_staging_store': 'file', 'os_glance_tasks_store': 'file'}


def configure(folder):
    """Write glance-api.conf and make the stores it names."""
    stores = {
        'file': folder / 'images',
        'os_glance_staging_store': folder / 'staging',
        'os_glance_tasks_store': folder / 'tasks'}
    sections = {
        'DEFAULT': {
            'transport_url': 'fake:/', 'enabled_backends': 'file:file',
            'log_file': folder / 'glance.log', 'use_stderr': False},
        'database': {'connection': f'sqlite:///{folder}/glance.sqlite'},
        'glance_store': {'default_backend': 'file'},
        'oslo_concurrency': {'lock_path': folder / 'locks'},
        **{name: {'filesystem_store_datadir': where}
           for name, where in stores.items()}}
    for where in stores.values():
        where.mkdir()
    written = folder / 'glance-api.conf'
    written.write_text(''.join(
        f'[{section}]\n' + ''.join(
            f'{name} = {value}\n' for name, value in values.items())
        for section, values in sections.items()))
    logging.register_options(CONF)
    config.set_config_defaults()
    CONF([], project='glance', prog='glance-api',
         default_config_files=[str(written)])
    logging.setup(CONF, 'glance')
    std_logging.captureWarnings(True)


def load_api():
    """Return Glance's WSGI application; its tables and stores are there."""
    async_.set_threadpool_model('native')
    glance_store.register_store_opts(CONF, reserved_stores=RESERVED)
    glance_store.create_multi_stores(CONF, reserved_stores=RESERVED)
    glance_store.verify_store()
    models.register_models(database.get_engine())
    root = urlmap.URLMap()
    root['/v2'] = router.API.factory({})
    return version_negotiation.VersionNegotiationFilter(
        _Identified(context_middleware.ContextMiddleware(root)))


class _Identified:
    """Say of a token what keystonemiddleware says."""

    def __init__(self, application):
        self._application = application

    def __call__(self, environ, start_response):
        # glanceclient quotes what no token of Keystone's has
        token = parse.unquote(environ.get('HTTP_X_AUTH_TOKEN', ''))
        if token.count(':') != 2:
            start_response('401 Unauthorized', [('Content-Length', '0')])
            return []
        user, project, roles = token.split(':')
        environ.update({
            'HTTP_X_IDENTITY_STATUS': 'Confirmed', 'HTTP_X_USER_ID': user,
            'HTTP_X_PROJECT_ID': project, 'HTTP_X_ROLES': roles})
        return self._application(environ, start_response)


def main():
    """Serve until nobody holds our standard input any more."""
    folder = pathlib.Path(sys.argv[1])
    configure(folder)
    sqlite.keep_open()
    common.tune_sqlite()
    server = common.serve(load_api(), 0)
    print(json.dumps({'endpoint': f'http://127.0.0.1:{server.server_port}'}),
          flush=True)
    sys.stdin.read()
    server.shutdown()


if __name__ == '__main__':
    status = 1
    try:
        main()
        status = 0
    except BaseException:
        traceback.print_exc()
    # threads of Glance's own would keep the process from ending
    os._exit(status)
