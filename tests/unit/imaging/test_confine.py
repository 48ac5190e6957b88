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

import json
import os
import pathlib
import select
import signal
import subprocess
import sys

import fixtures

from jacket_azure.imaging import confine
from jacket_azure.imaging import converter
from jacket_azure.imaging import models
from tests import timeout
from tests.unit.imaging import images
from tests.unit.imaging.images import MIB

PYTHON = os.path.realpath(sys.executable)

#: a service that reads an image until it is killed
SERVICE = '''
import sys
from jacket_azure.imaging import converter
from jacket_azure.imaging import models
with converter.Converter(sys.argv[1], 'qcow2', int(sys.argv[2]),
                         models.Limits()) as running:
    print(running.pid, flush=True)
    sys.stdin.read()
'''

#: the same with green threads, and one that counts while another reads
GREEN = '''
import eventlet
eventlet.monkey_patch()
import pathlib
import sys
from jacket_azure.imaging import models
from jacket_azure.imaging import sources
from jacket_azure.imaging import staging
ticks = 0
def tick():
    global ticks
    while True:
        ticks += 1
        eventlet.sleep(0)
eventlet.spawn(tick)
data = pathlib.Path(sys.argv[1]).read_bytes()
image = models.SourceImage(
    'id', 'name', len(data), 'qcow2', 'bare', None, 0, 'Linux', 'V1',
    'generalized', lambda: iter([data]))
area = staging.Staging(sys.argv[2], 1 << 30)
with sources.open_source(image, area, models.Limits()) as source:
    pool = eventlet.GreenPool(8)
    before = ticks
    pieces = list(pool.imap(lambda at: source.reader.read(at, 65536),
                            range(0, source.size_bytes, 65536)))
    during = ticks - before
pathlib.Path(sys.argv[1]).with_suffix('.disk').write_bytes(b''.join(pieces))
print(during)
'''


class ConfineTest(timeout.TestCase):

    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)

    def confined(self, *command, fds=(), **order):
        """Run a command in the place of qemu-nbd."""
        order = {
            'command': command, 'fds': list(fds), 'cpu_seconds': 60,
            'memory_bytes': 2 << 30, **converter._nobody(), **order}
        return subprocess.run(
            [sys.executable, '-I', '-S', confine.__file__,
             json.dumps(order)], stdout=subprocess.PIPE,
            stdin=self.life_line(), stderr=subprocess.STDOUT, text=True,
            pass_fds=fds)

    def life_line(self):
        ends = os.pipe()
        for end in ends:
            self.addCleanup(os.close, end)
        return ends[0]

    def test_files_that_it_is_not_given_are_not_there(self):
        if confine.ruleset(PYTHON, ()) is None:
            self.skipTest('this kernel has no Landlock')
        self.folder.chmod(0o755)
        path = self.folder / 'file'
        path.write_text('content')
        path.chmod(0o644)
        result = self.confined('/usr/bin/cat', '/etc/passwd', str(path))
        self.assertEqual(1, result.returncode)
        self.assertEqual(2, result.stdout.count('Permission denied'))
        with open(path) as file, open(os.devnull) as other:
            result = self.confined('/usr/bin/cat', '/proc/self/fd/4', fds=(
                other.fileno(), file.fileno()))
        self.assertEqual('content', result.stdout)

    def test_it_writes_no_file(self):
        self.folder.chmod(0o777)    # noqa: S103
        target = self.folder / 'file'
        result = self.confined(
            '/usr/bin/dd', 'if=/dev/zero', f'of={target}', 'count=1000')
        self.assertNotEqual(0, result.returncode)
        if target.exists():     # without Landlock the size is limited
            self.assertLessEqual(target.stat().st_size, 65536)

    def test_it_has_no_network(self):
        allowed = subprocess.run(['unshare', '--user', '--net', 'true'],
                                 capture_output=True)
        if allowed.returncode:
            self.skipTest('this host lets nobody leave its network')
        result = self.confined('/usr/bin/readlink', '/proc/self/ns/net')
        self.assertRegex(result.stdout, r'^net:\[\d+\]')
        self.assertNotEqual(
            os.readlink('/proc/self/ns/net'), result.stdout.strip())

    def test_it_is_nobody_when_the_service_is_root(self):
        result = self.confined('/usr/bin/id', '-u')
        if os.geteuid():
            self.assertNotEqual('0', result.stdout.strip())
        else:
            self.assertEqual(
                str(converter._nobody()['uid']), result.stdout.strip())

    def test_its_time_and_memory_are_bounded(self):
        result = self.confined('/usr/bin/sha512sum', '/dev/zero',
                               cpu_seconds=1)
        self.assertEqual(128 + signal.SIGKILL, result.returncode)
        result = self.confined(
            '/usr/bin/dd', 'if=/dev/zero', 'of=/dev/null', 'bs=3G', 'count=1')
        self.assertEqual(1, result.returncode)
        self.assertIn('memory', result.stdout)

    def test_what_cannot_be_run_is_told(self):
        result = self.confined('/usr/bin/no-such-program')
        self.assertEqual(127, result.returncode)
        self.assertIn('FileNotFoundError', result.stdout)

    def test_descriptors_come_in_order_whatever_their_numbers(self):
        fds = []
        for letter in 'abc':
            path = self.folder / letter
            path.write_text(letter)
            path.chmod(0o644)
            fds.append(os.open(path, os.O_RDONLY))
        self.addCleanup(lambda: [os.close(fd) for fd in fds])
        # such that each would take the place of another
        for order in (fds, fds[::-1], [fds[1], fds[2], fds[0]]):
            result = self.confined(
                '/usr/bin/cat', *(f'/proc/self/fd/{n}' for n in (3, 4, 5)),
                fds=order)
            self.assertEqual(''.join('abc'[fds.index(fd)] for fd in order),
                             result.stdout)

    def image(self):
        path = self.folder / 'image'
        path.write_bytes(images.made('qcow2 version 3'))
        path.chmod(0o644)
        return path

    def test_it_ends_with_the_service(self):
        with subprocess.Popen(
                [sys.executable, '-c', SERVICE, str(self.image()),
                 str(3 * MIB)], stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, text=True) as service:
            supervisor = service.stdout.readline().strip()
            children = pathlib.Path(
                f'/proc/{supervisor}/task/{supervisor}/children')
            running = int(children.read_text())
            self.assertEqual('qemu-nbd\n', pathlib.Path(
                f'/proc/{running}/comm').read_text())
            ends = [os.pidfd_open(int(pid)) for pid in (supervisor, running)]
            service.kill()
        for end in ends:
            self.assertTrue(select.select([end], [], [], 30)[0])
            os.close(end)

    def test_it_ends_with_its_supervisor(self):
        path = str(self.image())
        with converter.Converter(
                path, 'qcow2', 3 * MIB, models.Limits()) as running:
            children = pathlib.Path(
                f'/proc/{running.pid}/task/{running.pid}/children')
            end = os.pidfd_open(int(children.read_text()))
            os.kill(running.pid, signal.SIGKILL)
            self.assertTrue(select.select([end], [], [], 30)[0])
            os.close(end)

    def test_it_works_with_green_threads(self):
        path = self.image()
        result = subprocess.run(
            [sys.executable, '-W', 'ignore', '-c', GREEN, str(path),
             str(self.folder / 'staging')], capture_output=True, text=True)
        self.assertEqual('', result.stderr[-2000:])
        self.assertEqual(
            images.disk(), path.with_suffix('.disk').read_bytes())
        # others ran while bytes were waited for
        self.assertGreater(int(result.stdout), 0)
