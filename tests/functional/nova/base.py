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

"""Base class: a whole Nova in this process, one compute service on Azure."""

import base64
import contextlib
import sys
import warnings

import fixtures
from nova import context
from nova import objects
import nova.conf
from nova.tests.functional import integrated_helpers
from nova.tests.functional.api import client as api_client
from sqlalchemy import exc as sqlalchemy_exceptions
from urllib3 import connection

from jacket_azure.nova import loader
from tests import debug_log
from tests import fixtures as azure_fixtures
from tests.functional import services
from tests.functional.nova import databases
from tests.functional.nova import fixtures as nova_fixtures

CONF = nova.conf.CONF

HOST = 'azure-eastus'


class KeepsMethod:
    """For pytest 8, which keeps the test method on the instance.

    Nova deletes every public attribute at the end, that one included.
    """

    def _clear_attrs(self):
        name = self._testMethodName
        method = self.__dict__.get(name)
        super()._clear_attrs()
        if method is not None:
            self.__dict__[name] = method


class AzureServersTestCase(
        services.OnAzure, KeepsMethod,
        integrated_helpers.ProviderUsageBaseTestCase):
    """Real API, conductor, scheduler, compute and Placement.

    After each test every request must have been a valid one, and the log
    free of credentials.

    :ivar azure: what Azure holds, see :class:`tests.fixtures.AzureFixture`
    :ivar compute: the compute service
    :ivar log: everything that was logged
    """

    compute_driver = 'jacket_azure.nova.AzureDriver'
    #: options of ``[azure]`` that differ from the usual
    azure_options = {}
    #: likewise of :class:`tests.fixtures.AzureFixture`
    emulator_options = {}

    def setUp(self):
        # nova-compute's start-up loads the os-vif plugins, which do this
        loader.register()
        # the wheel puts the file here; Nova's fixture looks in its sources
        self.flags(
            api_paste_config=f'{sys.prefix}/etc/nova/api-paste.ini',
            group='wsgi')
        self.azure = self.useFixture(
            azure_fixtures.AzureFixture(**self.emulator_options))
        self._client = None
        self.azure.patch_connect()
        self.useFixture(databases.DatabaseFixture())
        super().setUp()
        # Nova's own log fixture throws out those before it
        self.log = self.useFixture(debug_log.DebugLog())
        self.addCleanup(self.check_wire_and_log)
        # nova 34 uses orm.noload(), deprecated in SQLAlchemy 2.1; Nova's
        # WarningsFixture makes an error of every warning
        warnings.filterwarnings(
            'ignore', category=sqlalchemy_exceptions.SADeprecationWarning)
        # wsgi-intercept, by which Nova's fixtures serve the APIs, takes over
        # HTTPS as well and cannot speak it
        self.useFixture(fixtures.MonkeyPatch(
            'urllib3.connectionpool.HTTPSConnectionPool.ConnectionCls',
            connection.HTTPSConnection))
        self.azure.configure(CONF)
        self.flags(group='azure', **self.azure_options)
        # users' quotas are Nova's business, not ours
        self.flags(ram=-1, cores=-1, instances=-1, group='quota')
        self.neutron = self.useFixture(nova_fixtures.NeutronFixture(self))
        self.glance = self.useFixture(nova_fixtures.GlanceFixture(self))
        self.flavor_id = self.create_flavor('azure.small', 2, 8192, 64)
        self.compute = self._start_compute(HOST)
        self.azure.emulator.requests.clear()

    # waiting: Nova's helpers look every half second, five seconds long

    def _wait_for_server_parameter(
            self, server, expected_params, max_retries=10, api=None,
            wait_for_fault_key=True):
        api = api or self.admin_api
        wants_fault = (wait_for_fault_key
                       and expected_params.get('status') == 'ERROR')

        def as_expected():
            found = api.get_server(server['id'])
            if (expected_params.get('status') != 'ERROR'
                    and found['status'] == 'ERROR' and 'fault' in found):
                self.fail(f'{server["id"]} failed: {found["fault"]}')
            if any(found[key] != value
                   for key, value in expected_params.items()):
                return None
            return found if not wants_fault or 'fault' in found else None

        return self.wait_until(as_expected, f'server {expected_params}')

    def _wait_until_deleted(self, server):
        def is_gone():
            try:
                self.api.get_server(server['id'])
            except api_client.OpenStackApiNotFoundException:
                return True
            return False

        self.wait_until(is_gone, f'{server["id"]} deleted')

    # what tests do

    def create_flavor(self, name, vcpus, memory_mb, disk_gb, **extra_specs):
        """Create a flavor and return its id."""
        return self._create_flavor(
            name=name, vcpu=vcpus, memory_mb=memory_mb, disk=disk_gb,
            ephemeral=0, extra_spec=extra_specs or None)

    def ask_for_server(self, api=None, **wanted):
        """Ask for a server; return Nova's first answer.

        The image is the mapped Ubuntu, the flavor the mapped one, and the
        network the mapped one called private, unless *wanted* says other.
        """
        body = {
            'name': self._testMethodName,
            'imageRef': self.glance.ubuntu['id'],
            'flavorRef': self.flavor_id,
            'networks': [{'uuid': self.neutron.private['id']}]}
        body.update(wanted)
        return (api or self.api).post_server({'server': body})

    def create_server(self, expected_state='ACTIVE', **wanted):
        """Ask for a server and wait until it is there, or failed.

        :returns: the server; ``adminPass`` included
        """
        answer = self.ask_for_server(**wanted)
        server = self._wait_for_state_change(answer, expected_state)
        return dict(server, adminPass=answer['adminPass'])

    def create_port(self, network, **wanted):
        """Create a port in Neutron and return it."""
        return self.neutron.create_port({'port': {
            'network_id': network['id'], 'name': '', 'device_id': '',
            **wanted}})['port']

    def action(self, server, name, body=None):
        """Post a server action."""
        self.api.post_server_action(server['id'], {name: body})

    def failed_build(self, **wanted):
        """Ask for a server that cannot be; return the fault's text."""
        server = self.create_server(expected_state='ERROR', **wanted)
        return server['fault']['message']

    # what tests look at

    def vm(self, server):
        """Return the server's virtual machine as Azure holds it."""
        return self.azure.resource('virtualMachines', server['id'])

    def nics(self, server):
        """Return the server's network interfaces, the primary one first."""
        references = self.vm(server)['properties']['networkProfile'][
            'networkInterfaces']
        references.sort(
            key=lambda each: not each['properties']['primary'])
        return [
            self.azure.resource(
                'networkInterfaces', each['id'].rpartition('/')[2])
            for each in references]

    def os_profile(self, server):
        """Return the osProfile as it was sent, secrets included."""
        body = self.azure.sent('PUT', 'virtualMachines', server['id'])
        return body['properties']['osProfile']

    def custom_data(self, server):
        """Return what the guest finds as custom data, as bytes."""
        return base64.b64decode(self.os_profile(server)['customData'])

    def left(self):
        """Return what Azure has of servers, page blobs as well."""
        disks = self.compute.manager.driver._backend.disks
        return [*self.azure.resource_ids(),
                *(disk.name for disk in disks.list())]

    def power_state(self, server):
        """Return the power state in Azure, e.g. ``deallocated``."""
        with self.looking() as client:
            vm = client.virtual_machines.get(
                server['id'], instance_view=True)
        [code] = [
            status['code'] for status
            in vm['properties']['instanceView']['statuses']
            if status['code'].startswith('PowerState/')]
        return code.partition('/')[2]

    @contextlib.contextmanager
    def looking(self):
        """Give a client of the test's own, to look or to meddle with."""
        if self._client is None:
            self._client = self.azure.connect()
        yield self._client

    # what happens to the service

    def restart_compute(self):
        """Stop the compute service and start a new one, driver and all."""
        self.compute = self.restart_compute_service(
            self.compute, keep_hypervisor_state=False)
        self.computes[self.compute.host] = self.compute

    def force_down(self, host, is_down):
        """Let a host count as dead, or no longer."""
        [service] = self.admin_api.get_services('nova-compute', host)
        self.admin_api.put_service_force_down(service['id'], is_down)

    def set_instance(self, server, deleted=False, **changes):
        """Change a server in Nova's database and nowhere else."""
        with context.target_cell(
                context.get_admin_context(),
                self.cell_mappings['cell1']) as ctxt:
            instance = objects.Instance.get_by_uuid(ctxt, server['id'])
            instance.update(changes)
            instance.save()
            if deleted:
                instance.destroy()

    def run_periodic(self, name):
        """Run one of the compute manager's periodic tasks."""
        getattr(self.compute.manager, name)(context.get_admin_context())
