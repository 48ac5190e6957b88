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

"""Making and unmaking instances: what Azure holds afterwards, at what cost."""

import base64
import os

from nova import exception as nova_exception
from nova.compute import power_state

from jacket_azure import exceptions
from jacket_azure.payload import tags
from tests.unit.nova import base


def summary(made):
    """Name requests shortly: method and last resource type."""
    return [
        (record.method, record.path.split('/')[-2]) for record in made]


class SpawnTest(base.NovaTestCase):

    def test_makes_one_nic_per_port_and_one_vm(self):
        instance, _ = self.spawn()
        vm = self.azure.resource('virtualMachines', instance.uuid)
        nics = self.azure.resources('networkInterfaces')
        self.assertEqual(2, len(nics))
        self.assertEqual(
            {'192.168.1.10', '192.168.2.10'},
            {nic['properties']['ipConfigurations'][0]['properties'][
                'privateIPAddress'] for nic in nics})
        self.assertEqual('Standard_D2s_v5',
                         vm['properties']['hardwareProfile']['vmSize'])
        self.assertEqual(base.HOST, vm['tags'][tags.HOST])
        self.assertEqual([], self.azure.invalid_requests())
        version = instance.system_metadata['azure_image_version']
        self.assertNotEqual('latest', version)
        self.assertEqual(version, vm['tags'][tags.IMAGE_VERSION])

    def test_costs_n_nics_and_one_vm_when_warm(self):
        self.warm()
        with self.azure.recording() as made:
            self.spawn()
        self.assertEqual(
            [('PUT', 'networkInterfaces')] * 2 + [('PUT', 'virtualMachines')],
            summary(made))
        self.assertEqual(['ports'], self.neutron.queries)

    def test_get_info_after_spawn_costs_nothing(self):
        instance, _ = self.spawn()
        with self.azure.recording() as made:
            info = self.driver.get_info(instance, use_cache=False)
        self.assertEqual(power_state.RUNNING, info.state)
        self.assertEqual([], made)

    def test_nics_are_made_at_the_same_time(self):
        self.warm()
        with self.azure.meeting('PUT', 'networkInterfaces', 2) as barrier:
            self.spawn()
        self.assertFalse(barrier.broken)

    def test_key_user_data_files_and_zone_reach_azure(self):
        instance = self.instance(
            availability_zone='az2', user_data='I2Nsb3VkLWNvbmZpZwo=',
            metadata={'role': 'web'})
        self.spawn(instance, files=[('/etc/motd', b'hello')])
        vm = self.azure.resource('virtualMachines', instance.uuid)
        self.assertEqual(['2'], vm['zones'])
        self.assertEqual('web', vm['tags']['role'])
        linux = vm['properties']['osProfile']['linuxConfiguration']
        self.assertTrue(linux['disablePasswordAuthentication'])
        self.assertIn('ssh-ed25519', linux['ssh']['publicKeys'][0]['keyData'])

    def test_no_secret_is_logged(self):
        password = 'Very-Secret-Pw-1'
        user_data = 'c2VjcmV0LXVzZXItZGF0YQ=='
        self.flags(linux_password='always')
        self.spawn(self.instance(user_data=user_data), password=password)
        self.assertEqual([], self.log.secrets_found([
            password, user_data, 'secret-user-data']))

    def test_stopped_from_the_start(self):
        instance, _ = self.spawn(power_on=False)
        info = self.driver.get_info(instance, use_cache=False)
        self.assertEqual(power_state.SHUTDOWN, info.state)

    def test_default_availability_zone_is_no_zone(self):
        instance, _ = self.spawn(self.instance(availability_zone='nova'))
        vm = self.azure.resource('virtualMachines', instance.uuid)
        self.assertNotIn('zones', vm)

    def test_foreign_machine_of_that_name_is_left_alone(self):
        instance, network_info = self.spawn()
        self.flags(owner='somebody-else')
        other = self.make_driver()
        before = self.azure.resource('virtualMachines', instance.uuid)
        self.assertRaises(
            nova_exception.BuildAbortException, self.spawn, instance,
            network_info, driver=other)
        other.destroy(self.context, instance, network_info)
        self.assertEqual(
            before['properties']['vmId'],
            self.azure.resource('virtualMachines', instance.uuid)[
                'properties']['vmId'])
        self.assertRaises(
            nova_exception.InstanceNotFound, other.get_info, instance)

    def test_remains_of_another_host_are_replaced(self):
        instance, network_info = self.spawn(driver=self.make_driver('other'))
        before = self.azure.resource('virtualMachines', instance.uuid)
        self.spawn(instance, network_info)
        after = self.azure.resource('virtualMachines', instance.uuid)
        self.assertNotEqual(
            before['properties']['vmId'], after['properties']['vmId'])
        self.assertEqual(base.HOST, after['tags'][tags.HOST])
        self.assertEqual(2, len(self.azure.resources('networkInterfaces')))

    def test_same_machine_of_an_attempt_before_is_adopted(self):
        instance, network_info = self.spawn()
        before = self.azure.resource('virtualMachines', instance.uuid)
        self.spawn(instance, network_info, driver=self.make_driver())
        after = self.azure.resource('virtualMachines', instance.uuid)
        self.assertEqual(
            before['properties']['vmId'], after['properties']['vmId'])

    def test_stopped_machine_is_not_adopted(self):
        instance, network_info = self.spawn()
        self.driver.power_off(instance, 60)
        driver = self.make_driver()
        self.spawn(instance, network_info, driver=driver)
        self.assertEqual(
            power_state.RUNNING, self.make_driver().get_info(instance).state)

    def test_machine_with_another_password_is_not_adopted(self):
        self.flags(linux_password='always')
        instance, network_info = self.spawn()
        before = self.azure.resource('virtualMachines', instance.uuid)
        self.spawn(instance, network_info, driver=self.make_driver())
        after = self.azure.resource('virtualMachines', instance.uuid)
        self.assertNotEqual(
            before['properties']['vmId'], after['properties']['vmId'])

    def test_half_built_is_finished_by_a_repeat(self):
        instance = self.instance()
        network_info = self.network_info(
            instance, '192.168.1.10', '192.168.2.10')
        nics = self.client.network_interfaces
        plan = self.driver.vmops._planner.plan(self.order(
            instance, network_info))
        nics.create_or_update(*plan.nics[0])
        self.spawn(instance, network_info)
        self.assertEqual(2, len(self.azure.resources('networkInterfaces')))

    def test_lost_reply_of_the_create_is_no_failure(self):
        self.warm()
        self.azure.emulator.faults.drop_reply(
            'PUT', 'virtualMachines', times=1)
        instance, _ = self.spawn()
        self.azure.resource('virtualMachines', instance.uuid)


    def test_security_type_is_said_where_the_cloud_knows_it(self):
        instance, _ = self.spawn()
        self.assertEqual('Standard', self.sent(instance)['securityProfile'][
            'securityType'])
        self.lacking('security_types')
        other = self.instance()
        self.spawn(other, self.network_info(other, '192.168.1.20'))
        self.assertNotIn('securityProfile', self.sent(other))

    def sent(self, instance):
        return self.azure.sent(
            'PUT', 'virtualMachines', instance.uuid)['properties']


