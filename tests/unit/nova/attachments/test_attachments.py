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


from unittest import mock

from jacket_azure import exceptions
from jacket_azure.payload import data_disk
from tests.unit.nova import volumes


class JoinedTest(volumes.VolumeTestCase):
    """Callers for one machine share requests, not outcomes."""

    def attaching(self, info, limit=None):
        change = data_disk.Attach(info['data']['disk_id'])
        return lambda: self.attachments.attach(
            self.server.uuid, change, limit or self.limit)

    def detaching(self, info):
        change = data_disk.Detach(info['data']['disk_id'])
        return lambda: self.attachments.detach(self.server.uuid, change)

    def test_one_attach_is_one_request(self):
        info = self.volume()
        with self.azure.recording() as made:
            lun = self.attaching(info)()
        self.assertEqual(1, len(made))
        self.assertEqual({self.name(info): lun}, self.luns())
        self.assertEqual('Attached', self.state(info))

    def test_twenty_at_once(self):
        infos = [self.volume() for _ in range(20)]
        with self.azure.recording() as made:
            luns = self.together(*map(self.attaching, infos))
        self.assertEqual(set(range(20)), set(luns))
        self.assertEqual(
            dict(zip(map(self.name, infos), luns, strict=True)), self.luns())
        self.assertEqual(2, len(self.writes(made)))
        self.assertEqual(2, len(made))

    def test_attaches_and_detaches_in_one(self):
        there = [self.volume() for _ in range(3)]
        for info in there:
            self.attaching(info)()
        new = [self.volume() for _ in range(3)]
        with self.azure.recording() as made:
            outcomes = self.together(
                self.attaching(self.volume()),
                *map(self.detaching, there), *map(self.attaching, new))
        self.assertEqual([True] * 3, outcomes[1:4])
        self.assertEqual(2, len(self.writes(made)))
        self.assertEqual(4, len(self.luns()))
        self.assertLess(set(map(self.name, new)), set(self.luns()))

    def test_same_disk_attached_and_detached(self):
        info = self.volume()
        outcomes = self.together(
            self.attaching(self.volume()), self.attaching(info),
            self.detaching(info), self.attaching(info))
        self.assertEqual([0, 1, True, 1], outcomes)

    def test_a_bad_disk_fails_alone(self):
        infos = [self.volume() for _ in range(6)]
        bad = self.volume()
        self.disks.delete(self.name(bad))
        with self.azure.recording() as made:
            outcomes = self.together(
                *map(self.attaching, [infos[0], bad, *infos[1:]]))
        self.assertIsInstance(outcomes.pop(1), exceptions.NotFound)
        self.assertEqual(set(range(6)), set(outcomes))
        # first, refused, again without it
        self.assertEqual(3, len(self.writes(made)))

    def test_a_bad_disk_that_azure_does_not_name(self):
        infos = [self.volume() for _ in range(8)]
        bad = self.name(infos[5])

        def refuse(body):
            return any(each['diskId'].endswith(bad)
                       for each in body.get('dataDisksToAttach', ()))

        machines = self.attachments._azure.virtual_machines
        send = machines.attach_detach_data_disks

        def sending(name, body):
            if refuse(body):
                raise exceptions.Refused('Something is wrong.', status=400)
            return send(name, body)

        with mock.patch.object(
                machines, 'attach_detach_data_disks', sending):
            outcomes = self.together(*map(self.attaching, infos))
        self.assertIsInstance(outcomes.pop(5), exceptions.Refused)
        self.assertEqual(set(range(7)), set(outcomes))
        self.assertNotIn(bad, self.luns())

    def test_a_disk_attached_elsewhere_fails_alone(self):
        other = self.instance()
        self.spawn(other, self.network_info(
            other, '192.168.1.77'))
        taken, free = self.volume(), self.volume()
        self.attach(taken, other)
        outcomes = self.together(*map(
            self.attaching, [self.volume(), taken, free]))
        self.assertIsInstance(outcomes[1], exceptions.InUse)
        self.assertEqual([0, 1], [outcomes[0], outcomes[2]])

    def test_the_machine_is_gone(self):
        infos = [self.volume() for _ in range(3)]
        self.driver.destroy(self.context, self.server, self.ports)
        for info in infos:
            exc = self.assertRaises(
                exceptions.NotFound, self.attaching(info))
            self.assertEqual(
                'Microsoft.Compute/virtualMachines', exc.resource_type)
        self.assertRaises(exceptions.NotFound, self.detaching(infos[0]))

    def test_attached_already(self):
        info = self.volume()
        lun = self.attaching(info)()
        self.assertEqual(lun, self.attaching(info)())
        self.assertEqual({self.name(info): lun}, self.luns())

    def test_detached_already(self):
        info = self.volume()
        self.assertIs(False, self.detaching(info)())
        self.attaching(info)()
        self.assertIs(True, self.detaching(info)())
        self.assertEqual({}, self.luns())
        self.assertEqual('Unattached', self.state(info))

    def test_another_process_writes_meanwhile(self):
        infos = [self.volume() for _ in range(5)]
        for code in ('Conflict', 'ConflictingConcurrentWriteNotAllowed'):
            self.azure.fail(
                'POST', 'virtualMachines/attachDetachDataDisks', 409, code,
                'The request failed due to conflict with a concurrent '
                'request.', times=2)
        luns = self.together(*map(self.attaching, infos))
        self.assertEqual(set(range(5)), set(luns))
        self.assertEqual(
            dict(zip(map(self.name, infos), luns, strict=True)), self.luns())

    def test_another_process_never_stops(self):
        info = self.volume()
        self.azure.fail(
            'POST', 'virtualMachines/attachDetachDataDisks', 409, 'Conflict')
        start = self.azure.clock.time()
        self.assertRaises(exceptions.Conflict, self.attaching(info))
        self.assertAlmostEqual(
            self.conf.azure.operation_timeout,
            self.azure.clock.time() - start, delta=30)

    def test_lost_reply(self):
        info, other = self.volume(), self.volume()
        self.azure.emulator.faults.drop_reply(
            'POST', 'virtualMachines/attachDetachDataDisks', times=1)
        lun = self.attaching(info)()
        self.assertEqual({self.name(info): lun}, self.luns())
        self.azure.emulator.faults.drop_reply(
            'POST', 'virtualMachines/attachDetachDataDisks', times=1)
        self.detaching(info)()
        self.assertEqual({}, self.luns())
        self.attaching(other)()

    def test_every_reply_lost(self):
        info = self.volume()
        self.azure.emulator.faults.drop_reply(
            'POST', 'virtualMachines/attachDetachDataDisks')
        lun = self.attaching(info)()
        self.assertEqual({self.name(info): lun}, self.luns())

    def test_operation_fails(self):
        bad, good = self.volume(), self.volume()
        self.azure.emulator.faults.fail_operation(
            'POST', 'virtualMachines/attachDetachDataDisks',
            'InternalOperationError', times=1)
        self.assertRaises(
            exceptions.OperationFailed, self.attaching(bad))
        self.assertEqual({}, self.luns())
        self.assertEqual('Unattached', self.state(bad))
        self.assertEqual(0, self.attaching(good)())

    def test_out_of_reach(self):
        info = self.volume()
        self.azure.fail(
            'POST', 'virtualMachines/attachDetachDataDisks', 503,
            'ServerTimeout')
        self.assertRaises(exceptions.Unavailable, self.attaching(info))
        self.assertEqual({}, self.luns())

    def test_no_right(self):
        infos = [self.volume() for _ in range(4)]
        self.azure.fail(
            'POST', 'virtualMachines/attachDetachDataDisks', 403,
            'AuthorizationFailed')
        with self.azure.recording() as made:
            outcomes = [self.assertRaises(
                exceptions.Unauthorized, self.attaching(info))
                for info in infos]
        self.assertEqual(4, len(outcomes))
        self.assertEqual(4, len(made))

    def test_answer_without_luns_is_looked_after(self):
        info = self.volume()
        machines = self.attachments._azure.virtual_machines
        send = machines.attach_detach_data_disks
        with mock.patch.object(
                machines, 'attach_detach_data_disks',
                lambda name, body: send(name, body) and None):
            lun = self.attaching(info)()
        self.assertEqual({self.name(info): lun}, self.luns())

    def test_a_disk_that_is_gone_hinders_nobody(self):
        dead, old, new = self.volume(), self.volume(), self.volume()
        for info in (dead, old):
            self.attaching(info)()
        self.azure.emulator.store.delete(dead['data']['disk_id'])
        with self.azure.recording() as made:
            lun = self.attaching(new)()
        # the action, refused; a look at the machine, and at the dead; the
        # list without it
        self.assertEqual(
            ['POST', 'GET', 'GET', 'PATCH'],
            [record.method for record in made])
        self.assertEqual(
            {self.name(old): 1, self.name(new): lun}, self.luns())
        self.assertIn('is gone', self.log.text)
        self.assertIs(False, self.detaching(dead)())
        self.assertIs(True, self.detaching(old)())

    def test_a_disk_said_to_be_gone_that_is_there_stays(self):
        there, new = self.volume(), self.volume()
        self.attaching(there)()
        self.azure.fail(
            'POST', 'virtualMachines/attachDetachDataDisks', 404, 'NotFound',
            f'Disk {self.name(there)} is not found.',
            target=there['data']['disk_id'])
        self.assertRaises(exceptions.NotFound, self.attaching(new))
        self.assertEqual({self.name(there): 0}, self.luns())

    def test_a_disk_that_may_be_gone_stays(self):
        there, new = self.volume(), self.volume()
        self.attaching(there)()
        self.azure.fail(
            'POST', 'virtualMachines/attachDetachDataDisks', 404, 'NotFound',
            f'Disk {self.name(there)} is not found.',
            target=there['data']['disk_id'])
        self.azure.fail('GET', 'disks', 403, 'AuthorizationFailed')
        self.assertRaises(exceptions.NotFound, self.attaching(new))
        self.assertEqual({self.name(there): 0}, self.luns())

    def test_what_was_attached_before_stays_when_that_fails(self):
        info = self.volume()
        elsewhere = self.azure.connect(self.conf.azure)
        elsewhere.virtual_machines.attach_detach_data_disks(
            self.server.uuid, data_disk.build_action(
                [data_disk.Attach(info['data']['disk_id'])]))
        # the driver's own list of machines, as Nova's tasks have it made
        self.now += 60
        self.driver.list_instances()
        self.azure.emulator.faults.fail_operation(
            'POST', 'virtualMachines/attachDetachDataDisks',
            'InternalOperationError')
        with self.azure.recording() as made:
            self.attach(info)
        self.assertEqual(['GET'], [record.method for record in made])
        self.assertEqual({self.name(info): 0}, self.luns())

    def test_detach_of_a_disk_that_is_gone(self):
        dead = self.volume()
        self.attaching(dead)()
        self.azure.emulator.store.delete(dead['data']['disk_id'])
        self.assertIs(True, self.detaching(dead)())
        self.assertEqual({}, self.luns())

    def stuck(self, info):
        """Let a disk be one that Azure did not manage to detach."""
        vm = self.azure.emulator.store.get(self.vm()['id'])
        for entry in vm.properties['storageProfile']['dataDisks']:
            if entry['name'] == self.name(info):
                entry['toBeDetached'] = True

    def test_stuck_disk_is_detached_by_force(self):
        info = self.volume()
        self.attaching(info)()
        self.azure.emulator.faults.fail_operation(
            'POST', 'virtualMachines/attachDetachDataDisks',
            'DetachFailed', times=1)
        send = self.attachments._azure.virtual_machines.get

        def get(name):
            self.stuck(info)
            return send(name)

        with mock.patch.object(
                self.attachments._azure.virtual_machines, 'get', get):
            self.assertIs(True, self.detaching(info)())
        body = self.azure.sent(
            'POST', 'virtualMachines/attachDetachDataDisks', self.server.uuid)
        self.assertEqual(
            'ForceDetach', body['dataDisksToDetach'][0]['detachOption'])


