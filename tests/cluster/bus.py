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

"""Messages between processes without a broker: an sqlite file.

An oslo.messaging driver for tests, as the in-memory one is, for services that
are killed one by one. A message is gone once the one who works on it says so,
as RabbitMQ's are: oslo.messaging does just before it begins. What somebody
held who was killed before is given to the next.
"""

import contextlib
import json
import os
import sqlite3
import threading
import time
import uuid

import oslo_messaging
from oslo_messaging._drivers import base
from oslo_messaging._drivers import common

from tests import processes

POLL_SECONDS = 0.03
_TABLES = '''
CREATE TABLE IF NOT EXISTS queue (name TEXT PRIMARY KEY, topic TEXT,
                                  server TEXT);
CREATE TABLE IF NOT EXISTS message (id INTEGER PRIMARY KEY AUTOINCREMENT,
                                    queue TEXT, body TEXT,
                                    holder INTEGER);
CREATE INDEX IF NOT EXISTS by_queue ON message (queue, id);
'''


class Store:
    """The file; a connection for each thread."""

    def __init__(self, path):
        self._path = path
        self._local = threading.local()
        with self._open() as connection:
            connection.executescript(_TABLES)

    def _open(self):
        connection = getattr(self._local, 'connection', None)
        if connection is None:
            connection = sqlite3.connect(
                self._path, timeout=60, isolation_level=None)
            connection.execute('PRAGMA journal_mode = WAL')
            connection.execute('PRAGMA synchronous = OFF')
            self._local.connection = connection
        return connection

    @contextlib.contextmanager
    def _transaction(self):
        connection = self._open()
        connection.execute('BEGIN IMMEDIATE')
        try:
            yield connection
        except BaseException:
            connection.execute('ROLLBACK')
            raise
        connection.execute('COMMIT')

    def declare(self, topic, server):
        """Have a queue, also for what is sent to all servers of a topic."""
        with self._transaction() as connection:
            connection.execute(
                'INSERT OR IGNORE INTO queue VALUES (?, ?, ?)',
                (_queue(topic, server), topic, server))

    def put(self, topic, server, fanout, body):
        """Put a message into one queue, or into that of each server."""
        with self._transaction() as connection:
            names = [_queue(topic, server)]
            if fanout:
                names = [name for name, in connection.execute(
                    'SELECT name FROM queue WHERE topic = ? AND '
                    'server IS NOT NULL', (topic,))]
            connection.executemany(
                'INSERT INTO message (queue, body) VALUES (?, ?)',
                [(name, json.dumps(body)) for name in names])

    def hold(self, names):
        """Hold the oldest message of some queues that nobody alive holds.

        :returns: its number and itself, None when there is none
        """
        # a look first: those who wait must not hold up those who write
        if self._free(self._open(), names) is None:
            return None
        with self._transaction() as connection:
            row = self._free(connection, names)
            if row is None:
                return None
            connection.execute(
                'UPDATE message SET holder = ? WHERE id = ?',
                (os.getpid(), row[0]))
        return row[0], json.loads(row[1])

    @staticmethod
    def _free(connection, names):
        marks = ', '.join('?' * len(names))
        for number, body, holder in connection.execute(
                f'SELECT id, body, holder FROM message WHERE queue IN '
                f'({marks}) ORDER BY id', names):
            if holder is None or not processes.is_alive(holder):
                return number, body
        return None

    def drop(self, number):
        """Have a message no longer."""
        with self._transaction() as connection:
            connection.execute('DELETE FROM message WHERE id = ?', (number,))

    def take(self, names):
        """Take the oldest message of some queues; None when there is none."""
        held = self.hold(names)
        if held is None:
            return None
        self.drop(held[0])
        return held[1]


def _queue(topic, server):
    return f'{topic}@{server}' if server else topic


class Incoming(base.RpcIncomingMessage):
    """A message, and where its answer goes."""

    def __init__(self, store, number, body):
        super().__init__(body['context'], body['message'])
        self._store = store
        self._number = number
        self._reply_to = body['reply_to']

    def reply(self, reply=None, failure=None):
        if self._reply_to:
            if failure:
                failure = common.serialize_remote_exception(failure)
            self._store.put(self._reply_to, None, False,
                            {'reply': reply, 'failure': failure})

    def acknowledge(self):
        self._store.drop(self._number)

    def requeue(self):
        """Only what an RPC server refuses before it starts: never here."""

    def heartbeat(self):
        """Nobody waits for signs of life."""


class Listener(base.PollStyleListener):
    """Waits at some queues."""

    def __init__(self, store, queues):
        super().__init__()
        self._store = store
        self._names = [_queue(*queue) for queue in queues]
        self._stopped = threading.Event()
        for queue in queues:
            store.declare(*queue)

    @base.batch_poll_helper
    def poll(self, timeout=None):
        deadline = None if timeout is None else time.monotonic() + timeout
        while not self._stopped.wait(POLL_SECONDS):
            held = self._store.hold(self._names)
            if held is not None:
                return Incoming(self._store, *held)
            if deadline is not None and time.monotonic() > deadline:
                break
        return None

    def stop(self):
        self._stopped.set()


class Driver(base.BaseDriver):
    """``bus:///path/of/the/file``, as oslo.messaging knows a transport."""

    def __init__(self, conf, url, default_exchange=None,
                 allowed_remote_exmods=None):
        super().__init__(conf, url, default_exchange, allowed_remote_exmods)
        self._store = Store('/' + url.virtual_host.lstrip('/'))

    def send(self, target, ctxt, message, wait_for_reply=None, timeout=None,
             **_):
        reply_to = f'reply-{uuid.uuid4()}' if wait_for_reply else None
        self._store.put(
            target.topic, target.server, target.fanout,
            {'context': ctxt, 'message': message, 'reply_to': reply_to})
        return self._answer(reply_to, timeout) if wait_for_reply else None

    def _answer(self, reply_to, timeout):
        deadline = time.monotonic() + (timeout or 60)
        while time.monotonic() < deadline:
            body = self._store.take([reply_to])
            if body is None:
                time.sleep(POLL_SECONDS)
            elif body['failure']:
                raise common.deserialize_remote_exception(
                    body['failure'], self._allowed_remote_exmods)
            else:
                return body['reply']
        raise oslo_messaging.MessagingTimeout('No answer from the bus')

    def send_notification(self, target, ctxt, message, version, retry=None):
        """Nobody listens."""

    def listen(self, target, batch_size, batch_timeout):
        listener = Listener(self._store, [
            (target.topic, target.server), (target.topic, None)])
        return base.PollStyleListenerAdapter(
            listener, batch_size, batch_timeout)

    def listen_for_notifications(self, targets_and_priorities, pool,
                                 batch_size, batch_timeout):
        raise oslo_messaging.UnsupportedVersion('no notifications')

    def cleanup(self):
        """The file goes with its folder."""


def install():
    """Let oslo.messaging find the driver in this process."""
    from oslo_messaging import transport

    found = transport.driver.DriverManager

    def manager(namespace, name, *args, **kwargs):
        if (namespace, name) != ('oslo.messaging.drivers', 'bus'):
            return found(namespace, name, *args, **kwargs)

        class Manager:
            driver = Driver(*kwargs['invoke_args'], **kwargs['invoke_kwds'])

        return Manager

    class Loader:
        DriverManager = staticmethod(manager)

    transport.driver = Loader