class FailedSpawnTest(base.NovaTestCase):

    def test_any_single_failure_leaves_nothing_behind(self):
        self.warm()
        for step in self.azure.count_requests(self.spawn):
            with self.azure.failing_for_good(step):
                self.assertRaises(nova_exception.NovaException, self.spawn)
            self.assertEqual([], self.azure.resource_ids(), step)

    def test_any_single_failure_with_cold_caches(self):
        def cold():
            self.spawn(driver=self.make_driver())

        steps = self.azure.count_requests(cold)
        self.assertGreater(len(steps), 5)
        for step in steps:
            with self.azure.failing_for_good(step):
                self.assertRaises(nova_exception.NovaException, cold)
            self.assertEqual([], self.azure.resource_ids(), step)

    def test_unavailable_for_good_at_any_step(self):
        self.warm()
        for step in self.azure.count_requests(self.spawn):
            with self.azure.failing_for_good(step, 503, 'ServerTimeout'):
                self.assertRaises(nova_exception.NovaException, self.spawn)
            self.assertEqual([], self.azure.resource_ids(), step)

    def test_parts_without_a_machine_go_although_a_delete_was_repeated(self):
        """The second delete finds none: perhaps there never was one."""
        instance, network_info = self.spawn()
        machine = self.azure.emulator.store.get(
            self.azure.resource('virtualMachines', instance.uuid)['id'])
        self.azure.emulator.store.delete(machine.id)
        for name in self.azure.resource_ids():
            body = self.azure.emulator.store.get(name).body
            body['properties'].pop('virtualMachine', None)
            body.pop('managedBy', None)
        self.azure.emulator.faults.fail(
            'DELETE', 'virtualMachines', 500, times=1)
        self.driver.destroy(self.context, instance, network_info)
        self.assertEqual([], self.azure.resource_ids())

    def test_no_capacity_asks_nova_for_another_host(self):
        self.azure.emulator.faults.fail_operation(
            'PUT', 'virtualMachines', 'AllocationFailed')
        self.assertRaises(
            nova_exception.ComputeResourcesUnavailable, self.spawn)
        self.assertEqual([], self.azure.resource_ids())

    def test_quota_asks_nova_for_another_host(self):
        self.azure.fail(
            'PUT', 'virtualMachines', 409, 'OperationNotAllowed',
            'Operation could not be completed as it results in exceeding '
            'approved standardDSv5Family Cores quota.')
        self.assertRaises(
            nova_exception.ComputeResourcesUnavailable, self.spawn)
        self.assertEqual([], self.azure.resource_ids())

    def test_guest_that_never_reports_ends_the_build(self):
        self.azure.emulator.faults.fail_operation(
            'PUT', 'virtualMachines', 'OSProvisioningTimedOut')
        self.assertRaises(nova_exception.BuildAbortException, self.spawn)
        self.assertEqual([], self.azure.resource_ids())

    def test_what_cannot_be_undone_is_left_to_destroy(self):
        self.warm()
        instance = self.instance()
        network_info = self.network_info(instance, '192.168.1.10')
        put = self.azure.fail(
            'PUT', 'virtualMachines', 409, 'SkuNotAvailable')
        delete = self.azure.fail(
            'DELETE', 'networkInterfaces', 400, 'NicReservedForAnotherVm')
        self.assertRaises(
            nova_exception.ComputeResourcesUnavailable, self.spawn, instance,
            network_info)
        self.assertEqual(1, len(self.azure.resource_ids()))
        self.assertIn('Left', self.log.text)
        self.azure.emulator.faults.remove(put)
        self.azure.emulator.faults.remove(delete)
        self.driver.destroy(self.context, instance, network_info)
        self.assertEqual([], self.azure.resource_ids())

    def test_what_is_not_ours_is_not_undone(self):
        """A refused write tells nothing of who has the name."""
        instance = self.instance()
        network_info = self.network_info(instance, '192.168.1.10')
        plan = self.driver.vmops._planner.plan(
            self.order(instance, network_info))
        name, body = plan.nics[0]
        self.client.network_interfaces.create_or_update(
            name, dict(body, tags={'jacket-owner': 'somebody-else'}))
        for kind in ('networkInterfaces', 'virtualMachines'):
            self.azure.fail('PUT', kind, 409, 'Conflict', times=1)
        self.assertRaises(nova_exception.BuildAbortException, self.spawn,
                          instance, network_info)
        self.assertEqual(1, len(self.azure.resource_ids()))

    def test_machine_of_others_is_not_undone(self):
        self.flags(owner='somebody-else')
        instance, network_info = self.spawn()
        self.flags(owner='us')
        self.azure.fail('PUT', 'virtualMachines', 409, 'Conflict')
        self.assertRaises(
            nova_exception.BuildAbortException, self.spawn, instance,
            network_info, driver=self.make_driver())
        self.azure.resource('virtualMachines', instance.uuid)

    def test_outage_costs_few_waits(self):
        """Every try to undo would last as long as Azure is away."""
        self.warm()
        start = self.azure.clock.time()
        self.azure.emulator.faults.drop_request(
            '*', '*', name='?*', polls=True)
        self.assertRaises(nova_exception.BuildAbortException, self.spawn)
        waits = (self.azure.clock.time() - start) / self.conf.azure[
            'retry_timeout']
        self.assertLess(waits, 2.3)
        self.assertIn('Azure is out of reach', self.log.text)