class SmallTest(volumes.VolumeTestCase):
    """A size with four places, and Azure that counts them."""

    size = 'Standard_D2s_v5'
    limit = 4

    def test_limit_in_the_middle(self):
        infos = [self.volume() for _ in range(9)]
        with self.azure.recording() as made:
            outcomes = self.together(*[
                lambda info=info: self.attachments.attach(
                    self.server.uuid,
                    data_disk.Attach(info['data']['disk_id']), self.limit)
                for info in infos])
        self.assertEqual([0, 1, 2, 3], outcomes[:1] + sorted(
            one for one in outcomes[1:] if isinstance(one, int)))
        refused = [str(one) for one in outcomes if not isinstance(one, int)]
        self.assertEqual(5, len(refused))
        for text in refused:
            self.assertIn('takes 4 data disks', text)
        # one, eight of which five are refused, three
        self.assertEqual(3, len(self.writes(made)))
        self.assertEqual(4, len(self.luns()))


class WithoutActionTest(volumes.VolumeTestCase):
    """Clouds without attachDetachDataDisks: the list, with If-Match."""

    def setUp(self):
        super().setUp()
        self.lacking('attach_detach_data_disks')

    def attaching(self, info, **options):
        change = data_disk.Attach(info['data']['disk_id'], **options)
        return lambda: self.attachments.attach(
            self.server.uuid, change, self.limit)

    def detaching(self, info):
        change = data_disk.Detach(info['data']['disk_id'])
        return lambda: self.attachments.detach(self.server.uuid, change)

    def test_twenty_at_once(self):
        infos = [self.volume() for _ in range(20)]
        with self.azure.recording() as made:
            luns = self.together(*map(self.attaching, infos))
        self.assertEqual(set(range(20)), set(luns))
        self.assertEqual(
            dict(zip(map(self.name, infos), luns, strict=True)), self.luns())
        self.assertEqual(
            ['GET', 'PATCH', 'GET', 'PATCH'], [one.method for one in made])

    def test_detach(self):
        infos = [self.volume() for _ in range(3)]
        for info in infos:
            self.attaching(info)()
        self.assertIs(True, self.detaching(infos[1])())
        self.assertIs(False, self.detaching(infos[1])())
        self.assertEqual(
            {self.name(infos[0]): 0, self.name(infos[2]): 2}, self.luns())

    def test_somebody_else_changes_the_list(self):
        mine, theirs = self.volume(), self.volume()
        elsewhere = self.azure.connect(self.conf.azure)
        machines = self.attachments._azure.virtual_machines
        read = machines.get
        reads = []

        def get(name):
            machine = read(name)
            reads.append(machine)
            if len(reads) == 1:
                elsewhere.virtual_machines.attach_detach_data_disks(
                    self.server.uuid, data_disk.build_action(
                        [data_disk.Attach(theirs['data']['disk_id'])]))
            return machine

        with mock.patch.object(machines, 'get', get):
            lun = self.attaching(mine)()
        self.assertEqual(
            {self.name(theirs): 0, self.name(mine): 1}, self.luns())
        self.assertEqual(1, lun)

    def test_a_disk_that_is_gone_is_left_out(self):
        dead, new = self.volume(), self.volume()
        self.attaching(dead)()
        self.azure.emulator.store.delete(dead['data']['disk_id'])
        self.attaching(new)()
        self.assertEqual([self.name(new)], list(self.luns()))

    def test_taken_lun(self):
        self.attaching(self.volume())()
        self.assertRaises(
            exceptions.InvalidRequest,
            self.attaching(self.volume(), lun=0))
        self.assertEqual(5, self.attaching(self.volume(), lun=5)())
