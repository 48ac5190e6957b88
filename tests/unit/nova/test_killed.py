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

"""A process that is killed between any two requests, and its successor."""

import contextlib
import threading

import fixtures
from nova.compute import power_state

from jacket_azure.arm import transport
from tests.unit.nova import base


class Killed(BaseException):
    """Nothing of ours catches it, as nothing catches SIGKILL."""


class Killing:
    """Part of a test case whose processes are killed."""

    def setUp(self):
        super().setUp()
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def killed_after(self, number):
        """Let Azure see no request after that of this *number*, from 1.

        :returns: a list that grows by one for each request sent
        """
        sent = []
        send = transport.Transport.send

        def counting(self_, request, **options):
            with self._lock:
                if len(sent) >= number:
                    raise Killed()
                sent.append(request)
                last = len(sent) == number
            answer = send(self_, request, **options)
            if last:
                raise Killed()
            return answer

        with fixtures.MonkeyPatch(
                'jacket_azure.arm.transport.Transport.send', counting):
            with contextlib.suppress(Killed):
                yield sent


class KilledTest(Killing, base.NovaTestCase):

    def each_kill(self, work):
        """Prepare and kill *work* once after each of its requests.

        :param work: called without arguments, makes a process of its own
        """
        with self.killed_after(10 ** 6) as sent:
            work()
        self.azure.empty()
        self.assertGreater(len(sent), 3)
        for number in range(1, len(sent) + 1):
            with self.killed_after(number):
                work()
            yield number
            self.azure.empty()

    def spawned(self):
        self.server = self.instance()
        self.ports = self.network_info(
            self.server, '192.168.1.10', '192.168.2.10')
        self.spawn(self.server, self.ports, driver=self.make_driver())

    def test_destroy_after_a_killed_spawn(self):
        for forgotten in (False, True):
            for number in self.each_kill(self.spawned):
                self.make_driver().destroy(
                    self.context, self.server,
                    [] if forgotten else self.ports)
                self.assertEqual([], self.azure.resource_ids(), number)

    def test_spawn_after_a_killed_spawn(self):
        for host in (base.HOST, 'another'):
            for number in self.each_kill(self.spawned):
                driver = self.make_driver(host)
                self.spawn(self.server, self.ports, driver=driver)
                self.assertEqual(
                    power_state.RUNNING,
                    self.make_driver().get_info(self.server).state, number)
                self.assertEqual([self.server.uuid],
                                 driver.list_instance_uuids())
                driver.destroy(self.context, self.server, self.ports)
                self.assertEqual([], self.azure.resource_ids(), number)

    def test_destroy_after_a_killed_destroy(self):
        def destroyed():
            self.spawn(*made, driver=self.make_driver())
            self.make_driver().destroy(self.context, *made)

        server = self.instance()
        made = server, self.network_info(server, '192.168.1.10')
        for number in self.each_kill(destroyed):
            self.make_driver().destroy(self.context, *made)
            self.assertEqual([], self.azure.resource_ids(), number)
