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


"""Servers of images whose bytes Glance has, and bytes back from servers."""

import hashlib
import pathlib
import random
import subprocess
import types

import fixtures
from nova import exception

from tests import disk_contents
from tests import image_signatures
from tests.functional.nova import images

MIB = 1024 ** 2
CHUNK = 4 * MIB
#: Glance's name; qemu-img's name and options
FORMATS = {
    'raw': 'raw',
    'qcow2': 'qcow2 -c',
    'vhd': 'vpc -o subformat=dynamic,force_size=on',
    'vhdx': 'vhdx -o subformat=dynamic',
    'vmdk': 'vmdk -o subformat=streamOptimized',
}


def content(seed=5):
    """Return some bytes with a hole; the disk is larger than they are."""
    noise = random.Random(seed)
    return b''.join((
        noise.randbytes(3 * MIB), bytes(9 * MIB), noise.randbytes(MIB),
        bytes(3 * MIB)))


def is_disk_of(path, expected, size_gib):
    """Tell whether a raw file begins with *expected*, and goes on empty."""
    with open(path, 'rb') as disk:
        if disk.read(len(expected)) != expected:
            return False
        while data := disk.read(CHUNK):
            if data != bytes(len(data)):
                return False
        return disk.tell() == size_gib * 1024 * MIB


class Bytes:
    """Mixed in: on one disk model."""

    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(
            self.useFixture(fixtures.TempDir()).path)

    def converted(self, data, disk_format):
        """Return the bytes of an image file with a disk's content."""
        raw, made = self.folder / 'raw', self.folder / 'made'
        raw.write_bytes(data)
        subprocess.run(
            ['qemu-img', 'convert', '-f', 'raw', '-O', *disk_format.split(),
             raw, made], check=True)
        return made.read_bytes()

    def upload(self, data, disk_format='raw', **properties):
        return self.images.create(
            'mine', data, self.user_token, 'private', disk_format,
            **properties)

    def download(self, image):
        """Return the file of an image, fetched in ranges."""
        path = self.folder / 'downloaded'
        with open(path, 'wb') as file:
            for first in range(0, image['size'], MIB * 16):
                last = min(first + MIB * 16, image['size']) - 1
                file.write(self.images.content(image['id'], first, last))
        digest = hashlib.sha512(path.read_bytes()).hexdigest()
        self.assertEqual(image['os_hash_value'], digest)
        return path

    def disk_of(self, image):
        """Return a raw file with what a downloaded image holds."""
        raw = self.folder / 'disk'
        subprocess.run(
            ['qemu-img', 'convert', '-f', image['disk_format'].replace(
                'vhd', 'vpc'), '-O', 'raw', self.download(image), raw],
            check=True)
        return raw

    def cached(self):
        cache = self.compute.manager.driver._backend.image_cache
        return list(cache.list())

    def test_n02_raw_and_back_as_qcow2(self):
        image = self.upload(content())
        server = self.boot(image, flavorRef=self.small)
        # nobody said otherwise: it takes a name and a key
        self.assertIn('osProfile', self.vm(server)['properties'])
        [kept] = self.cached()
        self.assertEqual(image['id'], kept.image_id)
        made = self.create_image(server, azure_image_upload='qcow2')
        self._delete_server(server)
        self.assertEqual('qcow2', made['disk_format'])
        self.assertTrue(is_disk_of(self.disk_of(made), content(), 1))
        # it boots without a transfer, and comes from the same bytes
        again = self.boot(made, flavorRef=self.small)
        self.assertNotIn('osProfile', self.vm(again)['properties'])
        self.assertEqual(1, len(self.cached()))

    def test_n02_every_format_boots(self):
        """And the OS disk holds what QEMU makes of it."""
        servers = {}
        for seed, (disk_format, options) in enumerate(FORMATS.items()):
            image = self.upload(
                self.converted(content(seed), options), disk_format)
            servers[disk_format] = seed, self.ask_for_server(
                imageRef=image['id'], flavorRef=self.small,
                **self.boot_options)
        for disk_format, (seed, server) in servers.items():
            self._wait_for_state_change(server, 'ACTIVE')
            found = disk_contents.Contents(self.azure)
            disk = self.os_disk(server)
            self.assertEqual(
                hashlib.sha256(content(seed)).hexdigest(),
                found.sha256(disk, len(content())), disk_format)
            found.check_zeros(disk, len(content()), 1024 * MIB)

    def os_disk(self, server):
        """Return what Azure calls the OS disk of a server."""
        entry = self.vm(server)['properties']['storageProfile']['osDisk']
        return types.SimpleNamespace(
            name=entry['name'], id=entry['managedDisk']['id']
            if 'managedDisk' in entry else entry['vhd']['uri'])

    def test_n02_signatures_that_cannot_be_verified(self):
        """Neither bytes that nobody signed, nor a snapshot of a server."""
        image = self.upload(b'\x55' * MIB)
        new = self.upload(b'\xaa' * MIB)
        made = self.create_image(self.boot(image, flavorRef=self.small))
        before = self.azure.resource_ids()
        self.flags(verify_glance_signatures=True, group='glance')
        for each in (new, image, made):
            fault = self.failed_build(
                imageRef=each['id'], flavorRef=self.small)
            self.assertIn('verify_glance_signatures', fault)
        self.assertRaises(
            exception.NovaException,
            self.compute.manager.driver.cache_image, self.user_context(),
            new['id'])
        self.assertEqual(before, self.azure.resource_ids())
        self.assertEqual(1, len(self.cached()))

    def test_n02_qcow2_is_brought_once(self):
        image = self.upload(
            self.converted(content(), 'qcow2'), 'qcow2',
            azure_os_state='specialized', os_type='windows')
        first = self.boot(image, flavorRef=self.small)
        properties = self.vm(first)['properties']
        self.assertNotIn('osProfile', properties)
        self.assertEqual(
            'Windows', properties['storageProfile']['osDisk']['osType'])
        self._delete_server(first)
        second = self.boot(image, flavorRef=self.small)
        self.assertEqual(1, self.log.text.count('Brought image'))
        made = self.create_image(second, azure_image_upload='vhd')
        self.assertEqual('vhd', made['disk_format'])
        self.assertTrue(is_disk_of(self.disk_of(made), content(), 1))

    def test_n02_bytes_that_are_no_image(self):
        before = self.azure.resource_ids()
        data = bytearray(self.converted(content(), 'qcow2'))
        # where the table of clusters lies: nowhere
        data[40:48] = b'\x00' * 7 + b'\x01'
        image = self.upload(bytes(data), 'qcow2')
        fault = self.failed_build(
            imageRef=image['id'], flavorRef=self.small)
        self.assertIn('mage', fault)
        self.assertEqual([], self.cached())
        self.assertEqual(before, self.azure.resource_ids())

    def test_n02_image_larger_than_the_flavor(self):
        made = self.folder / 'made'
        subprocess.run(
            ['qemu-img', 'create', '-q', '-f', 'qcow2', made, '2G'],
            check=True)
        image = self.upload(made.read_bytes(), 'qcow2')
        fault = self.failed_build(
            imageRef=image['id'], flavorRef=self.small)
        self.assertIn('root disk of 1 GiB is smaller', fault)
        self.assertEqual([], self.azure.resources('virtualMachines'))
        self.assertEqual([], self.azure.resources('networkInterfaces'))

    def test_n33_cache_is_kept_in_bounds(self):
        image = self.upload(content())
        self.assertEqual({image['id']: 'cached'}, self.precache(image))
        self.assertEqual({image['id']: 'existing'}, self.precache(image))
        mapped = self.glance.ubuntu
        self.assertEqual({mapped['id']: 'existing'}, self.precache(mapped))
        [kept] = self.cached()
        self.assertEqual(1, kept.image.size_gib)

    def precache(self, image):
        return self.compute.manager.cache_images(
            self.user_context(), [image['id']])


