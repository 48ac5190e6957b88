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

"""An Azure for measurements: the emulator, in a process of its own.

In one process with what is measured, both would share Python's lock.
"""

import contextlib
import json
import pathlib
import subprocess
import sys
import tempfile

RESOURCE_GROUP = 'bench'
LOCATION = 'eastus'
START_SECONDS = 60

MAPPING = """\
flavors: {bench: Standard_D2s_v5}
images:
  ubuntu: {publisher: Canonical, offer: ubuntu-24_04-lts, sku: server,
           version: latest, os_type: linux}
networks:
  private: {virtual_network: bench, subnet: private}
  backend: {virtual_network: bench, subnet: backend}
security_groups: {default: nsg-default}
zones: {az1: "1"}
"""


@contextlib.contextmanager
def emulated(latency, throttling, contents=False):
    """Run the emulator, with a mapping file that fits it.

    :param latency: ``none`` or ``observed``
    :param throttling: enforce Azure's rate limits
    :param contents: keep the bytes of blobs, in Azurite
    :returns: the options of ``[azure]``
    """
    with tempfile.TemporaryDirectory(prefix='jacket-bench-') as folder:
        command = [
            sys.executable, '-m', 'jacket_azure.cmd.main', '--quiet',
            'emulator', '--state-dir', folder,
            '--location', LOCATION, '--resource-group', RESOURCE_GROUP,
            '--latency', latency,
            # what is compared is not in which half minute a look falls
            '--retry-after', '1']
        if not contents:
            command.append('--no-contents')
        if throttling:
            command.append('--throttling')
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True)
        try:
            # it prints its address once it can be asked
            if not process.stdout.readline():
                raise RuntimeError('The emulator did not start.')
            yield _options(pathlib.Path(folder))
        finally:
            process.terminate()
            process.wait(START_SECONDS)


def _options(folder):
    options = json.loads((folder / 'azure.json').read_text())
    mapping = folder / 'mapping.yaml'
    mapping.write_text(MAPPING)
    return {**options, 'resource_group': RESOURCE_GROUP,
            'location': LOCATION, 'owner': 'bench',
            'mapping_file': str(mapping)}
