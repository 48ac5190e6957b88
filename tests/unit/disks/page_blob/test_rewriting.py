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


"""Images written over volumes that are there."""

import uuid

from jacket_azure import exceptions
from jacket_azure.disks import models
from jacket_azure.emulator import vhd_footer
from tests.unit.disks.page_blob import base
from tests.unit.disks.page_blob.base import GIB

MIB = 1024 ** 2
IMAGE = 'images/own.vhd'
# in the image there are zeros where these are
OLD = {'at_0': b'o', 'at_1': b'o', 'at_63': b'o'}
NEW = {'at_0': b'n', 'at_2': b'n'}


class RewriteTest(base.PageBlobDisksTestCase):

    def setUp(self):
        super().setUp()
        self.azurite.client.create_container('images')
        self.make(IMAGE, GIB)

    def make(self, path, size_bytes):
        self.azurite.client.create_page_blob(path, size_bytes + 512)
        for place, byte in NEW.items():
            if self.offset(place) < size_bytes:
                self.write(path, self.offset(place), byte)
        self.azurite.client.write_pages(
            path, size_bytes, vhd_footer.build(size_bytes, uuid.uuid4()))

    def arrange(self, size_gib=1):
        name = self.volume(size_gib, **OLD)
        return models.VolumeSpec(
            name, size_gib, models.Kind(base.SKU), self.disks.get(name).tags,
            os_type='Windows', generation='V2')

    def check(self, spec):
        footer = self.assert_disk(spec.name, spec.size_gib, **NEW)
        self.assertEqual(self.disks._identity(spec.name), footer.unique_id)
        disk = self.disks.get(spec.name)
        self.assertEqual(
            (True, dict(spec.tags), 'Windows', 'V2'),
            (disk.usable, disk.tags, disk.os_type, disk.generation))

    def rewrite(self, spec, image=IMAGE):
        return self.disks.rewrite_from_image(spec, spec.name, {'id': image})

    def test_nothing_of_before_stays_but_the_snapshots(self):
        for size_gib in (1, 3):
            spec = self.arrange(size_gib)
            snapshot = self.disks.create_snapshot(
                self.snapshot_spec(spec.name, size_gib=size_gib))
            disk = self.rewrite(spec)
            self.assertEqual((spec.name, size_gib), (disk.name, disk.size_gib))
            self.check(spec)
            self.assert_disk(spec.name, size_gib, snapshot.stamp, **OLD)

    def test_any_mishap_at_any_step(self):
        for size_gib in (1, 3):
            self.sweep(
                lambda size_gib=size_gib: self.arrange(size_gib),
                lambda disks, spec: disks.rewrite_from_image(
                    spec, spec.name, {'id': IMAGE}),
                self.check)

    def test_what_does_not_fit_is_refused(self):
        spec = self.arrange()
        self.make('images/large.vhd', GIB + MIB)
        error = self.assertRaises(
            exceptions.InvalidRequest, self.rewrite, spec, 'images/large.vhd')
        self.assertIn('1.00098 GiB', str(error))
        self.assert_disk(spec.name, 1, **OLD)

    def test_what_is_attached_is_not_rewritten(self):
        spec = self.arrange()
        self.attach(spec.name)
        self.assertRaises(exceptions.InUse, self.rewrite, spec)
        self.assert_disk(spec.name, 1, **OLD)
