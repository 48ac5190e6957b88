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

import sqlite3
import threading

from nova.tests import fixtures as nova_fixtures
from oslo_db.sqlalchemy import enginefacade
import sqlalchemy
from sqlalchemy import event

from tests import timeout
from tests.functional.nova import databases

SECONDS = 10
SELECT = sqlalchemy.text('SELECT 1')


@enginefacade.transaction_context_provider
class Context:
    """What enginefacade keeps a session in."""


class DatabaseTest(timeout.TestCase):
    """A database as Nova's fixtures make it."""

    def setUp(self):
        super().setUp()
        self.useFixture(databases.DatabaseFixture())

    def test_a_reader_of_the_cell_does_not_wait_for_a_writer_who_waits(self):
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

    def make(self, name):
        """Return a database's manager of transactions, and its file."""
        url, path = databases.MODULE._use_file_backed_sqlite_with_wal(name)
        manager = enginefacade.transaction_context()
        manager.configure(connection=url)
        return manager, path

    def is_locked(self, path):
        other = sqlite3.connect(path, timeout=0)
        self.addCleanup(other.close)
        try:
            other.execute('BEGIN IMMEDIATE')
        except sqlite3.OperationalError:
            return True
        other.rollback()
        return False

    def test_who_will_write_has_the_lock_from_the_beginning(self):
        self.useFixture(nova_fixtures.DatabaseWriteLock())
        manager, path = self.make('one')
        other_manager, other_path = self.make('other')
        with manager.writer.using(Context()) as session:
            session.execute(SELECT)
            self.assertTrue(self.is_locked(path))
            with other_manager.reader.using(Context()) as other_session:
                other_session.execute(SELECT)
                self.assertFalse(self.is_locked(other_path))
        self.assertFalse(self.is_locked(path))
        with manager.reader.using(Context()) as session:
            session.execute(SELECT)
            self.assertFalse(self.is_locked(path))

    def test_a_statement_is_compiled_for_all_of_them(self):
        hits = []
        table = sqlalchemy.table(self.id(), sqlalchemy.column('x'))
        for name in ('one', 'other'):
            manager, _ = self.make(name)
            engine = manager.writer.get_engine()

            @event.listens_for(engine, 'after_cursor_execute')
            def after(connection, cursor, statement, parameters, context,
                      many):
                hits.append(context.cache_hit.name)

            with engine.begin() as connection:
                connection.exec_driver_sql(
                    f'CREATE TABLE "{self.id()}" (x INTEGER)')
                hits.clear()
                connection.execute(sqlalchemy.select(table)).all()
                found = list(hits)
            self.assertEqual(
                ['CACHE_MISS' if name == 'one' else 'CACHE_HIT'], found)
