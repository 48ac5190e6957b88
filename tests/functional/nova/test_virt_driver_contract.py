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

"""Nova's own contract tests for compute drivers, run on ours.

Upstream swallows NotImplementedError and only logs it, so most of those
tests pass for a driver that does nothing. Here what is swallowed must stand
on a list, and what stands on the list must be missing.
"""

import re

from nova import objects
from nova import test
import nova.conf
from nova.network import model
from nova.tests.unit.virt import test_virt_drivers as upstream

from jacket_azure.nova import loader
from tests import fixtures as azure_fixtures
from tests.functional.nova import base
from tests.functional.nova import fixtures as nova_fixtures

CONF = nova.conf.CONF

# Azure has no such thing.
IMPOSSIBLE = {
    'block_stats', 'get_host_cpu_stats', 'get_host_uptime',
    'get_instance_disk_info', 'get_mks_console', 'get_spice_console',
    'get_vnc_console', 'host_power_action', 'live_migration_abort', 'pause',
    'set_host_enabled', 'trigger_crash_dump', 'unpause'}
# Nova does the same by other means when the driver does not.
LEFT_TO_NOVA = {
    'get_device_name_for_instance', 'restore', 'soft_delete'}
# Rows of later work.
OWED = {
    'attach_volume': 'N20', 'get_console_output': 'N16',
    'get_diagnostics': 'N17', 'get_instance_diagnostics': 'N17',
    'get_serial_console': 'N18', 'migrate_disk_and_power_off': 'N13',
    'poll_rebooting_instances': 'N33', 'rescue': 'N21', 'resume': 'N26',
    'set_admin_password': 'N10', 'snapshot': 'N15', 'suspend': 'N26',
    'unrescue': 'N21'}

MISSING = IMPOSSIBLE | LEFT_TO_NOVA | set(OWED)


class _Swallowed:
    """Takes the place of upstream's LOG, and keeps what was swallowed."""

    def __init__(self):
        self.methods = []

    def error(self, text, values):
        self.methods.append(values['method'])


class AzureDriverContractTest(
        base.KeepsMethod, upstream._VirtDriverTestCase, test.TestCase):
    """The driver alone, without Nova's services, against the emulator."""

    driver_module = 'nova.virt.jacket_azure.nova.AzureDriver'

    def setUp(self):
        loader.register()
        self.swallowed = _Swallowed()
        self.azure = self.useFixture(azure_fixtures.AzureFixture())
        self.azure.patch_connect()
        super().setUp()
        self.stub_out(
            'nova.tests.unit.virt.test_virt_drivers.LOG', self.swallowed)
        self.azure.configure(CONF)
        self.neutron = self.useFixture(nova_fixtures.NeutronFixture(self))
        self.image_service = self.useFixture(
            nova_fixtures.GlanceFixture(self))
        self.connection.init_host(CONF.host)
        self.addCleanup(self.connection.cleanup_host, CONF.host)
        # after the test, and before the attributes are cleared
        self.addCleanup(self.check_swallowed, self.swallowed)

    def check_swallowed(self, swallowed):
        self.assertEqual([], [
            name for name in swallowed.methods if name not in MISSING])

    def _get_running_instance(self, obj=True):
        """Spawn an instance of a flavor, image and network we have."""
        flavor = objects.Flavor.get_by_name(self.ctxt, 'm1.small')
        flavor.root_gb = 64
        instance = objects.Instance(
            self.ctxt, user_id='user', project_id='project',
            image_ref=nova_fixtures.GlanceFixture.ubuntu['id'],
            host=CONF.host, hostname='contract', display_name='contract',
            flavor=flavor, metadata={}, system_metadata={})
        instance.create()
        port = self.neutron.create_port({'port': {
            'network_id': self.neutron.private['id'],
            'device_id': instance.uuid}})['port']
        subnet = self.neutron.private_subnet
        network_info = model.NetworkInfo([model.VIF(
            id=port['id'], address=port['mac_address'], type='other',
            network=model.Network(
                id=port['network_id'], label='private',
                subnets=[model.Subnet(
                    cidr=subnet['cidr'], version=4,
                    gateway=model.IP(subnet['gateway_ip']),
                    ips=[model.FixedIP(
                        address=port['fixed_ips'][0]['ip_address'])])]))])
        image_meta = objects.ImageMeta.from_dict(
            self.image_service.show(self.ctxt, instance.image_ref))
        self.connection.spawn(
            self.ctxt, instance, image_meta, [], 'Corr3ct-Horse', {},
            network_info=network_info)
        return instance, network_info

    def test_what_stands_on_the_list_is_missing(self):
        """So the list cannot outlive the work that makes it shorter."""
        driver = type(self.connection)
        self.assertEqual([], sorted(
            name for name in MISSING if name in vars(driver)))

    def test_live_migration(self):
        """Replaces upstream's, which is about libvirt: Azure has none."""
        instance, _ = self._get_running_instance()
        self.assertRaises(
            NotImplementedError, self.connection.live_migration, self.ctxt,
            instance, 'other', None, None)

    def test_live_migration_force_complete(self):
        """Replaces upstream's, which looks into the fake driver."""
        instance, _ = self._get_running_instance()
        self.assertRaises(
            NotImplementedError,
            self.connection.live_migration_force_complete, instance)

    def test_the_list_is_made_of_nova_methods(self):
        self.assertEqual([], sorted(
            name for name in MISSING
            if not re.match('[a-z_]+$', name)
            or not hasattr(upstream.fake.FakeDriver, name)))
