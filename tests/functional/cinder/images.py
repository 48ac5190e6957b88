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

"""Cinder with a real Glance, and images in every format."""

import functools
import hashlib
import json
import pathlib
import random
import subprocess

import fixtures
from oslo_config import cfg

from tests import disk_contents
from tests import glance_process
from tests.functional.cinder import base

CONF = cfg.CONF
MIB = disk_contents.MIB
# of the image's disk: no whole number of pieces of 4 MiB, nor of GiB
DISK_BYTES = 21 * MIB
#: Glance's name, qemu-img's name and options of what is brought
FORMATS = {
    'raw': ('raw', ()),
    'qcow2': ('qcow2', ()),
    'qcow2, compressed': ('qcow2', ('-c',)),
    'vhd': ('vpc', ('-o', 'subformat=dynamic,force_size=on')),
    'vhdx': ('vhdx', ('-o', 'subformat=dynamic')),
    'vmdk': ('vmdk', ('-o', 'subformat=streamOptimized')),
}


@functools.cache
def disk_bytes(seed):
    """Return the bytes of a small disk with holes, and its partitions."""
    noise = random.Random(seed)    # noqa: S311
    data = bytearray(DISK_BYTES)
    # no boot sector: Glance would look into its partition table
    for start, length in (
            (512, 4096), (3 * MIB, 3 * MIB), (9 * MIB + 512, 512),
            (DISK_BYTES - 4096, 4096)):
        data[start:start + length] = noise.randbytes(length)
    return bytes(data)


class ImagesTestCase(base.AzureVolumesTestCase):
    """:ivar images: see :class:`tests.glance_process.GlanceFixture`"""

    def setUp(self):
        self.images = self.useFixture(glance_process.GlanceFixture())
        self.folder = pathlib.Path(
            self.useFixture(fixtures.TempDir()).path)
        super().setUp()
        # of volumes in use
        self.override_config('enable_force_upload', True)

    def provide_glance(self):
        self.patch('cinder.image.glance._create_glance_client',
                   glance_process.cinders_client)

    def _get_flags(self):
        flags = super()._get_flags()
        flags['glance_api_servers'] = {'v': [self.images.endpoint]}
        flags['image_conversion_dir'] = {'v': str(self.folder / 'conversion')}
        flags['state_path'] = {'v': str(self.folder / 'state')}
        return flags

    # images

    def image_file(self, name, seed='disk', data=None):
        """Write an image's file in one of :data:`FORMATS`."""
        raw = self.folder / 'source.raw'
        raw.write_bytes(disk_bytes(seed) if data is None else data)
        kind, options = FORMATS[name]
        made = self.folder / f'source.{kind}'
        if kind != 'raw':
            self.qemu_img('convert', '-f', 'raw', '-O', kind, *options,
                          str(raw), str(made))
        return made

    def qemu_img(self, *arguments):
        """Run qemu-img; return what it says."""
        return subprocess.run(
            ['qemu-img', *arguments], check=True, capture_output=True,
            text=True).stdout

    def make_image(self, name='raw', seed='disk', **values):
        """Make an image in Glance in one of :data:`FORMATS`."""
        with open(self.image_file(name, seed), 'rb') as file:
            return self.images.create(
                'disk', file, disk_format=name.partition(',')[0], **values)

    def converted_sha256(self, path, kind):
        """Return length and hash of what qemu-img makes of an image."""
        raw = self.folder / 'converted.raw'
        self.qemu_img('convert', '-f', kind, '-O', 'raw', str(path), str(raw))
        with open(raw, 'rb') as file:
            return (raw.stat().st_size,
                    hashlib.file_digest(file, 'sha256').hexdigest())

    def virtual_bytes(self, path, kind):
        """Return the size of the disk in an image's file."""
        return json.loads(self.qemu_img(
            'info', '--output=json', '-f', kind, str(path)))['virtual-size']

    # volumes

    def check_holds(self, volume, length, sha256, size_gib=1):
        """Raise unless a volume holds these bytes and then zeros."""
        disk = self.disk(volume)
        self.assertEqual(sha256, self.contents.sha256(disk, length))
        self.contents.check_zeros(disk, length, size_gib * disk_contents.GIB)
        self.contents.check_vhd(disk, size_gib)

    def images_kept(self):
        """Name the images that are kept in Azure."""
        return sorted(image.name for image in self.disks.list_images())

    def staged(self):
        """List the files left in the staging folder."""
        return [path for path in (self.folder / 'state').rglob('*')
                if path.is_file() and path.name != 'lock']
