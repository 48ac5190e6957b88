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

"""What every service process needs: database settings, server, clean end."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
import logging
import os
import signal
import sys
import threading
import time
import traceback
from typing import Any

import sqlalchemy
from sqlalchemy import event

LOG = logging.getLogger(__name__)


def tune_sqlite(journal: str = 'WAL') -> None:
    """Let several threads and processes write to one sqlite file.

    oslo.db begins every transaction with a deferred BEGIN. Two readers that
    both want to become writers then fail at once with "database is locked",
    whatever the busy timeout; BEGIN IMMEDIATE makes them queue.

    :param journal: sqlite's ``journal_mode``
    """

    @event.listens_for(sqlalchemy.Engine, 'connect')
    def on_connect(connection, record):
        if 'sqlite' in type(connection).__module__:
            connection.execute('PRAGMA busy_timeout = 60000')
            connection.execute(f'PRAGMA journal_mode = {journal}')
            # a sandbox that survives a power cut is not needed
            connection.execute('PRAGMA synchronous = OFF')

    @event.listens_for(
        sqlalchemy.Engine, 'before_cursor_execute', retval=True)
    def on_execute(connection, cursor, statement, parameters, context, many):
        if statement == 'BEGIN' and connection.dialect.name == 'sqlite':
            statement = 'BEGIN IMMEDIATE'
        return statement, parameters


def serve(application: Any, port: int) -> Any:
    """Serve a WSGI application on loopback, one thread per request."""
    from werkzeug import serving

    class Handler(serving.WSGIRequestHandler):
        # werkzeug sends headers and body apart; Nagle would cost 40 ms each
        disable_nagle_algorithm = True

        def log_request(self, *args, **kwargs):
            """The services log their requests themselves."""

    serving.ThreadedWSGIServer.request_queue_size = 128
    server = serving.make_server(
        '127.0.0.1', port, application, threaded=True,
        request_handler=Handler)
    threading.Thread(
        target=server.serve_forever, name='wsgi', daemon=True).start()
    return server


def run(start: Callable[[], tuple[Any, Sequence[Any]]]) -> None:
    """Start one project, serve until SIGTERM, end the process.

    The port is the only argument of the process; the projects must not see
    it, as some of them parse ``sys.argv``.

    :param start: returns the WSGI application and the workers to stop
    """
    began = time.monotonic()
    port = int(sys.argv[1])
    del sys.argv[1:]
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    tune_sqlite()
    try:
        application, workers = start()
    except BaseException:
        # sys.exit() too: it would wait for the threads of other workers
        traceback.print_exc()
        logging.shutdown()
        os._exit(1)
    # some of the projects install handlers of their own
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    serve(application, port)
    LOG.info('ready after %.1f s, port %d', time.monotonic() - began, port)
    stopping.wait()
    for worker in workers:
        try:
            worker.stop()
        except Exception:
            LOG.exception('%r did not stop', worker)
    logging.shutdown()
    # not sys.exit(): it would wait for every thread of every thread pool
    os._exit(0)
