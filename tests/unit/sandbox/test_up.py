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

import pathlib

import fixtures

from jacket_azure.sandbox import guide
from jacket_azure.sandbox import plan
from jacket_azure.sandbox import ready
from jacket_azure.sandbox import settings
from jacket_azure.sandbox import up
from tests import timeout


class UpTest(timeout.TestCase):

    def setUp(self):
        super().setUp()
        self.settings = settings.load_or_create(pathlib.Path(
            self.useFixture(fixtures.TempDir()).path, 'state'))

    def tasks(self):
        return {task.name: task for task in up.Up(self.settings).tasks()}

    def needs(self, name):
        """Return everything that has happened before the task begins."""
        tasks = self.tasks()
        found = set()
        waiting = [name]
        while waiting:
            for need in tasks[waiting.pop()].after:
                if need not in found:
                    found.add(need)
                    waiting.append(need)
        return found

    def test_every_task_can_be_reached(self):
        for name in self.tasks():
            self.assertNotIn(name, self.needs(name))

    def test_nova_starts_when_what_it_calls_is_there(self):
        self.assertTrue(
            {'azure', 'identity', 'keystone', 'placement', 'nova schema'}
            <= self.needs('nova'))

    def test_services_start_after_their_schema(self):
        for name in plan.SERVICES:
            self.assertIn(f'{name} schema', self.needs(name))

    def test_zone_needs_a_mapped_host(self):
        self.assertIn('ready', self.needs('zone'))

    def test_guide_uses_names_of_the_mapping(self):
        text = guide.how_to_use(self.settings, {
            'flavors': {'tiny size': 'x'}, 'images': {'debian': {}},
            'networks': {'lan': {}}})
        self.assertIn("--flavor 'tiny size' --image debian", text)
        self.assertIn(f'OS_CLIENT_CONFIG_FILE={self.settings.clouds_file} '
                      'OS_CLOUD=sandbox', text)

    def test_own_variables_of_the_user_do_not_reach_the_services(self):
        self.useFixture(fixtures.EnvironmentVariable('OS_CLOUD', 'mine'))
        self.useFixture(fixtures.EnvironmentVariable(
            'AZURE_CLIENT_SECRET', 'mine'))
        self.useFixture(fixtures.EnvironmentVariable(
            'NO_PROXY', 'example.org'))
        for name in (*plan.SERVICES, 'emulator'):
            env = plan.environment(self.settings, name)
            self.assertNotIn('mine', env.values())
            self.assertEqual('example.org,127.0.0.1,localhost',
                             env['NO_PROXY'])


class Record:
    """A resource of openstacksdk."""

    def __init__(self, **attributes):
        self.__dict__.update(attributes)


class Cloud:
    """The parts of a connection that readiness asks."""

    def __init__(self, age, pools=1, hypervisors=1, classes=()):
        def services(*binaries):
            return [Record(binary=binary, state='up', updated_at=age)
                    for binary in binaries]
        self.compute = Record(
            services=lambda: services(
                'nova-conductor', 'nova-scheduler', 'nova-compute'),
            hypervisors=lambda: range(hypervisors))
        self.block_storage = Record(
            services=lambda: services('cinder-scheduler', 'cinder-volume'),
            backend_pools=lambda: range(pools))
        self.placement = Record(
            resource_providers=lambda: ['host'],
            resource_provider_inventories=lambda provider: [
                Record(resource_class=name) for name in classes])


class ReadyTest(timeout.TestCase):

    since = {'nova': '2026-01-01T10:00:00', 'cinder': '2026-01-01T10:00:00'}
    classes = ('VCPU', 'MEMORY_MB', 'DISK_GB')

    def missing(self, age='2026-01-01 10:00:03.000000', **kwargs):
        kwargs.setdefault('classes', self.classes)
        return ready.missing(Cloud(age, **kwargs), self.since)

    def test_nothing_is_missing(self):
        self.assertIsNone(self.missing())

    def test_report_of_a_former_run_does_not_count(self):
        self.assertIn('nova-compute', self.missing(age='2026-01-01T09:59:59'))
        self.assertIn('no report', self.missing(age=None))

    def test_everything_is_asked(self):
        self.assertIn('pool', self.missing(pools=0))
        self.assertIn('cell', self.missing(hypervisors=0))
        self.assertIn('inventory', self.missing(classes=('VCPU',)))
