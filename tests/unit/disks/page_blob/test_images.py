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

"""Images that are VHDs in page blobs."""

import dataclasses

from jacket_azure import exceptions
from jacket_azure.disks import models
from jacket_azure.payload import tags
from tests import world
from tests.unit.disks import image_faults
from tests.unit.disks import images
from tests.unit.disks.page_blob import base


class PageBlobImageCase(base.PageBlobDisksTestCase):

    generation = 'V1'

    def setUp(self):
        super().setUp()
        # as Azure Stack Hub does
        self.azure.emulator.unmanaged_disks = True
        self.model = self.disks

    def make_model(self):
        return self.restarted()

    @staticmethod
    def os_disk_name(uuid_):
        return f'vhds/{uuid_}.vhd'

    def check_tagged(self):
        self.assertEqual([], [
            name for container in ('images', 'snapshots')
            for name in self.names(container)
            if self.azurite.metadata(name)['jacket_owner'] != world.OWNER])

    def assert_nothing_temporary(self):
        """Look for blobs and snapshots that a call should have deleted."""
        self.assertEqual([], [
            name for container in ('images', 'snapshots', 'vhds')
            for name in self.names(container)
            if '?snapshot=' in name or tags.KIND_TEMPORARY
            == self.azurite.metadata(name).get('jacket_kind')])

    def names(self, container):
        try:
            return self.azurite.names(container)
        except Exception as exc:
            self.assertIn('ContainerNotFound', str(exc))
            return []


class PageBlobImageTest(images.ImageTests, PageBlobImageCase):
    """What holds for both models."""


class PageBlobImageFaultsTest(image_faults.ImageFaults, PageBlobImageCase):
    """Every request of every verb goes wrong."""


class RequestsTest(images.ImageCase, PageBlobImageCase):
    """What images cost; Azure makes the machines' disks by itself."""

    def setUp(self):
        super().setUp()
        self.machine(images.SERVER, self.marketplace(images.SERVER))
        # containers are there from now on
        self.model.capture_image(
            self.server_spec(images.CACHED), images.SERVER)

    def test_capture(self):
        sent, image = self.counting(
            self.model.capture_image, self.server_spec(), images.SERVER)
        self.assertEqual(
            ['blobs.get', 'blobs.snapshot', 'blobs.copy', 'blobs.delete'],
            sent)
        sent, _ = self.counting(self.model.get_image, image.uri)
        self.assertEqual(['blobs.get'], sent)
        sent, _ = self.counting(self.model.list_images)
        self.assertEqual(['containers.list'] * 2, sent)
        sent, _ = self.counting(self.model.delete_image, image.uri)
        self.assertEqual(['blobs.get', 'blobs.delete'], sent)

    def test_prepare(self):
        image = self.model.get_image(self.model.image_name(images.CACHED))
        sent, _ = self.counting(
            self.model.prepare_os_disk, self.disk_spec(images.OTHER_SERVER),
            image)
        self.assertEqual(
            ['blobs.get', 'blobs.get', 'blobs.read', 'blobs.copy',
             'blobs.write'], sent)
        sent, _ = self.counting(
            self.model.prepare_os_disk, self.disk_spec(images.OTHER_SERVER),
            dataclasses.replace(image, state=models.GENERALIZED))
        self.assertEqual([], sent)


