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

"""Processes of a Cinder without a sandbox: the API, and volume workers.

``python -m tests.cluster.service``: each line on its input, ``ROLE PORT
CONFIG LOG``, starts the services of ``api`` or ``volume`` in a child, on its
output comes the child's pid. Importing takes longer than everything else at
Cinder's start, so a killed worker is back after a moment. A worker serves
nothing on its port but the sign that it is up.
"""

import importlib
import os
import signal
import sys

from jacket_azure.sandbox.services import cinder as sandbox_cinder
from jacket_azure.sandbox.services import common
from tests import cinder_modules
from tests import processes

# of all workers; each has a host name of its own
CLUSTER = 'all'


def main():
    """Fork on request, until the input ends."""
    os.environ['OS_CINDER_DISABLE_EVENTLET_PATCHING'] = '1'
    from cinder import monkey_patch
    monkey_patch.patch()
    sandbox_cinder.avoid_tpool()
    cinder_modules.load()
    for name in ('tests.cluster.bus', 'werkzeug.serving'):
        importlib.import_module(name)
    # so that who ended is gone at once
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        sys.stdout.flush()
        pid = os.fork()
        if pid == 0:
            _become(*line.split())
        print(pid, flush=True)


def _become(role, port, config, log):
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    processes.detach(log)
    sys.argv = ['cinder', port]
    common.run(lambda: start(role, config))


def start(role, config):
    """Start the services of *role*; returns application and workers."""
    from tests.cluster import bus
    bus.install()
    sys.argv[1:] = ['--config-file', config]
    from cinder.common import constants
    from cinder.wsgi.api import application  # reads the configuration
    from oslo_config import cfg
    service = sandbox_cinder.reporting_service()
    if role == 'api':
        _know_no_nova()
        workers = [service.create(binary=constants.SCHEDULER_BINARY)]
    else:
        application = _sign_of_life
        workers = [service.create(
            host=f'{cfg.CONF.host}@{backend}', service_name=backend,
            binary=constants.VOLUME_BINARY, coordination=True,
            cluster=f'{CLUSTER}@{backend}')
            for backend in cfg.CONF.enabled_backends]
    for worker in workers:
        worker.start()
    return application, workers


def _know_no_nova():
    """Let who attached a volume detach it without asking Nova."""
    from cinder.volume import api

    api.API.attachment_deletion_allowed = (
        lambda self, context, attachment, volume=None: None)


def _sign_of_life(environ, start_response):
    start_response('200 OK', [('Content-Type', 'text/plain')])
    return [b'up\n']


if __name__ == '__main__':
    main()
