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

"""What Nova's fixtures of databases lack for our functional tests.

With native threads each database is a file of sqlite, and each test has new
ones (nova 34 tests/fixtures/nova.py).
"""

import collections
import sys
import threading

import fixtures
from nova.tests import fixtures as nova_fixtures
import sqlalchemy
from sqlalchemy import event
from sqlalchemy import util

from tests import sqlite

# by its name one gets another module, which the package has imported
MODULE = sys.modules[nova_fixtures.CellDatabases.__module__]
STATEMENTS = 2000


class _CellLock(nova_fixtures.ReaderWriterLock):
    """Lets readers in while a writer waits."""

    has_pending_writers = False


class _Writing(threading.local):
    """The databases that a thread has the lock of, by URL."""

    def __init__(self):
        self.depths = collections.Counter()


class _NotedLock:
    """A lock of ``DatabaseWriteLock``, noted while it is held."""

    def __init__(self, lock, depths, url):
        self._lock = lock
        self._depths = depths
        self._url = url

    def __enter__(self):
        self._lock.acquire()
        self._depths[self._url] += 1

    def __exit__(self, *error):
        self._depths[self._url] -= 1
        self._lock.release()


class _Compiled:
    """Statements compiled for any database, which all speak sqlite."""

    def __init__(self):
        self._by_key = util.LRUCache(STATEMENTS)

    def get(self, key):
        return self._by_key.get((key[0].name, *key[1:]))

    def __setitem__(self, key, compiled):
        self._by_key[key[0].name, *key[1:]] = compiled


_COMPILED = _Compiled()


class DatabaseFixture(fixtures.Fixture):
    """Mends and speeds up Nova's, before which it is used.

    Who writes to a database holds its lock of ``DatabaseWriteLock`` and asks
    as a reader which cell is the present one (``CellDatabases``); a reader
    who has a cell waits for that lock; and a writer who waits for the second
    keeps the first one out for ever.

    A transaction that writes begins as a reader, and sqlite says "database is
    locked" at once, whatever its timeout, when another connection is looking
    after the write-ahead log at the moment it turns into a writer.

    SQLAlchemy compiles each statement once for each database.
    """

    def _setUp(self):
        writing = _Writing()
        get_lock = nova_fixtures.DatabaseWriteLock._get_lock
        create_engine = sqlalchemy.create_engine

        def get_noted_lock(fixture, url):
            return _NotedLock(get_lock(fixture, url), writing.depths, url)

        def create_ours(*arguments, **options):
            engine = create_engine(
                *arguments, **sqlite.with_pool(options))
            engine.update_execution_options(compiled_cache=_COMPILED)

            @event.listens_for(
                engine, 'before_cursor_execute', retval=True)
            def on_execute(
                    connection, cursor, statement, parameters, context, many):
                # what oslo.db says itself, in place of the dialect
                if statement == 'BEGIN' and writing.depths[engine.url]:
                    statement = 'BEGIN IMMEDIATE'
                return statement, parameters

            return engine

        self._patch(MODULE, 'ReaderWriterLock', _CellLock)
        self._patch(
            nova_fixtures.DatabaseWriteLock, '_get_lock', get_noted_lock)
        self._patch(sqlalchemy, 'create_engine', create_ours)

    def _patch(self, target, name, new):
        self.useFixture(fixtures.MockPatchObject(target, name, new))
