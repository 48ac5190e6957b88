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


import threading

from jacket_azure.nova.attachments import joining
from tests import timeout

SECONDS = 20


class JoinerTest(timeout.TestCase):
    """Who waits is served together, and nobody is forgotten."""

    def setUp(self):
        super().setUp()
        self.batches = []
        self.started = threading.Event()
        self.go_on = threading.Event()
        self.joiner = joining.Joiner(self.serve)

    def serve(self, key, tickets):
        self.batches.append([ticket.request for ticket in tickets])
        if len(self.batches) == 1:
            self.started.set()
            self.go_on.wait(SECONDS)
        for ticket in tickets:
            if ticket.request == 'bad':
                ticket.fail(ValueError('bad'))
            elif ticket.request == 'dies':
                raise KeyboardInterrupt
            elif ticket.request != 'forgotten':
                ticket.settle(ticket.request.upper())

    def calls(self, *requests):
        """Call with all while the first is served; return the outcomes."""
        outcomes = {}

        def call(request):
            try:
                outcomes[request] = self.joiner.call('key', request)
            except BaseException as exc:
                outcomes[request] = exc

        threads = [threading.Thread(target=call, args=[each])
                   for each in requests]
        threads[0].start()
        self.started.wait(SECONDS)
        for number, thread in enumerate(threads[1:], 1):
            thread.start()
            while self.joiner.waiting('key') < number:
                self.go_on.wait(0.001)
        self.go_on.set()
        for thread in threads:
            thread.join(SECONDS)
        return outcomes

    def test_one_after_the_other(self):
        self.go_on.set()
        self.assertEqual('A', self.joiner.call('key', 'a'))
        self.assertEqual('B', self.joiner.call('key', 'b'))
        self.assertEqual([['a'], ['b']], self.batches)
        self.assertEqual(0, self.joiner.waiting('key'))

    def test_who_waits_is_served_together(self):
        self.assertEqual(
            {'a': 'A', 'b': 'B', 'c': 'C', 'd': 'D'},
            self.calls('a', 'b', 'c', 'd'))
        self.assertEqual([['a'], ['b', 'c', 'd']], self.batches)

    def test_outcomes_are_not_shared(self):
        outcomes = self.calls('a', 'b', 'bad', 'c')
        self.assertIsInstance(outcomes.pop('bad'), ValueError)
        self.assertEqual({'a': 'A', 'b': 'B', 'c': 'C'}, outcomes)

    def test_a_leader_that_dies_leaves_nobody_waiting(self):
        outcomes = self.calls('a', 'dies', 'b')
        self.assertEqual('A', outcomes['a'])
        for request in ('dies', 'b'):
            self.assertIsInstance(outcomes[request], KeyboardInterrupt)
        self.assertEqual('C', self.joiner.call('key', 'c'))

    def test_a_first_leader_that_dies(self):
        outcomes = self.calls('dies', 'a')
        self.assertIsInstance(outcomes['dies'], KeyboardInterrupt)
        self.assertEqual('A', outcomes['a'])

    def test_nobody_is_forgotten(self):
        self.assertIsInstance(
            self.calls('a', 'forgotten')['forgotten'], RuntimeError)

    def test_keys_do_not_wait_for_each_other(self):
        outcomes = {}

        def other():
            self.started.wait(SECONDS)
            outcomes['other'] = self.joiner.call('other', 'x')
            self.go_on.set()

        thread = threading.Thread(target=other)
        thread.start()
        self.assertEqual('A', self.joiner.call('key', 'a'))
        thread.join(SECONDS)
        self.assertEqual({'other': 'X'}, outcomes)
