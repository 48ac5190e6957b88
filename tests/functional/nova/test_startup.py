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

"""nova-compute's own main finds the driver under the name users write."""

import os
import pathlib
import subprocess
import sys
import tempfile

from nova import utils

from tests import timeout
from tests.functional import run

# Nova's start-up runs as it is, up to the point where the service would
# start to serve. There is no conductor and no Placement, so nobody waits
# for them or asks them for versions.
SCRIPT = '''
import sys
sys.argv = ['nova-compute', '--config-file', sys.argv[1]]
from nova.cmd import compute
from nova.scheduler.client import report
from nova import service

def serve(server, **options):
    import jacket_azure.nova
    import jacket_azure.nova.driver
    import nova.virt.jacket_azure.nova as alias
    driver = type(server.manager.driver)
    assert alias is jacket_azure.nova
    assert driver is alias.AzureDriver
    assert driver is jacket_azure.nova.driver.AzureDriver
    compute.CONF.log_opt_values(compute.LOG, 10)
    print('loaded', driver.__module__, driver.__name__)

service.serve = serve
service.wait = lambda: None
service.utils.raise_if_old_compute = lambda: None
report.SchedulerReportClient._create_client = lambda self: None
service.conductor.API.wait_until_ready = lambda *args, **options: None
compute.main()
print('eventlet' if 'eventlet' in sys.modules else 'threads')
'''

CONFIGURATION = '''
[DEFAULT]
compute_driver = jacket_azure.nova.AzureDriver
transport_url = fake://
debug = true
use_stderr = true
state_path = {directory}
host = azure-eastus
[azure]
client_secret = not-for-the-log
'''


class StartUpTest(timeout.TestCase):
    """In a process of its own, as in production."""

    def start(self, mode):
        with tempfile.TemporaryDirectory() as directory:
            file = pathlib.Path(directory) / 'nova.conf'
            file.write_text(CONFIGURATION.format(directory=directory))
            environment = dict(
                os.environ, **dict.fromkeys(run.VARIABLES, run.MODES[mode]))
            result = subprocess.run(
                [sys.executable, '-c', SCRIPT, str(file)], timeout=120,
                env=environment, capture_output=True, text=True)
        self.assertEqual(0, result.returncode, result.stderr)
        # one of the options that were logged is a secret
        self.assertIn('azure.client_secret', result.stderr)
        self.assertNotIn('not-for-the-log', result.stderr)
        return result.stdout.split('\n')

    def test_this_process_runs_in_the_model_it_was_asked_for(self):
        wanted = os.environ.get(run.VARIABLES[0], run.MODES['eventlet'])
        self.assertEqual(
            wanted == run.MODES['threading'],
            utils.concurrency_mode_threading())
        self.assertEqual(
            wanted == run.MODES['eventlet'], 'eventlet' in sys.modules)

    def test_native_threads(self):
        self.assertEqual(
            ['loaded jacket_azure.nova.driver AzureDriver', 'threads', ''],
            self.start('threading'))

    def test_eventlet(self):
        self.assertEqual(
            ['loaded jacket_azure.nova.driver AzureDriver', 'eventlet', ''],
            self.start('eventlet'))
