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

"""A process that has imported all of Nova and forks one that runs it.

``python -m tests.matrix.zygote PORT LOG``: each line on its input starts the
sandbox's Nova (API, conductor, scheduler and compute) in a child, on its
output comes the child's pid. Importing takes longer than everything else at
Nova's start, so a killed Nova is back after a moment.
"""

from __future__ import annotations

import importlib
import os
import sys

from jacket_azure.sandbox.services import common
from jacket_azure.sandbox.services import nova
from tests import processes

# what the services would import when they start
HEAVY = (
    'nova.api.openstack.compute.routes', 'nova.compute.manager',
    'nova.conductor.manager', 'nova.scheduler.manager', 'nova.service',
    'nova.db.main.api', 'nova.virt.driver', 'oslo_messaging.rpc.server',
    'keystonemiddleware.auth_token', 'glanceclient.v2.client',
    'neutronclient.v2_0.client', 'cinderclient.v3.client', 'os_vif',
    'os_brick.initiator.connector', 'jacket_azure.nova.vif',
    'jacket_azure.nova.driver', 'azure.mgmt.compute', 'azure.mgmt.network',
    'azure.identity', 'msal', 'werkzeug.serving',
)


def main():
    """Fork on request, until the input ends."""
    port, log = sys.argv[1:]
    from nova import monkey_patch
    monkey_patch.patch(backend='threading')
    for name in HEAVY:
        importlib.import_module(name)
    for _ in sys.stdin:
        sys.stdout.flush()
        pid = os.fork()
        if pid == 0:
            _become_nova(port, log)
        print(pid, flush=True)
        # the one before has been killed; nothing is left of it then
        _bury(pid)


def _become_nova(port, log):
    processes.detach(log)
    sys.argv = ['nova', port]
    common.run(nova.start)


def _bury(living):
    """Take note of every child that ended, but wait for none."""
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid in (0, living):
            return


if __name__ == '__main__':
    main()