class PageBlobOnlyTest(images.ImageCase, PageBlobImageCase):
    """What machines with page blobs cannot, and what only they can."""

    def test_generation_2_and_trusted_launch(self):
        image = self.written()
        self.assertIn('generation V1', str(self.assertRaises(
            exceptions.InvalidRequest, self.model.prepare_os_disk,
            self.disk_spec(), dataclasses.replace(image, generation='V2'))))
        trusted = {'security_type': 'TrustedLaunch'}
        self.assertRaises(
            exceptions.InvalidRequest, self.model.prepare_os_disk,
            self.disk_spec(**trusted), image)
        self.assertRaises(
            exceptions.InvalidRequest, self.model.capture_image,
            self.server_spec(**trusted), images.SERVER)
        self.assertRaises(
            exceptions.InvalidRequest, self.model.open_image_writer,
            self.cached_spec(**trusted), 1)

    def test_a_server_is_of_generation_1_whatever_its_image_was(self):
        self.server()
        image = self.model.capture_image(
            self.server_spec(generation='V2'), images.SERVER)
        self.assertEqual('V1', self.model.get_image(image.uri).generation)

    def test_sizes_that_are_no_whole_gib(self):
        """An operator's VHD; the image of its server has the very bytes."""
        size = images.GIB + 5 * images.MIB
        self.azurite.client.create_container('images', exist_ok=True)
        self.azurite.client.create_page_blob('images/odd.vhd', size + 512)
        self.azurite.client.write_pages('images/odd.vhd', 512, b'o' * 512)
        self.azurite.client.write_pages(
            'images/odd.vhd', size, self.disks._new_footer('x/y', size))
        image = dataclasses.replace(
            self.model.get_image('images/odd.vhd'), os_type='Linux')
        self.assertEqual((size, 2), (image.size_bytes, image.size_gib))
        self.server(image=image)
        self.assertEqual(2, self.os_disk(images.SERVER).size_gib)
        boot = self.model.prepare_os_disk(
            self.disk_spec(images.OTHER_SERVER),
            dataclasses.replace(image, state=models.GENERALIZED))
        self.machine(images.OTHER_SERVER, boot)
        made = self.model.capture_image(
            self.server_spec(), images.OTHER_SERVER)
        self.assertEqual(0, made.size_bytes % images.MIB)
        self.assert_pattern(made, {512: b'o' * 512})

    def test_the_os_disk_of_somebody_else(self):
        image = self.written()
        name = self.os_disk_name(images.SERVER)
        self.azurite.client.create_container('vhds', exist_ok=True)
        self.azurite.client.create_page_blob(name, 1024)
        self.azurite.client.set_metadata(name, {'jacket_owner': 'another'})
        self.assertRaises(exceptions.Conflict, self.model.prepare_os_disk,
                          self.disk_spec(), image)
        self.assertEqual(1024, self.azurite.size(name))

    def test_a_capture_goes_on_when_its_process_ends(self):
        """Nothing temporary stays, not even of the first try."""
        self.server()
        self.model.capture_image(self.server_spec(images.CACHED),
                                 images.SERVER)
        self.faults.slow_operation(
            'PUT', 'blobs/copy', seconds=30, times=1)
        self._killed(3, lambda: self.model.capture_image(
            self.server_spec(), images.SERVER))
        name = self.model.image_name(images.UUID)
        self.assertFalse(self.model.get_image(name).usable)
        self.assert_pattern(self.restarted().capture_image(
            self.server_spec(), images.SERVER))
        self.assert_nothing_temporary()

    def test_a_capture_that_fails_leaves_nothing(self):
        self.server()
        for fail in (
                lambda: self.faults.fail_operation(
                    'PUT', 'blobs/copy', 'InternalError', times=1),
                lambda: self.faults.stick_operation(
                    'PUT', 'blobs/copy', times=1)):
            fail()
            self.assertRaises(
                exceptions.AzureError, self.model.capture_image,
                self.server_spec(), images.SERVER)
            self.assertEqual([], self.names('snapshots'))
            self.assert_nothing_temporary()

    def test_an_image_that_is_still_copied(self):
        self.machine(images.SERVER, self.marketplace(images.SERVER))
        self.faults.slow_operation(
            'PUT', 'blobs/copy', seconds=30, times=1)
        told = []
        image = self.model.capture_image(
            self.server_spec(), images.SERVER, told.append)
        self.assertTrue(image.usable)
        self.assertEqual(100, told[-1])
        self.assertGreater(len(told), 1)
        self.assertEqual(sorted(told), told)


class StackHubImageTest(images.ImageCase, PageBlobImageCase):
    """A cloud that takes no snapshot of what a machine has."""

    def setUp(self):
        super().setUp()
        self.disks._capabilities = dataclasses.replace(
            self.disks._capabilities, attached_blob_snapshots=False)

    def test_the_disk_is_copied_itself(self):
        self.server()
        image = self.model.capture_image(self.server_spec(), images.SERVER)
        self.assert_pattern(image)
        self.assert_nothing_temporary()