class RefusalTest(base.NovaTestCase):
    """Each refusal: the right class, a clear sentence, and no write."""

    def refuse(self, sentence, *args, error=nova_exception.BuildAbortException,
               **options):
        with self.azure.recording() as made:
            exc = self.assertRaises(error, self.spawn, *args, **options)
        self.assertIn(sentence, exc.format_message())
        self.assertEqual(
            [], [r for r in made if r.method not in ('GET', 'HEAD')])

    def test_unmapped_flavor(self):
        self.refuse('m9.none', self.instance('m9.none'))

    def test_unmapped_image(self):
        self.refuse('windows', image=self.image('beos'))

    def test_unmapped_security_group(self):
        instance = self.instance()
        self.refuse('unmapped', instance, self.network_info(
            instance, '192.168.1.10', groups=('unmapped',)))

    def test_second_security_group(self):
        instance = self.instance()
        self.refuse('only one', instance, self.network_info(
            instance, '192.168.1.10', groups=('default', 'web')))

    def test_address_that_azure_keeps(self):
        for ip in ('192.168.1.3', '192.168.1.255'):
            instance = self.instance()
            self.refuse('for itself', instance,
                        self.network_info(instance, ip))

    def test_address_outside_of_the_azure_subnet(self):
        instance = self.instance()
        self.refuse('is not in the Azure subnet', instance,
                    self.network_info(instance, '192.168.7.10'))

    def test_no_port(self):
        self.refuse('at least one port', network_info=[])

    def test_too_many_ports(self):
        instance = self.instance()
        self.refuse('network interfaces', instance, self.network_info(
            instance, '192.168.1.10', '192.168.1.11', '192.168.1.12',
            '192.168.1.13', '192.168.1.14', '192.168.1.15', '192.168.1.16',
            '192.168.1.17', '192.168.1.18'))

    def test_special_port(self):
        instance = self.instance()
        self.refuse('direct', instance, self.network_info(
            instance, '192.168.1.10', vnic_type='direct'))

    def test_unknown_zone(self):
        self.refuse('az9', self.instance(availability_zone='az9'))

    def test_key_that_azure_refuses(self):
        self.refuse('ecdsa', self.instance(
            key_data='ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTY='))

    def test_too_much_user_data(self):
        self.refuse('65535', self.instance(
            user_data=base64.b64encode(os.urandom(66000)).decode()))

    def test_weak_password(self):
        self.refuse('password', self.instance(key_data=None),
                    password='simple')

    def test_trusted_launch_where_the_cloud_has_none(self):
        self.lacking('security_types')
        self.refuse('this cloud has none', self.instance(flavor_values={
            'extra_specs': {'os:secure_boot': 'required'}}))

    def test_zone_where_the_cloud_has_none(self):
        self.lacking('zones')
        self.refuse('no availability zones',
                    self.instance(availability_zone='az1'))

    def test_small_root_disk(self):
        self.refuse('smaller than the image', self.instance(
            flavor_values={'root_gb': 1}))

    def test_ephemeral_and_swap(self):
        for values in ({'ephemeral_gb': 1}, {'swap': 1}):
            self.refuse('Ephemeral and swap', self.instance(
                flavor_values=values))

    def test_nothing_to_boot(self):
        self.refuse('neither an image nor a volume', self.instance(
            image_ref=''))

    def test_volume_of_another_driver(self):
        self.refuse("kind 'iscsi'", devices={'block_device_mapping': [
            {'connection_info': {'driver_volume_type': 'iscsi'}}]})

    def test_quota(self):
        self.spawn()
        capacity = self.driver._backend.catalogue.capacity()
        table = dict(capacity.quotas.by_name)
        exhausted = {
            key: type(quota)(quota.name, quota.limit, quota.limit)
            for key, quota in table.items()}
        usages = [
            {'name': {'value': q.name}, 'limit': q.limit,
             'currentValue': q.used} for q in exhausted.values()]
        self.driver._backend.azure.usages.list = lambda location: usages
        self.now += 1000
        self.refuse(
            'quota', error=nova_exception.ComputeResourcesUnavailable)


