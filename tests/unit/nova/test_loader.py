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

"""Nova's own start-up finds the driver under the name in the manual."""

import pathlib
import subprocess
import sys
import tempfile

from oslotest import base

from jacket_azure import nova as azure_nova

# nova-compute's main, up to where it would start to serve
START = """
import sys
from nova.cmd import compute
from nova.compute import rpcapi
from nova import conductor
from nova import objects
from nova import service
from nova.scheduler.client import report

def serve(server, **options):
    import jacket_azure.nova
    found = type(server.manager.driver)
    assert found is jacket_azure.nova.AzureDriver, found
    assert found.__module__ == 'jacket_azure.nova.driver', found.__module__
    assert 'eventlet' not in sys.modules
    print('loaded', found.__name__)
    sys.exit(0)

service.serve = serve
# these would ask a conductor and Placement
report.SchedulerReportClient._create_client = lambda self: None
conductor.API.wait_until_ready = lambda self, *args, **options: None
objects.Service.get_minimum_version = lambda *args, **options: 100
sys.argv = ['nova-compute', '--config-file', sys.argv[1]]
compute.main()
"""
CONFIG = """
[DEFAULT]
compute_driver = jacket_azure.nova.AzureDriver
transport_url = fake://
state_path = {directory}
"""
IMPORTS = """
import sys
import os_vif
os_vif.initialize()
loaded = [name for name in sys.modules if name.split('.')[0] in
          ('nova', 'azure') and not name.startswith('nova.virt.jacket_azure')]
assert not loaded, loaded
plugin = os_vif._EXT_MANAGER['jacket_azure'].obj
assert plugin.describe().plugin_name == 'jacket_azure'
assert plugin.plug(None, None) is None and plugin.unplug(None, None) is None
"""


class LoaderTest(base.BaseTestCase):

    def run_python(self, code, *args):
        return subprocess.run(
            [sys.executable, '-W', 'ignore', '-c', code, *args],
            capture_output=True, text=True, timeout=120)

    def test_nova_compute_loads_the_driver(self):
        with tempfile.TemporaryDirectory() as directory:
            config = pathlib.Path(directory, 'nova.conf')
            config.write_text(CONFIG.format(directory=directory))
            done = self.run_python(START, str(config))
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertIn('loaded AzureDriver', done.stdout.splitlines())

    def test_other_users_of_os_vif_load_neither_nova_nor_azure(self):
        done = self.run_python(IMPORTS)
        self.assertEqual(0, done.returncode, done.stderr)

    def test_unknown_names_are_attribute_errors(self):
        self.assertRaises(AttributeError, getattr, azure_nova, 'Unknown')
