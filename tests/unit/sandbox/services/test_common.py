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

import subprocess
import sys
import textwrap

import fixtures

from tests import timeout


class SqliteTest(timeout.TestCase):
    """In a process of its own: the settings hold for all of SQLAlchemy."""

    def run_script(self, script):
        done = subprocess.run(
            [sys.executable, '-c', textwrap.dedent(script)], text=True,
            capture_output=True, timeout=120,
            cwd=self.useFixture(fixtures.TempDir()).path)
        self.assertEqual(0, done.returncode, done.stderr)
        return done.stdout.split()

    def test_transactions_of_oslo_db_queue_for_the_write_lock(self):
        said = self.run_script("""
            import sqlite3
            from oslo_db.sqlalchemy import engines
            import sqlalchemy
            from jacket_azure.sandbox.services import common
            common.tune_sqlite()
            engine = engines.create_engine('sqlite:///x.sqlite')
            other = sqlite3.connect('x.sqlite', timeout=0)
            with engine.begin() as connection:
                # a plain BEGIN would take the lock at the first write only
                try:
                    other.execute('BEGIN IMMEDIATE')
                except sqlite3.OperationalError:
                    print('locked')
            other.execute('BEGIN IMMEDIATE')
            print('free')
            """)
        self.assertEqual(['locked', 'free'], said)

    def test_readers_do_not_wait_for_a_writer(self):
        said = self.run_script("""
            from oslo_db.sqlalchemy import engines
            import sqlalchemy
            from jacket_azure.sandbox.services import common
            common.tune_sqlite()
            engine = engines.create_engine('sqlite:///x.sqlite')
            with engine.connect() as connection:
                for name in ('journal_mode', 'busy_timeout'):
                    print(connection.exec_driver_sql(
                        f'PRAGMA {name}').scalar())
            """)
        self.assertEqual(['wal', '60000'], said)


class ServeTest(timeout.TestCase):
    """A whole service process, with a small application."""

    script = """
        import sys
        from jacket_azure.sandbox.services import common

        class Worker:
            def stop(self):
                print('worker stopped', flush=True)

        class Broken:
            def stop(self):
                raise RuntimeError('cannot stop')

        def application(environ, start_response):
            start_response('200 OK', [('Content-Type', 'text/plain')])
            return [b'hello']

        def start():
            print('arguments', sys.argv[1:], flush=True)
            if {fail}:
                raise SystemExit('no driver')
            return application, [Broken(), Worker()]

        common.run(start)
        """

    def start(self, port, fail=False):
        script = textwrap.dedent(self.script).replace('{fail}', str(fail))
        process = subprocess.Popen(
            [sys.executable, '-c', script, str(port)], text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def test_it_serves_and_stops_its_workers_on_sigterm(self):
        from jacket_azure.sandbox import ports
        from jacket_azure.sandbox import supervise
        from jacket_azure.sandbox import wait

        port = ports.choose(['x'])['x']
        process = self.start(port)
        wait.wait_for('x', lambda: None if supervise.answers(
            f'http://127.0.0.1:{port}') else 'silent', 60)
        process.terminate()
        output = process.communicate(timeout=60)[0]
        # the project must not see the port among its own arguments
        self.assertIn('arguments []', output)
        self.assertIn('worker stopped', output)
        self.assertEqual(0, process.returncode)

    def test_it_ends_when_it_cannot_start(self):
        process = self.start(1, fail=True)
        output = process.communicate(timeout=60)[0]
        self.assertIn('no driver', output)
        self.assertEqual(1, process.returncode)
