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

"""Nova: API, conductor, scheduler, compute, serial proxy, by threads."""

from __future__ import annotations

import shlex

from jacket_azure.sandbox.services import common
from jacket_azure.sandbox.services import serial_proxy

PARTS = ('conductor', 'scheduler', 'compute')


def start():
    """Start the workers and return the API and them.

    nova-compute usually reaches the database through the conductor
    (``NovaObject.indirection_api``). That switch is global, so it cannot be
    set beside the API: here compute uses the cell database directly, as in
    Nova's own functional tests.
    """
    from nova import monkey_patch
    monkey_patch.patch(backend='threading')
    from nova import objects
    from nova import service
    from nova import utils
    import nova.conf
    from nova.wsgi.osapi_compute import application  # reads nova.conf
    import os_brick
    import os_vif
    from oslo_privsep import priv_context

    priv_context.init(root_helper=shlex.split(utils.get_root_helper()))
    os_brick.setup(nova.conf.CONF)
    # loads our VIF plugin, through which Nova finds the driver
    os_vif.initialize()
    objects.Service.enable_min_version_cache()
    workers = []
    for part, arguments in zip(PARTS, worker_arguments(), strict=True):
        worker = service.Service.create(binary='nova-' + part, **arguments)
        worker.start()
        workers.append(worker)
    map_host()
    workers.append(serial_proxy.SerialProxy(
        nova.conf.CONF.serial_console.serialproxy_port))
    return application, workers


def map_host():
    """Map the compute host to its cell, as ``cell_v2 discover_hosts`` does.

    Without that the scheduler does not see it, and the API neither.
    """
    from nova import context
    from nova.objects import host_mapping

    host_mapping.discover_hosts(context.get_admin_context())


def worker_arguments():
    """Yield what nova/cmd/{conductor,scheduler,compute}.py pass."""
    from nova.compute import rpcapi as compute_rpcapi
    from nova.conductor import rpcapi as conductor_rpcapi
    from nova.scheduler import rpcapi as scheduler_rpcapi
    yield {'topic': conductor_rpcapi.RPC_TOPIC}
    yield {'topic': scheduler_rpcapi.RPC_TOPIC}
    yield {'topic': compute_rpcapi.RPC_TOPIC,
           'topic_alt': compute_rpcapi.RPC_TOPIC_ALT}


if __name__ == '__main__':
    common.run(start)
