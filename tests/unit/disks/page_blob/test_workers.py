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

from concurrent import futures
import threading

from jacket_azure import exceptions
from tests.unit.disks.page_blob import base

WORKERS = 4


class WorkersTest(base.PageBlobDisksTestCase):
    """Several processes do the same at the same time."""

    def together(self, act):
        """Run an action in as many processes at once.

        :returns: what each returned or raised
        """
        models = [self.restarted() for _ in range(WORKERS)]
        for disks in models:
            disks.skus()
        start = threading.Barrier(WORKERS)

        def run(disks):
            start.wait(20)
            try:
                return act(disks)
            except exceptions.JacketAzureError as exc:
                return exc

        with futures.ThreadPoolExecutor(WORKERS) as pool:
            return list(pool.map(run, models))

    def assert_some_good(self, found):
        """At least one has done it, the others did or were refused."""
        bad = [each for each in found if isinstance(each, Exception)]
        self.assertTrue(len(bad) < WORKERS, bad)
        for each in bad:
            self.assertIsInstance(each, (
                exceptions.Conflict, exceptions.PreconditionFailed,
                exceptions.InUse))

    def test_create(self):
        for _ in range(3):
            spec = self.spec(size_gib=2)
            self.assert_some_good(
                self.together(lambda disks, spec=spec: disks.create(spec)))
            self.assert_disk(spec.name, 2)

    def test_clone(self):
        name = self.volume(at_0=b'a')
        snapshot = self.disks.create_snapshot(self.snapshot_spec(name))
        for size_gib in (1, 3):
            spec = self.spec(size_gib=size_gib)
            self.assert_some_good(self.together(
                lambda disks, spec=spec: disks.create_from_snapshot(
                    spec, snapshot.name)))
            self.assert_disk(spec.name, size_gib, at_0=b'a')

    def test_grow(self):
        for _ in range(3):
            name = self.volume(at_0=b'a')
            self.assert_some_good(self.together(
                lambda disks, name=name: disks.grow(name, 3)))
            self.assert_disk(name, 3, at_0=b'a')

    def test_delete(self):
        name = self.volume()
        found = self.together(lambda disks: disks.delete(name))
        self.assertIn(True, found)
        self.assertEqual({True, False}, set(found) | {False})
        self.assertIsNone(self.azurite.size(name))

    def test_fill(self):
        spec = self.spec()

        def fill(disks):
            made = disks.open_writer(spec)
            made.write(0, b'f' * 512)
            made.close()

        found = self.together(fill)
        self.assertIn(None, found)
        self.assert_some_good(found)
        self.assert_disk(spec.name, 1, at_0=b'f')
