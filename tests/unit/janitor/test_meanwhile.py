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

"""Builds and deletions around the passes of a janitor, over HTTPS."""

from concurrent import futures
import threading

import fixtures

from jacket_azure import exceptions
from jacket_azure.janitor import facts
from jacket_azure.janitor import reports
from tests.unit.janitor import base

Action = reports.Action


class MeanwhileTest(base.JanitorTestCase):
    """Each test stops the world at one point of a pass."""

    def setUp(self):
        super().setUp()
        # what a pass is about to do when somebody else acts
        self.moments = {}
        strike = self.azure.emulator.faults.strike

        def struck(stage, record):
            key = stage, record.method, record.type, bool(record.name)
            act = self.moments.pop(key, None)
            if act is not None:
                act()
            return strike(stage, record)

        self.useFixture(fixtures.MonkeyPatch(
            'jacket_azure.emulator.faults.Faults.strike',
            lambda faults, stage, record: struck(stage, record)))

    def at(self, method, kind, act, named=True, stage='request'):
        """Let *act* run just before (or after) Azure serves a request."""
        self.moments[stage, method, kind, named] = act

    def in_another_thread(self, work):
        """Return a function that does *work* and waits until it is done."""
        def act():
            thread = threading.Thread(target=work)
            thread.start()
            thread.join()
        return act

    def test_spawn_between_list_and_delete_keeps_its_parts(self):
        """A server comes back, old in all that Azure tells of its parts."""
        uuid = self.leave_behind(ports=1)
        self.skipped = base.LONG
        janitor = self.janitor()
        janitor.run()
        self.skipped += base.PAUSE
        body = self.azure.sent('PUT', 'virtualMachines', uuid)
        for profile in body['properties']['networkProfile'][
                'networkInterfaces']:
            self.assertIn(uuid, profile['id'])

        def take():
            # a machine takes the interface and the disk that were left
            properties = body['properties']
            properties.pop('osProfile')
            properties['storageProfile'] = {'osDisk': {
                'createOption': 'Attach', 'osType': 'Linux',
                'managedDisk': {
                    'id': self.azure.resource('disks', uuid)['id']}}}
            properties.pop('securityProfile', None)
            self.client.virtual_machines.create(uuid, body)

        # the lists have been made, the last look has not
        self.at('GET', 'disks', self.in_another_thread(take))
        report = janitor.run()
        self.assertEqual(2, report.count(Action.SPARED))
        self.assertEqual(3, len(self.left()))

    def test_machine_that_takes_an_interface_after_the_last_look(self):
        uuid = self.leave_behind(ports=1)
        self.client.disks.delete(uuid)
        self.skipped = base.LONG
        janitor = self.janitor()
        janitor.run()
        self.skipped += base.PAUSE
        body = self.azure.sent('PUT', 'virtualMachines', uuid)
        self.at('DELETE', 'networkInterfaces', self.in_another_thread(
            lambda: self.client.virtual_machines.create(uuid, body)))
        report = janitor.run()
        self.assertEqual(1, report.count(Action.FAILED))
        self.assertEqual(
            [('disks', uuid), ('networkInterfaces', uuid),
             ('virtualMachines', uuid)], self.left())

    def test_interface_made_anew_after_the_last_look(self):
        """The etag protects what is not attached yet."""
        uuid = self.leave_behind(ports=1)
        self.client.disks.delete(uuid)
        self.skipped = base.LONG
        janitor = self.janitor()
        janitor.run()
        self.skipped += base.PAUSE
        nic = self.azure.sent('PUT', 'networkInterfaces', uuid)
        self.at('DELETE', 'networkInterfaces', self.in_another_thread(
            lambda: self.client.network_interfaces.create_or_update(
                uuid, nic)))
        report = janitor.run()
        [outcome] = report.outcomes
        self.assertEqual(Action.FAILED, outcome.action)
        self.assertIn('PreconditionFailed', outcome.reason)
        self.assertEqual([('networkInterfaces', uuid)], self.left())

    def test_build_before_its_machine_is_asked_for(self):
        """Hours of waiting, and the interfaces are still of a server."""
        instance = self.instance()
        with futures.ThreadPoolExecutor(1) as pool, self.azure.meeting(
                'PUT', 'virtualMachines', 2) as barrier:
            build = pool.submit(self.spawn, instance)
            while len(self.left()) < 2:
                self.assertFalse(build.done())
            self.records[instance.uuid] = facts.Record(True)
            self.skipped = base.LONG
            self.two_passes(self.janitor())
            self.assertEqual(2, len(self.left()))
            barrier.wait()
            build.result()
        self.assertEqual(4, len(self.left()))

    def test_build_while_azure_makes_the_machine(self):
        instance = self.instance()
        janitor = self.janitor()
        with futures.ThreadPoolExecutor(1) as pool:
            self.azure.emulator.faults.slow_operation(
                'PUT', 'virtualMachines', 60)
            with self.azure.holding():
                build = pool.submit(self.spawn, instance)
                while len(self.left()) < 4:
                    self.assertFalse(build.done())
                # not even OpenStack's word counts against a machine
                self.records[instance.uuid] = self.deleted_record(
                    10 * base.LONG)
                self.knows_the_living = False
                self.skipped = base.LONG
                self.two_passes(janitor)
            build.result()
        self.assertEqual(4, len(self.left()))

    def test_openstack_is_asked_after_azure(self):
        """A server made in between is in the answer."""
        self.leave_behind()
        self.skipped = base.LONG
        with self.azure.recording() as made:
            ask = self.ask

            def noting(uuids):
                made_before.append(len(self.azure.requests))
                return ask(uuids)

            made_before = []
            before = len(self.azure.requests)
            janitor = self.janitor()
            janitor._ask = noting
            janitor.run()
        self.assertEqual([before + 5], made_before)
        self.assertEqual(
            ['networkInterfaces', 'disks', 'publicIPAddresses', 'snapshots',
             'virtualMachines'],
            [record.type for record in made])

    def test_cascade_under_way(self):
        """Azure is still at it: all goes with the machine, and once."""
        instance, _ = self.spawn()
        self.skipped = base.LONG
        self.azure.emulator.faults.slow_operation(
            'DELETE', 'virtualMachines', 600)
        janitor = self.janitor()
        with futures.ThreadPoolExecutor(1) as pool:
            with self.azure.holding():
                deletion = pool.submit(
                    self.client.virtual_machines.delete, instance.uuid)
                while not any(record.method == 'DELETE'
                              for record in self.azure.requests):
                    self.assertFalse(deletion.done())
                self.records[instance.uuid] = self.deleted_record(
                    10 * base.LONG)
                report = self.two_passes(janitor)
                self.assertEqual((), report.outcomes)
            deletion.result()
        self.assertEqual([], self.left())
        self.assertEqual(
            1, sum(record.method == 'DELETE'
                   for record in self.azure.requests))

    def test_builds_that_fail_around_the_passes(self):
        """Eight builds, half of which Azure refuses, and a busy janitor."""
        self.driver.list_instances()
        done = threading.Event()
        janitor = self.janitor(max_deletions=3)
        network = [
            (instance := self.instance(), self.network_info(
                instance, f'192.168.1.{20 + number}',
                f'192.168.2.{20 + number}')) for number in range(8)]
        for number, (instance, _) in enumerate(network):
            self.records[instance.uuid] = facts.Record(True)
            if number % 2:
                self.azure.fail('PUT', 'virtualMachines', 409,
                                'AllocationFailed', name=instance.uuid)
                self.azure.fail('DELETE', 'networkInterfaces', 409,
                                'ScopeLocked', name=f'{instance.uuid}*')

        def build(instance, network_info):
            try:
                self.spawn(instance, network_info)
                return True
            except Exception:
                # nobody can delete it now; later the janitor has to
                self.records[instance.uuid] = facts.Record(
                    False, self.time())
                return False

        def sweep():
            while not done.is_set():
                janitor.run()
                self.skipped += base.PAUSE

        with futures.ThreadPoolExecutor(9) as pool:
            sweeping = pool.submit(sweep)
            built = list(pool.map(lambda order: build(*order), network))
            done.set()
            sweeping.result()
        self.assertEqual([True, False] * 4, built)
        self.azure.emulator.faults.clear()
        self.skipped += base.LONG
        for _ in range(6):
            janitor.run()
            self.skipped += base.PAUSE
        alive = {instance.uuid for (instance, _), ok in zip(
            network, built, strict=True) if ok}
        self.assertEqual(4 * len(alive), len(self.left()))
        for uuid in alive:
            # nothing of it was lost: it can be turned off and on
            self.client.virtual_machines.deallocate(uuid)
            self.client.virtual_machines.start(uuid)
        self.assertEqual(
            alive, {vm['name'] for vm in self.azure.resources(
                'virtualMachines')})

    def test_nova_deletes_the_same_thing_at_the_same_time(self):
        uuid = self.leave_behind(ports=1)
        self.client.disks.delete(uuid)
        self.skipped = base.LONG
        janitor = self.janitor()
        janitor.run()
        self.skipped += base.PAUSE
        self.at('DELETE', 'networkInterfaces', self.in_another_thread(
            lambda: self.client.network_interfaces.delete(uuid)))
        report = janitor.run()
        self.assertEqual(0, report.count(Action.FAILED))
        self.assertEqual([], self.left())

    def test_azure_itself_refuses_the_disk_of_a_machine(self):
        """The last line of defence, which the etag is for interfaces."""
        instance, _ = self.spawn()
        self.assertRaises(exceptions.AzureError,
                          self.client.disks.delete, instance.uuid)
