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


import dataclasses
import pathlib
import threading
import types

import fixtures

from jacket_azure import exceptions
from jacket_azure.disks import models as disk_models
from jacket_azure.imaging import cache
from jacket_azure.imaging import staging
from tests import timeout
from tests.unit.imaging import images
from tests.unit.imaging import memory
from tests.unit.imaging.memory import GIB

OWNER = 'cloud'
HOUR = 3600


class Images:
    """The verbs of a disk model, over a dictionary."""

    def __init__(self):
        self.images = {}
        self.written = []
        self.calls = []
        self.begun = threading.Event()
        self.go_on = threading.Event()
        self.go_on.set()

    def cached_image_name(self, key):
        return f'image-{key}'

    def get_image(self, name):
        try:
            return self.images[name]
        except KeyError:
            raise exceptions.NotFound(name) from None

    def list_images(self):
        return list(self.images.values())

    def delete_image(self, name):
        self.calls.append(('delete', name))
        return self.images.pop(name, None) is not None

    def tag_image(self, name, tags_):
        self.calls.append(('tag', name))
        self.images[name] = dataclasses.replace(
            self.get_image(name), tags=tags_)
        return self.images[name]

    def open_image_writer(self, spec, size_gib):
        self.begun.set()
        self.go_on.wait(30)
        model = self

        class Writer(memory.Disk):
            def close(self):
                super().close()
                model.images.setdefault(spec.name, disk_models.Image(
                    spec.name, f'/{spec.name}', size_gib * GIB, spec.os_type,
                    spec.generation, spec.state, None, spec.tags, None))

        self.written.append(Writer(size_gib * GIB))
        return self.written[-1]


class CacheTestCase(timeout.TestCase):
    """A cache over a disk model in memory."""

    def setUp(self):
        super().setUp()
        self.now = 1_800_000_000.0
        self.disks = Images()
        self.conf = types.SimpleNamespace(
            owner=OWNER, image_cache_size_gib=100,
            image_cache_grace_time=24 * HOUR, image_max_size_gib=10,
            image_transfer_threads=2)
        folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.staging = staging.Staging(str(folder), GIB)
        self.cache = self.restarted()

    def restarted(self):
        """Return the cache of another process."""
        return cache.ImageCache(
            self.disks, self.conf, self.staging, lambda: self.now)

    def image(self, number=1, **facts):
        return dataclasses.replace(
            images.source_image(images.disk(), 'raw'),
            id=f'{number:08d}-0000-0000-0000-000000000000', **facts)

    def bring(self, *ages):
        """Bring images that were used so many hours ago; return names."""
        names, now = [], self.now
        for number, age in enumerate(ages):
            self.now = now - age * HOUR
            names.append(self.cache.ensure(self.image(number)).name)
        self.now = now
        return names