class DestroyTest(base.NovaTestCase):

    def test_costs_one_request_and_leaves_nothing(self):
        instance, network_info = self.spawn()
        with self.azure.recording() as made:
            self.driver.destroy(self.context, instance, network_info)
        self.assertEqual([('DELETE', 'virtualMachines')], summary(made))
        self.assertEqual([], self.azure.resource_ids())

    def test_twice_and_without_network_information(self):
        instance, network_info = self.spawn()
        self.driver.destroy(self.context, instance, network_info)
        self.driver.destroy(self.context, instance, network_info)
        self.driver.destroy(self.context, instance, [])
        self.driver.destroy(self.context, instance, None)

    def test_by_another_process(self):
        instance, network_info = self.spawn()
        self.make_driver().destroy(self.context, instance, network_info)
        self.assertEqual([], self.azure.resource_ids())

    def test_never_spawned(self):
        self.driver.destroy(self.context, self.instance(), [])

    def test_without_destroying_disks_touches_nothing(self):
        instance, network_info = self.spawn()
        with self.azure.recording() as made:
            self.driver.destroy(self.context, instance, network_info,
                                destroy_disks=False)
            self.driver.cleanup(self.context, instance, network_info)
        self.assertEqual([], made)

    def test_every_half_built_state(self):
        for kept in range(4):
            instance = self.instance()
            network_info = self.network_info(
                instance, '192.168.1.10', '192.168.2.10')
            plan = self.driver.vmops._planner.plan(
                self.order(instance, network_info))
            for name, body in plan.nics[:kept]:
                self.client.network_interfaces.create_or_update(name, body)
            if kept == 3:
                self.client.disks.create_or_update(instance.uuid, {
                    'location': 'eastus', 'tags': plan.vm_body['tags'],
                    'sku': {'name': 'StandardSSD_LRS'},
                    'properties': {'creationData': {'createOption': 'Empty'},
                                   'diskSizeGB': 30}})
            self.driver.destroy(self.context, instance, network_info)
            self.assertEqual([], self.azure.resource_ids(), kept)

    def test_machine_in_state_failed(self):
        instance = self.instance()
        network_info = self.network_info(instance, '192.168.1.10')
        plan = self.driver.vmops._planner.plan(
            self.order(instance, network_info))
        self.client.network_interfaces.create_or_update(*plan.nics[0])
        self.azure.emulator.faults.fail_operation(
            'PUT', 'virtualMachines', 'OSProvisioningTimedOut')
        self.assertRaises(
            exceptions.AzureError,
            self.client.virtual_machines.create, plan.vm,
            plan.vm_body)
        self.driver.destroy(self.context, instance, network_info)
        self.assertEqual([], self.azure.resource_ids())

    def test_interface_of_a_forgotten_port(self):
        """Somebody deleted the port after a build that was cut off."""
        instance = self.instance()
        plan = self.driver.vmops._planner.plan(self.order(
            instance, self.network_info(
                instance, '192.168.1.10', '192.168.2.10')))
        self.client.network_interfaces.create_or_update(*plan.nics[1])
        self.driver.destroy(self.context, instance, [])
        self.assertEqual([], self.azure.resource_ids())

    def test_parts_of_others_stay(self):
        instance = self.instance()
        plan = self.driver.vmops._planner.plan(self.order(
            instance, self.network_info(instance, '192.168.1.10')))
        name, body = plan.nics[0]
        self.client.network_interfaces.create_or_update(
            name, dict(body, tags={}))
        self.driver.destroy(self.context, instance, [])
        self.assertEqual(1, len(self.azure.resource_ids()))

    def test_failure_is_told_and_a_repeat_works(self):
        instance, network_info = self.spawn()
        fault = self.azure.fail(
            'DELETE', 'virtualMachines', 409, 'OperationNotAllowed')
        self.assertRaises(
            nova_exception.NovaException, self.driver.destroy, self.context,
            instance, network_info)
        self.azure.emulator.faults.remove(fault)
        self.driver.destroy(self.context, instance, network_info)
        self.assertEqual([], self.azure.resource_ids())

    def test_where_the_cloud_does_not_cascade(self):
        self.lacking('cascade_delete')
        instance, network_info = self.spawn()
        self.driver.destroy(self.context, instance, network_info)
        self.assertEqual([], self.azure.resource_ids())
