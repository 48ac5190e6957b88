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

"""Cinder's API over HTTP on loopback, in any threading model.

``oslo_service.wsgi.Server`` refuses to run with native threads.
"""

import os
import socketserver
import sys
import threading
from wsgiref import simple_server

from oslo_config import cfg
from oslo_service import wsgi

CONF = cfg.CONF


class _Server(socketserver.ThreadingMixIn, simple_server.WSGIServer):
    daemon_threads = True


class _Handler(simple_server.WSGIRequestHandler):
    def log_message(self, *args):
        """Leave logging to Cinder."""


def load_api():
    """Return Cinder's WSGI application as its own paste file makes it."""
    wsgi.register_opts(CONF)
    # the wheel puts the file here
    CONF.set_override(
        'api_paste_config',
        os.path.join(sys.prefix, 'etc/cinder/api-paste.ini'))
    return wsgi.Loader(CONF).load_app('osapi_volume')


def serve(application):
    """Serve on a free port; returns the server, to be closed."""
    server = simple_server.make_server(
        '127.0.0.1', 0, application, _Server, _Handler)
    threading.Thread(
        target=server.serve_forever, kwargs={'poll_interval': 0.05},
        daemon=True).start()
    return server


def close(server):
    """Stop a server of :func:`serve`."""
    server.shutdown()
    server.server_close()