class ManagedBytesTest(Bytes, images.ImageTestCase):
    """On managed disks."""

    def test_n02_raw_content_for_all_images(self):
        """As the operator has said, and not the image."""
        self.flags(group='azure', image_upload='raw')
        server = self.boot(self.upload(content()), flavorRef=self.small)
        made = self.create_image(server)
        self.assertEqual(
            ('raw', 1024 * MIB), (made['disk_format'], made['size']))
        expected = hashlib.sha512(content())
        for _ in range(len(content()), 1024 * MIB, 16 * MIB):
            expected.update(bytes(16 * MIB))
        self.assertEqual(expected.hexdigest(), made['os_hash_value'])
        self.assertEqual(
            content(), self.images.content(
                made['id'], 0, len(content()) - 1))

    def test_n02_signed_images_are_verified_on_their_way(self):
        signer = image_signatures.Signer(self.images)
        self.useFixture(fixtures.MonkeyPatch(
            'cursive.signature_utils.get_certificate',
            signer.get_certificate))
        data = self.converted(content(), 'qcow2')
        good, bad, half = (
            signer.create(data, signed, 'qcow2', self.user_token, **more)
            for signed, more in (
                (None, {}), (b'other', {}),
                (None, {'img_signature_key_type': None})))
        # brought without a look at its signature, which proves nothing
        self.boot(bad, flavorRef=self.small)
        before = len(self.cached())
        self.flags(verify_glance_signatures=True, group='glance')
        for image, words in (
                (bad, 'is not that of its bytes'),
                (half, 'it has no img_signature_key_type')):
            fault = self.failed_build(
                imageRef=image['id'], flavorRef=self.small)
            self.assertIn(words, fault)
            self.assertEqual(before, len(self.cached()))
        self.boot(good, flavorRef=self.small)
        self.assertEqual(before + 1, len(self.cached()))
        # what was brought was verified, and is again if it is signed anew
        self.assertEqual({good['id']: 'existing'}, self.precache(good))
        self.flags(enable_certificate_validation=True, group='glance')
        fault = self.failed_build(
            imageRef=bad['id'], flavorRef=self.small)
        self.assertIn('default_trusted_certificate_ids', fault)
        self.assertEqual(before + 1, len(self.cached()))


class PageBlobBytesTest(images.OnPageBlobs, Bytes, images.ImageTestCase):
    """On Azure Stack Hub with page blobs."""
