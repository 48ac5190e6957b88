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

import inspect
import unittest

from nova import exception
from nova import objects
from nova import test
import nova.conf
from nova.network import model
from nova.tests.unit.virt import test_virt_drivers as upstream
from nova.virt import driver as nova_driver

from jacket_azure.disks import loader as loader_of_disks
from jacket_azure.nova import driver
from jacket_azure.nova import loader
from tests import fixtures as azure_fixtures
from tests import timeout
from tests import volumes
from tests.functional.nova import base
from tests.functional.nova import fixtures as nova_fixtures
from tests.functional.nova import missing_methods

CONF = nova.conf.CONF

_FAKE = 'upstream attaches a volume of no Azure back end'
_NO_IMAGE = 'upstream rescues with an image that has no id'
_NO_PAUSE = 'upstream swallows NotImplementedError only'
# Upstream's tests we put others in place of, and why.
REPLACED = {
    'test_attach_detach_different_power_states': _FAKE,
    'test_attach_detach_volume': _FAKE,
    'test_get_device_name_for_instance':
        'upstream hands in a mapping that answers nothing',
    'test_migrate_disk_and_power_off':
        'upstream has no migration, without which Nova never asks',
    'test_pause': _NO_PAUSE,
    'test_poll_rebooting_instances':
        'upstream hands in something that is no instance',
    'test_unpause_paused_instance': _NO_PAUSE,
    'test_unpause_unpaused_instance': _NO_PAUSE,
    'test_rescue': _NO_IMAGE,
    'test_unrescue_rescued_instance': _NO_IMAGE,
    'test_set_admin_password': 'Azure refuses the password upstream sets',
    'test_swap_volume': _FAKE,
    'test_live_migration':
        'upstream does not swallow NotImplementedError there',
    'test_live_migration_force_complete':
        'upstream reaches into an attribute of the fake driver'}


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
        # the serial log is a blob
        self.azure = self.useFixture(
            azure_fixtures.AzureFixture(contents=True))
        self.azure.patch_connect()
        super().setUp()
        self.stub_out(
            'nova.tests.unit.virt.test_virt_drivers.LOG', self.swallowed)
        self.azure.configure(CONF)
        self.flags(hibernation=True, group='azure')
        self.neutron = self.useFixture(nova_fixtures.NeutronFixture(self))
        self.image_service = self.useFixture(
            nova_fixtures.GlanceFixture(self))
        self.connection.init_host(CONF.host)
        self.addCleanup(self.connection.cleanup_host, CONF.host)
        # after the test, and before the attributes are cleared
        self.addCleanup(self.check_swallowed, self.swallowed)

    def check_swallowed(self, swallowed):
        self.assertEqual([], [
            name for name in swallowed.methods
            if name not in missing_methods.MISSING])

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

    def _volume(self):
        client = self.azure.connect()
        return volumes.make(
            loader_of_disks.connect(CONF.azure, client), CONF.azure)

    def test_attach_detach_volume(self):
        """Replaces upstream's; the volume is one of ours."""
        instance, _ = self._get_running_instance()
        info = self._volume()
        self.assertIsNone(self.connection.attach_volume(
            None, info, instance, '/dev/sda'))
        self.assertIsNone(self.connection.detach_volume(
            self.ctxt, info, instance, '/dev/sda'))

    def test_attach_detach_different_power_states(self):
        """Replaces upstream's; the volume is one of ours."""
        instance, network_info = self._get_running_instance()
        info = self._volume()
        self.connection.power_off(instance)
        self.connection.attach_volume(None, info, instance, '/dev/sda')
        self.connection.power_on(self.ctxt, instance, network_info)
        self.connection.detach_volume(self.ctxt, info, instance, '/dev/sda')

    def test_get_device_name_for_instance(self):
        """Replaces upstream's; the mapping is a real one."""
        instance, _ = self._get_running_instance()
        instance.root_device_name = '/dev/sda'
        self.assertEqual(
            '/dev/sdb', self.connection.get_device_name_for_instance(
                instance, objects.BlockDeviceMappingList(),
                objects.BlockDeviceMapping(device_name=None)))

    def test_migrate_disk_and_power_off(self):
        """Replaces upstream's; there is a migration."""
        instance, network_info = self._get_running_instance()
        migration = objects.Migration(
            self.ctxt, instance_uuid=instance.uuid, status='migrating',
            migration_type='migration', source_compute=CONF.host,
            source_node=CONF.host, dest_compute=CONF.host)
        migration.create()
        instance.migration_context = objects.MigrationContext(
            self.ctxt, instance_uuid=instance.uuid,
            migration_id=migration.id)
        with self.azure.recording() as made:
            self.assertEqual(
                '', self.connection.migrate_disk_and_power_off(
                    self.ctxt, instance, '127.0.0.1', instance.flavor,
                    network_info))
        self.assertIn(
            'POST', [record.method for record in made])

    def test_poll_rebooting_instances(self):
        """Replaces upstream's; this one is not rebooting any more."""
        instance, _ = self._get_running_instance()
        with self.azure.recording() as made:
            self.connection.poll_rebooting_instances(10, [instance])
        self.assertEqual([], made)

    def test_pause(self):
        """Replaces upstream's: Azure cannot, and we say so."""
        instance, _ = self._get_running_instance()
        self.assertRaisesRegex(
            exception.NovaException, 'cannot freeze',
            self.connection.pause, instance)

    def test_unpause_paused_instance(self):
        """Replaces upstream's: there are none."""
        self.test_pause()
        self.test_unpause_unpaused_instance()

    def test_unpause_unpaused_instance(self):
        """Replaces upstream's: Azure cannot, and we say so."""
        instance, _ = self._get_running_instance()
        self.assertRaisesRegex(
            exception.NovaException, 'cannot freeze',
            self.connection.unpause, instance)

    def test_set_admin_password(self):
        """Replaces upstream's; the password is one Azure takes."""
        instance, _ = self._get_running_instance()
        self.assertIsNone(self.connection.set_admin_password(
            instance, 'P4ss-w0rd'))

    def _rescue(self):
        instance, network_info = self._get_running_instance()
        # what the driver does within is noted below an action
        objects.InstanceAction.action_start(
            self.ctxt, instance.uuid, 'rescue')
        self.connection.rescue(
            self.ctxt, instance, network_info, objects.ImageMeta.from_dict(
                self.image_service.show(self.ctxt, instance.image_ref)),
            'P4ss-w0rd', None, objects.ShareMappingList())
        return instance

    def _boots(self, instance):
        vm = self.azure.resource('virtualMachines', instance.uuid)
        return vm['properties']['storageProfile']['osDisk']['name']

    def test_rescue(self):
        """Replaces upstream's; Glance has the image."""
        instance = self._rescue()
        self.assertEqual(f'{instance.uuid}-rescue', self._boots(instance))

    def test_unrescue_rescued_instance(self):
        """Replaces upstream's; Glance has the image."""
        instance = self._rescue()
        self.connection.unrescue(self.ctxt, instance)
        self.assertEqual(instance.uuid, self._boots(instance))

    def test_swap_volume(self):
        """Replaces upstream's; the volumes are ours."""
        instance, _ = self._get_running_instance()
        old, new = self._volume(), self._volume()
        self.connection.attach_volume(None, old, instance, '/dev/sda')
        self.assertIsNone(self.connection.swap_volume(
            None, old, new, instance, '/dev/sda', 8))
        self.connection.detach_volume(self.ctxt, new, instance, '/dev/sda')

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


class ListsTest(timeout.TestCase):
    """The lists say what there is, no more and no less."""

    def test_every_method_that_is_missing_stands_on_one_list(self):
        """So no list can outlive the work that makes it shorter."""
        missing = [
            name for name, method in vars(nova_driver.ComputeDriver).items()
            if inspect.isfunction(method) and not name.startswith('_')
            and 'raise NotImplementedError' in inspect.getsource(method)
            and getattr(driver.AzureDriver, name) is method]
        lists = (missing_methods.IMPOSSIBLE, missing_methods.LEFT_TO_NOVA)
        self.assertEqual(
            sorted(missing),
            sorted(name for listed in lists for name in listed))

    def test_every_test_of_upstream_is_run(self):
        """Ours has them all, and replaces only those that are named."""
        loader = unittest.TestLoader()
        wanted = loader.getTestCaseNames(upstream._VirtDriverTestCase)
        self.assertGreater(len(wanted), 60)
        self.assertLessEqual(
            set(wanted),
            set(loader.getTestCaseNames(AzureDriverContractTest)))
        self.assertEqual(
            set(REPLACED), set(wanted) & set(vars(AzureDriverContractTest)))
