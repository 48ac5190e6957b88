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

"""Disks in page blobs, looked at through Azurite."""

import datetime
import uuid

from jacket_azure.disks import models
from jacket_azure.disks import page_blob
from jacket_azure.emulator import vhd_footer
from jacket_azure.payload import tags
from jacket_azure.payload import vhd
from tests import world
from tests.unit.blob import base
from tests.unit.blob.base import GIB
from tests.unit.disks import cutting

NOW = datetime.datetime(2026, 11, 21, 10, tzinfo=datetime.UTC)
SKU = 'Standard_LRS'


class PageBlobDisksTestCase(cutting.Cutting, base.BlobTestCase):
    """:ivar disks: the model"""

    def setUp(self):
        super().setUp()
        self.disks = self.restarted()
        # from now on only blobs are asked for
        self.assertEqual((SKU,), self.disks.skus())

    def restarted(self):
        """Return the model of a process that knows nothing yet."""
        return page_blob.connect(self.conf.azure, self.client, lambda: NOW)

    # -- what is asked for

    def tags(self, uuid_, kind=tags.KIND_VOLUME):
        made, _ = tags.build(
            world.OWNER, kind, uuid_, 'project1', '2026-11-21T10:00:00+00:00')
        return made

    def spec(self, uuid_=None, size_gib=1, **changes):
        uuid_ = uuid_ or str(uuid.uuid4())
        return models.VolumeSpec(**{
            'name': self.disks.volume_name(uuid_), 'size_gib': size_gib,
            'kind': models.Kind(SKU), 'tags': self.tags(uuid_), **changes})

    def snapshot_spec(self, volume_name, uuid_=None, size_gib=1):
        uuid_ = uuid_ or str(uuid.uuid4())
        return models.SnapshotSpec(
            uuid_, volume_name, self.tags(uuid_, tags.KIND_SNAPSHOT),
            size_gib=size_gib)

    # -- what is made

    def volume(self, size_gib=1, **pages):
        """Make a volume, let a guest write, and return its name.

        :param pages: ``at_<GiB in 64ths>=b'.'``, one page each
        """
        spec = self.spec(size_gib=size_gib)
        self.disks.create(spec)
        for place, byte in pages.items():
            self.write(spec.name, self.offset(place), byte)
        return spec.name

    @staticmethod
    def offset(place):
        return int(place.removeprefix('at_')) * GIB // 64

    def write(self, name, offset, byte):
        """Let a guest write a page."""
        self.azurite.client.write_pages(name, offset, byte * 512)

    def attach(self, name):
        """Let a machine hold the blob."""
        return self.azurite.client.acquire_lease(name)

    # -- what there is

    def assert_disk(self, name, size_gib, snapshot=None, **pages):
        """Check every byte: these pages, and a footer where it belongs.

        :returns: the footer
        """
        path = name + (f'?snapshot={snapshot}' if snapshot else '')
        size = size_gib * GIB
        found = self.azurite.pages(path)
        footer = found.pop(size, b'')
        self.assertEqual('', vhd_footer.problem(footer, size), name)
        self.assertEqual(
            {self.offset(place): byte * 512
             for place, byte in pages.items()}, found)
        if not snapshot:
            self.assertEqual(size + 512, self.azurite.size(name))
        return vhd.parse(footer, size)

    def snapshots(self, name):
        """List stamps of the snapshots of a blob."""
        return [other.partition('?snapshot=')[2]
                for other in self.azurite.names('volumes')
                if other.startswith(f'{name}?snapshot=')]
