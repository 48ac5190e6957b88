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

"""Cinder: API, scheduler and one volume backend, in native threads."""

from __future__ import annotations

import os
import shlex
import sys
import threading

from jacket_azure.sandbox.services import common


def start():
    """Start the workers and return the API and them.

    The volume worker comes first: the scheduler waits for a first report.
    """
    os.environ['OS_CINDER_DISABLE_EVENTLET_PATCHING'] = '1'
    from cinder import monkey_patch
    monkey_patch.patch()
    avoid_tpool()
    sys.argv[1:] = ['--config-file', os.environ['CONFIG_FILE']]
    from cinder import utils
    from cinder.common import constants
    from cinder.wsgi.api import application  # reads cinder.conf
    import os_brick
    from oslo_config import cfg
    from oslo_privsep import priv_context

    priv_context.init(root_helper=shlex.split(utils.get_root_helper()))
    os_brick.setup(cfg.CONF)
    service_class = reporting_service()
    workers = []
    for backend in cfg.CONF.enabled_backends:
        workers.append(service_class.create(
            host=f'{cfg.CONF.host}@{backend}', service_name=backend,
            binary=constants.VOLUME_BINARY, coordination=True))
        workers[-1].start()
    workers.append(service_class.create(binary=constants.SCHEDULER_BINARY))
    workers[-1].start()
    return application, workers


def avoid_tpool():
    """Let eventlet's thread pool call directly.

    Cinder 29 reads images through ``eventlet.tpool`` even in native
    threads, where it runs a hub that now and then never returns. Can go
    when cinder/image/image_utils.py no longer uses it.
    """
    from eventlet import tpool

    tpool.execute = lambda call, *args, **kwargs: call(*args, **kwargs)
    tpool.Proxy = lambda wrapped, *args, **kwargs: wrapped
    tpool.set_num_threads = lambda number: None


def reporting_service():
    """Return Cinder's Service made fit for several in one process.

    ``Service.service_id`` is an attribute of the class (cinder 29), so of
    two services only the one started last would report its state.
    """
    from cinder import service

    lock = threading.Lock()

    class Service(service.Service):
        def report_state(self):
            with lock:
                service.Service.service_id = self.origin_service_id
                super().report_state()

    return Service


if __name__ == '__main__':
    common.run(start)
