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

"""Remembered answers."""

from concurrent import futures
import threading

from oslotest import base

from jacket_azure import exceptions
from jacket_azure.nova import cache


class CacheTest(base.BaseTestCase):

    def setUp(self):
        super().setUp()
        self.now = 100.0
        self.loads = []
        self.error = None

    def load(self, key):
        self.loads.append(key)
        if self.error is not None:
            raise self.error
        return f'{key}-{len(self.loads)}'

    def make(self, **options):
        return cache.Cache(
            self.load, 10, clock=lambda: self.now, **options)

    def test_loads_once_until_it_is_old(self):
        made = self.make()
        self.assertEqual('a-1', made.get('a'))
        self.now += 9
        self.assertEqual('a-1', made.get('a'))
        self.now += 1
        self.assertEqual('a-2', made.get('a'))

    def test_age_can_be_asked_for(self):
        made = self.make()
        made.get('a')
        self.now += 5
        self.assertEqual('a-1', made.get('a', max_age_seconds=5))
        self.assertEqual('a-2', made.get('a', max_age_seconds=4))

    def test_old_answer_serves_when_azure_fails(self):
        made = self.make(keep_stale=True)
        made.get('a')
        self.error = exceptions.Unavailable('down')
        self.now += 10
        self.assertEqual('a-1', made.get('a'))
        self.assertEqual('a-1', made.get('a'))
        self.assertEqual(2, len(self.loads))
        self.assertRaises(exceptions.Unavailable, made.get, 'b')

    def test_failure_is_not_remembered(self):
        made = self.make()
        self.error = exceptions.Unavailable('down')
        self.assertRaises(exceptions.Unavailable, made.get, 'a')
        self.error = None
        self.assertEqual('a-2', made.get('a'))

    def test_is_bounded(self):
        made = self.make()
        for number in range(cache.MAX_ENTRIES + 5):
            made.get(number)
        self.assertEqual(cache.MAX_ENTRIES, len(made._entries))

    def test_many_callers_wait_for_one_load(self):
        started, go_on = threading.Event(), threading.Event()

        def slow(key):
            self.loads.append(key)
            started.set()
            go_on.wait(20)
            return 'done'

        made = cache.Cache(slow, 10)
        with futures.ThreadPoolExecutor(5) as pool:
            first = pool.submit(made.get, 'a')
            started.wait(20)
            rest = [pool.submit(made.get, 'a') for _ in range(4)]
            go_on.set()
            self.assertEqual(
                ['done'] * 5, [f.result() for f in [first, *rest]])
        self.assertEqual(['a'], self.loads)
