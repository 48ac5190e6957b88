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

"""Nova and Cinder, both real, speaking HTTP with each other."""

import threading

import fixtures
from keystoneauth1 import token_endpoint
from nova.api import wsgi
from nova.tests import fixtures as nova_fixtures
import requests
from werkzeug import serving

from tests import cinder_process
from tests import world
from tests.functional.nova import base

SECONDS = 60


class Credentials(token_endpoint.Token):
    """A user's, or where none stands behind it the service's own."""

    def __init__(self, url, project_id):
        self.project_id = project_id or nova_fixtures.PROJECT_ID
        super().__init__(url, f'nova:{self.project_id}')

    def get_project_id(self, session):
        return self.project_id


class NoCinder(fixtures.Fixture):
    """In place of Nova's fixture: Nova speaks to the real one."""

    def __init__(self, *arguments, **options):
        super().__init__()


class NovaOverHTTP(fixtures.Fixture):
    """Nova's API where another process reaches it, for an administrator.

    :ivar endpoint: base URL, without a project
    """

    def _setUp(self):
        server = serving.make_server(
            '127.0.0.1', 0, _as_admin(wsgi.Loader().load_app(
                'osapi_compute')), threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        self.addCleanup(server.server_close)
        self.addCleanup(thread.join)
        self.addCleanup(server.shutdown)
        self.endpoint = f'http://127.0.0.1:{server.server_port}/v2.1'


def _as_admin(application):
    """Identify whoever asks; Nova's own API fixture believes it."""
    def identified(environ, start_response):
        environ.update({
            'HTTP_X_AUTH_USER': 'admin', 'HTTP_X_ROLES': 'admin',
            'HTTP_X_AUTH_PROJECT_ID': nova_fixtures.PROJECT_ID})
        return application(environ, start_response)

    return identified


class CinderTestCase(base.AzureServersTestCase):
    """:ivar cinder: a Cinder of the test's own, in another process"""

    disk_model = 'managed'
    #: volume services
    cinder_hosts = 1

    def setUp(self):
        self.useFixture(fixtures.MonkeyPatch(
            'nova.tests.fixtures.CinderFixture', NoCinder))
        super().setUp()
        nova = self.useFixture(NovaOverHTTP())
        self.cinder = self.useFixture(cinder_process.CinderFixture(
            self.azure, disk_model=self.disk_model, hosts=self.cinder_hosts,
            nova_endpoint=nova.endpoint, **self.cinder_options()))
        self.url = f'{self.cinder.endpoint}/{nova_fixtures.PROJECT_ID}'
        self.flags(group='cinder', endpoint_template=(
            self.cinder.endpoint + '/%(project_id)s'))
        # no Keystone here: Cinder's "noauth" believes such a token
        self.useFixture(fixtures.MonkeyPatch(
            'nova.volume.cinder._get_auth',
            lambda context: Credentials(self.url, context.project_id)))
        self.session = requests.Session()
        self.addCleanup(self.session.close)
        self.session.headers.update({
            'OpenStack-API-Version': 'volume latest',
            'X-Auth-Token': f'nova:{nova_fixtures.PROJECT_ID}'})

    def cinder_options(self):
        """Return more of what :class:`.CinderFixture` takes."""
        return {}

    def ask(self, method, path, body=None, status=None):
        """Ask Cinder; return the answer's JSON."""
        answer = self.session.request(
            method, self.url + path, json=body, timeout=SECONDS)
        if status is None:
            self.assertLess(answer.status_code, 300, answer.text)
        else:
            self.assertEqual(status, answer.status_code, answer.text)
        return answer.json() if answer.content else None

    def volume(self, volume_id):
        return self.ask('GET', f'/volumes/{volume_id}')['volume']

    def wait_for_volume(self, volume_id, status):
        def has_come():
            found = self.volume(volume_id)
            if found['status'].startswith('error') and status != 'error':
                log = self.cinder.log_file.read_text()[-9000:]
                self.fail(f'{found}\n{log}')
            return found if found['status'] == status else None

        return self.wait_until(has_come, f'volume {volume_id} {status}')

    def make(self, size=1, **wanted):
        """Create a volume; return its id."""
        made = self.ask('POST', '/volumes', {'volume': {
            'size': size, **wanted}})['volume']
        self.wait_for_volume(made['id'], 'available')
        return made['id']

    def make_bootable(self, size=2, **wanted):
        """Create a volume that Nova takes for one with Linux on it."""
        volume_id = self.make(size, **wanted)
        self.volume_action(volume_id, 'os-set_bootable', {'bootable': True})
        self.volume_action(volume_id, 'os-set_image_metadata', {
            'metadata': {'os_type': 'linux'}})
        return volume_id

    def volume_action(self, volume_id, name, body=None, status=None):
        return self.ask(
            'POST', f'/volumes/{volume_id}/action', {name: body}, status)

    def volume_type(self, name, **extra_specs):
        """Create a volume type; return its name."""
        made = self.ask('POST', '/types', {'volume_type': {'name': name}})
        self.ask('POST', f'/types/{made["volume_type"]["id"]}/extra_specs',
                 {'extra_specs': extra_specs})
        return name

    def attach(self, server, volume_id):
        self.api.post_server_volume(
            server['id'], {'volumeAttachment': {'volumeId': volume_id}})
        return self.wait_for_volume(volume_id, 'in-use')

    def detach(self, server, volume_id):
        self.api.delete_server_volume(server['id'], volume_id)
        self.wait_for_volume(volume_id, 'available')

    def data_disks(self, server):
        """Return LUN by volume id, as Azure has it."""
        storage = self.vm(server)['properties']['storageProfile']
        return {
            self.volume_of(disk): disk['lun'] for disk in storage['dataDisks']}

    def os_disk(self, server):
        """Return the volume a server has booted from."""
        storage = self.vm(server)['properties']['storageProfile']
        return self.volume_of(storage['osDisk'])

    def volume_of(self, disk):
        return disk['name'].removeprefix('volume-').removesuffix('.vhd')[:36]


class OnPageBlobs:
    """Mixed in: Azure Stack Hub with page blobs."""

    disk_model = 'page_blob'
    emulator_options = {
        'profile': 'stack_hub', 'contents': True,
        # page blobs start machines of generation 1 only
        'mapping': world.MAPPING.replace(
            'sku: server\n', 'sku: server-gen1\n')}
    azure_options = {
        'disk_model': 'page_blob', 'os_disk_sku': 'Standard_LRS'}
