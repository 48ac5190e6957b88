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

"""The server: TLS, kept connections, many at once, a clean stop."""

import concurrent.futures
import contextlib
import json
import os
import pathlib
import socket
import ssl
import subprocess
import sys
import threading
from unittest import mock
import urllib.parse

import fixtures
import requests

from jacket_azure.emulator import server
from tests.unit.emulator import base

EVENTLET = """
import eventlet
eventlet.monkey_patch()
import requests
from jacket_azure.emulator import server
with server.Emulator(contents=False) as emulator:
    session = requests.Session()
    session.trust_env = False
    session.verify = emulator.ca_file
    url = emulator.endpoint + '/metadata/endpoints'
    pool = eventlet.GreenPool(8)
    found = pool.imap(lambda n: session.get(url, timeout=30).status_code,
                      range(24))
    print(sorted(set(found)))
"""


class ServingTest(base.EmulatorTestCase):
    """One server and its clients."""

    def setUp(self):
        super().setUp()
        self.url = self.emulator.endpoint + '/metadata/endpoints'

    def test_certificate_is_checked(self):
        stranger = requests.Session()
        stranger.trust_env = False
        self.addCleanup(stranger.close)
        self.assertRaises(requests.exceptions.SSLError, stranger.get,
                          self.url, timeout=30)
        self.assertEqual(200, self.session.get(
            self.url, timeout=30).status_code)

    def test_strict_checks_of_python_3_13_hold(self):
        context = ssl.create_default_context(cafile=self.emulator.ca_file)
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        where = urllib.parse.urlsplit(self.url)
        with socket.create_connection(
                (where.hostname, where.port), timeout=30) as plain:
            with context.wrap_socket(
                    plain, server_hostname='127.0.0.1') as wrapped:
                self.assertIn(wrapped.version(), ('TLSv1.2', 'TLSv1.3'))

    def test_connection_is_kept(self):
        for _ in range(3):
            answer = self.session.get(self.url, timeout=30)
            self.assertNotIn('Connection', answer.headers)
        pool = self.session.get_adapter(self.url).poolmanager
        [connections] = [pool.pools.get(key) for key in pool.pools.keys()]
        self.assertEqual(1, connections.num_connections)
        self.assertLessEqual(3, connections.num_requests)

    def test_many_at_once(self):
        count = 64
        barrier = threading.Barrier(count)
        token = self.token()

        def one(index):
            with requests.Session() as session:
                session.trust_env = False
                session.verify = self.emulator.ca_file
                barrier.wait(30)
                return session.get(
                    f'{self.emulator.endpoint}{self.network_path}'
                    f'/virtualNetworks?api-version={base.NETWORK_VERSION}',
                    headers={'Authorization': f'Bearer {token}'},
                    timeout=60).status_code

        with concurrent.futures.ThreadPoolExecutor(count) as pool:
            self.assertEqual({200}, set(pool.map(one, range(count))))

    def test_a_silent_client_holds_up_nobody(self):
        where = urllib.parse.urlsplit(self.url)
        with socket.create_connection((where.hostname, where.port)):
            self.assertEqual(200, self.session.get(
                self.url, timeout=10).status_code)

    def raw(self):
        """Return a TLS connection of our own."""
        context = ssl.create_default_context(cafile=self.emulator.ca_file)
        where = urllib.parse.urlsplit(self.url)
        plain = socket.create_connection((where.hostname, where.port), 30)
        wrapped = context.wrap_socket(plain, server_hostname='127.0.0.1')
        self.addCleanup(wrapped.close)
        return wrapped

    def head(self, length, *more):
        """Return the head of a PUT of an interface."""
        lines = (f'PUT {self.network_path}/networkInterfaces/raw'
                 f'?api-version={base.NETWORK_VERSION} HTTP/1.1', 'Host: x',
                 f'Authorization: Bearer {self.token()}',
                 'Content-Type: application/json',
                 f'Content-Length: {length}', *more, '', '')
        return '\r\n'.join(lines).encode()

    def test_a_client_that_waits_for_100_continue(self):
        body = json.dumps(self.nic_body()).encode()
        client = self.raw()
        client.sendall(self.head(len(body), 'Expect: 100-continue'))
        self.assertIn(b'100 Continue', client.recv(100))
        client.sendall(body)
        self.assertIn(b' 201 ', client.recv(100))

    def test_half_a_body_does_nothing(self):
        body = json.dumps(self.nic_body()).encode()
        client = self.raw()
        client.sendall(self.head(len(body) + 1) + body)
        socket.socket.shutdown(client, socket.SHUT_WR)
        with contextlib.suppress(ssl.SSLError):
            self.assertEqual(b'', client.recv(100))
        self.assertEqual([], list(self.emulator.requests))

    def test_no_length_at_all(self):
        for length in ('-5', 'many'):
            client = self.raw()
            client.sendall(self.head(length))
            self.assertIn(b' 400 ', client.recv(100))

    def test_a_lost_thread_does_not_end_the_server(self):
        with mock.patch.object(threading.Thread, 'start',
                               side_effect=RuntimeError('no more')):
            self.assertRaises((ssl.SSLError, OSError), self.raw)
        self.assertEqual(200, self.session.get(
            self.url, timeout=10).status_code)

    def test_started_and_stopped_many_times(self):
        folder = self.useFixture(fixtures.TempDir()).path
        before = None
        for _ in range(40):
            with server.Emulator(state_dir=folder, contents=False) as other:
                where = urllib.parse.urlsplit(other.endpoint)
                client = socket.create_connection(
                    (where.hostname, where.port))
            client.close()
            now = (threading.active_count(), len(os.listdir('/proc/self/fd')))
            before = before or now
        # fewer when something of an earlier test ends meanwhile
        for first, last in zip(before, now, strict=True):
            self.assertLessEqual(last, first)
        self.assertEqual(200, self.session.get(
            self.url, timeout=10).status_code)

    def test_stop_under_load(self):
        started = threading.Barrier(17)

        def ask(index):
            with requests.Session() as session:
                session.trust_env = False
                session.verify = self.emulator.ca_file
                session.get(self.url, timeout=30)
                started.wait(30)
                while True:
                    try:
                        session.get(self.url, timeout=30)
                    except OSError as exc:      # the CA's file has gone, too
                        return type(exc)

        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            clients = pool.map(ask, range(16))
            started.wait(30)
            self.emulator.stop()
            self.assertNotIn(requests.ReadTimeout, set(clients))

    def test_stop(self):
        self.session.get(self.url, timeout=30)
        before = threading.active_count()
        folder = pathlib.Path(self.emulator.ca_file).parent
        self.emulator.stop()
        self.assertLess(threading.active_count(), before)
        self.assertFalse(folder.exists())
        where = urllib.parse.urlsplit(self.url)
        self.assertRaises(ConnectionRefusedError, socket.create_connection,
                          (where.hostname, where.port))

    def test_under_eventlet(self):
        done = subprocess.run(
            [sys.executable, '-W', 'ignore', '-c', EVENTLET], timeout=120,
            capture_output=True, text=True)
        self.assertEqual(('[200]\n', 0), (done.stdout, done.returncode),
                         done.stderr)


class StateTest(base.EmulatorTestCase):
    """What a state folder keeps."""

    def test_restart(self):
        folder = self.useFixture(fixtures.TempDir()).path
        kept = []
        for _ in range(2):
            with server.Emulator(state_dir=folder,
                                 contents=False) as emulator:
                options = emulator.azure_options()
                kept.append((
                    pathlib.Path(emulator.ca_file).read_text(),
                    [options[name] for name in (
                        'tenant_id', 'client_id', 'client_secret',
                        'subscription_id')]))
        self.assertEqual(*kept)

    def test_options_reach_it(self):
        options = self.emulator.azure_options()
        self.assertEqual('custom', options['cloud'])
        self.assertEqual(self.emulator.endpoint, options['arm_endpoint'])
        self.assertEqual(self.emulator.endpoint + '/.default',
                         options['token_scope'])

    def test_bad_latency(self):
        self.assertRaises(ValueError, server.Emulator, latency='some')
