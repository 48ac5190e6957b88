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

"""Images when something goes wrong, whatever the disk model."""

import dataclasses
import uuid

from jacket_azure import exceptions
from jacket_azure.disks import models
from jacket_azure.payload import tags
from tests.unit.disks import images


class ImageFaults(images.ImageCase):
    """Every request of every verb goes wrong, in each way."""

    def arranged(self):
        """Make a server of its own and return its id."""
        server = str(uuid.uuid4())
        self.machine(server, self.marketplace(server))
        return server

    def captured(self):
        """Make a server and an image of it."""
        server = self.arranged()
        self.model.capture_image(self.server_spec(server), server)
        return server

    def image_of(self, server):
        return self.model.get_image(self.model.image_name(server))

    def test_capture(self):
        def check(server):
            image = self.image_of(server)
            self.assertTrue(image.usable)
            self.assertEqual(server, image.tags[tags.ID])

        # what is made once, as containers
        self.captured()
        self.sweep(
            self.arranged,
            lambda model, server: model.capture_image(
                self.server_spec(server), server),
            check)

    def test_delete(self):
        def check(server):
            self.assertRaises(exceptions.NotFound, self.image_of, server)

        def arrange():
            server = self.captured()
            self.model.prepare_os_disk(
                self.disk_spec(str(uuid.uuid4())), dataclasses.replace(
                    self.image_of(server), state=models.GENERALIZED))
            return server

        self.sweep(
            arrange, lambda model, server: model.delete_image(
                model.image_name(server)), check)

    def test_prepare(self):
        def check(other):
            self.assertEqual(40, self.os_disk(other).size_gib)
            self.assertTrue(self.model.delete_os_disk(other))

        source = self.captured()
        image = self.image_of(source)
        self.sweep(
            lambda: str(uuid.uuid4()),
            lambda model, other: model.prepare_os_disk(
                self.disk_spec(other, size_gib=40), image),
            check)

    def test_write(self):
        def act(model, key):
            writer = model.open_image_writer(self.cached_spec(key), 1)
            try:
                writer.write(0, b'a' * 512)
                writer.close()
            except exceptions.AzureError:
                writer.abort()
                raise

        def check(key):
            image = self.model.get_image(self.model.cached_image_name(key))
            self.assertTrue(image.usable)
            self.assert_pattern(image, {0: b'a' * 512})

        act(self.model, images.KEY)
        self.sweep(lambda: uuid.uuid4().hex, act, check)
