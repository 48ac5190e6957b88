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

"""Tags follow metadata and names."""

from unittest import mock

import fixtures
from nova import objects
from oslo_config import cfg
from oslo_service import periodic_task

from jacket_azure.nova import tagops
from jacket_azure.payload import tags
from tests.unit.nova import base


class TagsTest(base.NovaTestCase):

    def setUp(self):
        super().setUp()
        self.server = self.instance(metadata={'role': 'web', 'tier': '1'})
        self.server.task_state = None
        self.spawn(self.server)
        self.useFixture(fixtures.MonkeyPatch(
            'nova.objects.InstanceList.get_by_host',
            lambda cls, context, host, expected_attrs: objects.InstanceList(
                objects=[self.server] if host == base.HOST else [])))
        self.tagops = tagops.TagOps(self.driver._backend)

    def follow(self):
        with self.azure.recording() as made:
            self.tagops.follow(self.context)
            self.tagops.wait()
        return [record.method for record in made]

    def tags(self):
        return self.azure.resource('virtualMachines', self.server.uuid)[
            'tags']

    def test_nothing_changed_costs_nothing(self):
        self.assertEqual([], self.follow())

    def test_metadata_and_name_are_followed_once(self):
        self.follow()
        self.server.metadata = {'role': 'db'}
        self.server.display_name = 'renamed'
        self.assertEqual(['GET', 'PATCH'], self.follow())
        found = self.tags()
        self.assertEqual('db', found['role'])
        self.assertNotIn('tier', found)
        self.assertEqual('renamed', found[tags.DISPLAY_NAME])
        self.assertEqual(base.HOST, found[tags.HOST])
        self.assertIn(tags.IMAGE_VERSION, found)
        self.assertEqual([], self.follow())

    def test_tags_of_others_stay(self):
        vm = self.tags()
        self.client.virtual_machines.update(
            self.server.uuid, {'tags': {**vm, 'cost-centre': '42'}})
        self.now += 100
        self.driver.list_instances()
        self.assertEqual([], self.follow())
        self.server.metadata = {'role': 'db', 'tier': '1'}
        self.assertEqual(['GET', 'PATCH'], self.follow())
        self.assertEqual('42', self.tags()['cost-centre'])

    def test_instance_at_work_is_left_alone(self):
        self.server.metadata = {'role': 'db'}
        self.server.task_state = 'rebooting'
        self.assertEqual([], self.follow())

    def test_failure_is_tried_again(self):
        self.server.metadata = {'role': 'db'}
        fault = self.azure.fail('PATCH', 'virtualMachines', 409, 'Conflict')
        self.follow()
        self.azure.emulator.faults.remove(fault)
        self.follow()
        self.assertEqual('db', self.tags()['role'])

    def test_slow_azure_holds_up_no_other_task(self):
        self.server.metadata = {'role': 'db'}
        self.azure.fail('GET', 'virtualMachines', 503, 'Busy', times=1)
        with self.azure.holding():
            # the writer waits to send its request again
            self.tagops.follow(self.context)
            self.tagops.follow(self.context)
        self.tagops.wait()
        self.assertEqual('db', self.tags()['role'])
        self.assertEqual(1, sum(
            record.method == 'PATCH' for record in self.azure.requests))

    def test_task_is_hung_on_the_manager_once(self):
        class Manager(periodic_task.PeriodicTasks):
            pass

        manager = Manager(cfg.CONF)
        manager.driver = mock.Mock()
        virtapi = mock.Mock(_compute=manager)
        tagops.register(virtapi)
        tagops.register(virtapi)
        tagops.register(mock.Mock(spec=[]))
        self.assertEqual(
            [tagops.TASK], [name for name, _ in manager._periodic_tasks])
        manager._periodic_tasks[0][1](manager, 'context')
        manager.driver.tagops.follow.assert_called_once_with('context')
