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

"""What goes before one of Nova's test classes to run it on our driver.

Only the world around a test is adapted, as README.rst of this folder says;
what it does and asserts is Nova's.
"""

import sys
import warnings

from nova import objects
import nova.conf
from nova.tests import fixtures as nova_fixtures
from nova.tests.fixtures import glance
from nova.tests.functional.api import client as api_client
from oslo_utils.fixture import uuidsentinel
from sqlalchemy import exc as sqlalchemy_exceptions
from urllib3 import connection
from urllib3 import connectionpool
from wsgi_intercept import requests_intercept

from jacket_azure.nova import driver
from jacket_azure.nova import loader
from tests.functional.nova import base
from tests.functional.nova import databases
from tests.functional.nova import fixtures as own_fixtures
from tests.functional.upstream import addresses
from tests.functional.upstream import azure
from tests.functional.upstream import bookkeeper
from tests.functional.upstream import waiting

CONF = nova.conf.CONF

# What stands for "any driver" in Nova's tests. The other fake drivers do
# something special, as failing, and a test that names one is about that.
ORDINARY = ('FakeDriver', 'SmallFakeDriver', 'MediumFakeDriver',
            'RescueBFVDriver', 'SameHostColdMigrateDriver',
            'FakeDriverWithoutFakeNodes', 'FakeLiveMigrateDriver',
            'PredictableNodeUUIDDriver')


class OneOfSeveral(driver.AzureDriver):
    """Several services share this process, and each has its own node.

    Elsewhere each has a ``state_path`` of its own, with its node's uuid.
    """

    def get_nodenames_by_uuid(self, refresh=False):
        return {_node_uuid(name): name
                for name in self.get_available_nodes(refresh)}

    def get_available_resource(self, nodename):
        found = super().get_available_resource(nodename)
        return {**found, 'uuid': _node_uuid(nodename)}


def _node_uuid(name):
    return getattr(uuidsentinel, f'node_{name}')


class OnAzure(waiting.Waiting, base.KeepsMethod):
    """Replaces the fake driver, and what would not fit Azure anyway."""

    def setUp(self):
        loader.register()
        # the wheel puts the file here; Nova's fixture looks in its sources
        self.flags(
            api_paste_config=f'{sys.prefix}/etc/nova/api-paste.ini',
            group='wsgi')
        self.azure = self.useFixture(azure.AzureFixture())
        self.azure.patch_connect()
        self._asked_for_a_driver = self._prepared = False
        self._keep_https()
        self._keep_the_mapping_file()
        self._give_every_server_a_port()
        self.stub_out(
            'nova.virt.driver.load_compute_driver', self._load_driver)
        module = sys.modules[type(self).__module__]
        if hasattr(module, '_fake_load_compute_driver'):
            # a fake driver with more memory
            self.stub_out(
                f'{module.__name__}._fake_load_compute_driver',
                lambda virtapi, compute_driver=None: self._load_driver(
                    virtapi, 'fake.FakeDriver'))
        # first in, last out: when all services have ended
        self.addCleanup(self._check, self.azure)
        self.useFixture(databases.DatabaseFixture())
        super().setUp()

    def _load_driver(self, virtapi, compute_driver=None):
        self._asked_for_a_driver = True
        name = compute_driver or CONF.compute_driver
        module, _, class_name = name.rpartition('.')
        if module != 'fake' or class_name not in ORDINARY:
            self.skipTest(f'is about the driver {name}')
        if not self._prepared:
            self._prepare_process()
            self._prepared = True
        if class_name == 'FakeDriverWithoutFakeNodes':
            return driver.AzureDriver(virtapi)
        return OneOfSeveral(virtapi)

    def _prepare_process(self):
        """Do what must be done after Nova's fixtures, before a service."""
        # nova 34 uses orm.noload(), deprecated in SQLAlchemy 2.1; Nova's
        # WarningsFixture makes an error of every warning
        warnings.filterwarnings(
            'ignore', category=sqlalchemy_exceptions.SADeprecationWarning)
        self.azure.configure(CONF)
        self.flags(restart_for_interface_change=True, group='azure')

    def _keep_https(self):
        """Take HTTPS back from wsgi-intercept, which cannot speak it.

        Nova's fixtures serve the APIs by it, and install it again and again.
        """
        install = requests_intercept.install

        def installed():
            install()
            connectionpool.HTTPSConnectionPool.ConnectionCls = (
                connection.HTTPSConnection)

        self.stub_out('wsgi_intercept.requests_intercept.install', installed)

    def _check(self, azure_fixture):
        self.assertEqual([], azure_fixture.invalid_requests())
        if not self._asked_for_a_driver:
            self.skipTest('starts no compute service')

    def _keep_the_mapping_file(self):
        book = bookkeeper.Bookkeeper(
            self.azure.mapping_file, self.azure.image_id,
            azure.VIRTUAL_NETWORK, azure.SUBNET)
        create_flavor = objects.Flavor.create
        create_image = glance.GlanceFixture.create
        set_up_neutron = nova_fixtures.NeutronFixture.setUp

        def flavor_created(flavor, *args):
            create_flavor(flavor, *args)
            book.flavor(flavor.name, flavor.vcpus)

        def image_created(fixture, context, metadata, *args, **kwargs):
            image = create_image(fixture, context, metadata, *args, **kwargs)
            properties = metadata.get('properties') or {}
            if properties.get('image_type') != 'snapshot':
                book.image(image['id'])
            return image

        def neutron_set_up(fixture):
            set_up_neutron(fixture)
            for network_id in addresses.network_ids(fixture):
                book.network(network_id)

        self.stub_out('nova.objects.Flavor.create', flavor_created)
        self.stub_out(
            'nova.tests.fixtures.glance.GlanceFixture.create', image_created)
        # an image becomes active by its data, as with the real Glance
        self.stub_out('nova.tests.fixtures.glance.GlanceFixture.update',
                      own_fixtures.GlanceFixture.update)
        self.stub_out(
            'nova.tests.fixtures.NeutronFixture.setUp', neutron_set_up)
        self.stub_out(
            'nova.tests.fixtures.NeutronFixture.create_port',
            addresses.distinct(nova_fixtures.NeutronFixture.create_port))
        self.stub_out(
            'nova.tests.fixtures.NeutronFixture.list_networks',
            addresses.of_every_project(
                nova_fixtures.NeutronFixture.list_networks))

    def _give_every_server_a_port(self):
        """Azure has no machine without; ``none`` becomes ``auto``."""
        post_server = api_client.TestOpenStackClient.post_server

        def posted(client, body, *args, **kwargs):
            server = body.get('server') or {}
            if server.get('networks') == 'none':
                body = {**body, 'server': {**server, 'networks': 'auto'}}
            return post_server(client, body, *args, **kwargs)

        self.stub_out(
            'nova.tests.functional.api.client.TestOpenStackClient'
            '.post_server', posted)

    def _get_provider_usages(self, provider_uuid):
        # tests compare all of it, and do not know our classes
        found = super()._get_provider_usages(provider_uuid)
        return {name: used for name, used in found.items()
                if used or not name.startswith('CUSTOM_AZURE_')}

    # Nova's helpers give flavors an ephemeral disk nobody asked for

    def _build_flavor(self, *args, **wanted):
        return super()._build_flavor(*args, **_no_ephemeral(args, wanted))

    def _create_flavor(self, *args, **wanted):
        return super()._create_flavor(*args, **_no_ephemeral(args, wanted))


def _no_ephemeral(args, wanted):
    # the sixth by position
    return wanted if len(args) > 5 else {'ephemeral': 0, **wanted}
