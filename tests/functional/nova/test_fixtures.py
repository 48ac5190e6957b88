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

"""What keeps tests of many threads from hanging."""

import threading

from nova.tests import fixtures as nova_fixtures

from tests import timeout
from tests.functional.nova import fixtures

SECONDS = 10


class CellLockTest(timeout.TestCase):
    """The lock of the present cell, of which Nova's fixture has one."""

    def test_a_reader_does_not_wait_for_a_writer_who_waits(self):
        self.useFixture(fixtures.CellLockFixture())
        lock = nova_fixtures.CellDatabases()._cell_lock
        read = threading.Event()

        def write():
            with lock.write_lock():
                pass

        def read_as_well():
            with lock.read_lock():
                read.set()

        writer = threading.Thread(target=write, daemon=True)
        with lock.read_lock():
            writer.start()
            while not lock._pending_writers:
                pass
            threading.Thread(target=read_as_well, daemon=True).start()
            self.assertTrue(read.wait(SECONDS))
        writer.join(SECONDS)
        self.assertFalse(writer.is_alive())
