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


"""Images whose making fails leave neither a record nor a snapshot."""

import datetime

import fixtures
from nova import context

from jacket_azure.nova.images import snapshotops
from tests.functional.nova import images


class FailedImages:
    """Mixed in: on one disk model."""

    def setUp(self):
        super().setUp()
        # no pass over other images comes in between
        self.useFixture(fixtures.MonkeyPatch(
            'jacket_azure.nova.images.imageops.ImageOps.created',
            lambda ops, context: None))
        self.server = self.create_server()

    def state(self):
        """Return what there is in Azure and in Glance."""
        disks = self.compute.manager.driver._backend.disks
        return (self.azure.resource_ids(),
                sorted(image.name for image in disks.list_images()),
                sorted(image['id'] for image in self.images.list()))

    def attempt(self, **metadata):
        """Ask for an image, and wait until Nova is done with it."""
        self.action(self.server, 'createImage', {
            'name': 'attempt', 'metadata': metadata})
        self.wait_until(
            lambda: self.server_now(self.server)[
                'OS-EXT-STS:task_state'] is None, 'no task')

    def remove(self):
        for image in self.images.list():
            if image['name'] == 'attempt':
                disks = self.compute.manager.driver._backend.disks
                disks.delete_image(self.kept(image).name)
                self.images.delete(image['id'])

    def test_n15_any_request_that_fails(self):
        """Each request to Azure in turn fails, however repeated."""
        self.check_all()

    def test_n15_any_request_that_fails_with_bytes_for_glance(self):
        self.check_all(azure_image_upload='qcow2')

    def check_all(self, **metadata):
        # the sweep's proof that Glance hides nothing from it
        self.images.create('others', b'{}', self.user_token, 'private')
        before = self.state()
        with self.azure.recording() as made:
            self.attempt(**metadata)
        self.assertNotEqual(before, self.state())
        self.remove()
        self.assertEqual(before, self.state())
        for number in range(1, len(made) + 1):
            with self.azure.failing_for_good(number) as fault:
                self.attempt(**metadata)
            if not fault.fired:
                break
            if self.is_whole():
                # it could be done without
                self.remove()
            elif self.state() != before:
                # so could not what cleans up, and the sweep does it
                self.assertEqual(before[2], self.state()[2], number)
                self.sweep()
            self.assertEqual(before, self.state(), number)
            self.assertEqual('ACTIVE', self.server_now(
                self.server)['status'], number)

    def sweep(self):
        """Do two passes over the images there are, hours later."""
        reaper = self.compute.manager.driver.imageops._reaper
        ctxt = context.RequestContext(
            'admin', 'service', roles=['admin'], auth_token='a token')
        for hours in (2, 3):
            later = datetime.datetime.now(datetime.UTC) + datetime.timedelta(
                hours=hours)
            reaper._now = lambda later=later: later
            reaper.run(ctxt)

    def is_whole(self):
        """Tell whether there is an image, active and kept in Azure."""
        return any(
            image['name'] == 'attempt' and image['status'] == 'active'
            and self.kept(image) for image in self.images.list())

    def test_n15_glance_that_fails(self):
        before = self.state()
        for what in ('update', '_upload_data'):
            with fixtures.MonkeyPatch(
                    f'nova.image.glance.GlanceImageServiceV2.{what}',
                    self.broken):
                self.attempt()
            self.assertEqual(before, self.state(), what)

    def broken(self, *arguments, **options):
        raise RuntimeError('Glance is out')

    def test_n15_bytes_that_do_not_arrive_as_they_were(self):
        """A connection that is lost within, and a second try, say."""
        before = self.state()
        with fixtures.MonkeyPatch(
                'jacket_azure.imaging.passing.Passing.read',
                lambda content, length: b'' if content._size
                else content._source.read(length)):
            self.attempt(azure_image_upload='none')
        self.assertEqual(before, self.state())

    def test_n15_image_deleted_meanwhile(self):
        before = self.state()
        publish = snapshotops.SnapshotOps._publish

        def deleting(ops, context, image_id, *more):
            self.images.delete(image_id)
            return publish(ops, context, image_id, *more)

        with fixtures.MonkeyPatch(
                'jacket_azure.nova.images.snapshotops.SnapshotOps._publish',
                deleting):
            self.attempt()
        self.assertEqual(before, self.state())
        self.assertEqual('ACTIVE', self.server_now(self.server)['status'])

    def test_n15_server_deleted_meanwhile(self):
        capture = type(
            self.compute.manager.driver._backend.disks).capture_image

        def deleting(disks, *more, **options):
            image = capture(disks, *more, **options)
            self.set_instance(self.server, task_state='deleting')
            return image

        with fixtures.MonkeyPatch(
                f'{capture.__module__}.{capture.__qualname__}', deleting):
            self.action(self.server, 'createImage', {'name': 'attempt'})
            self.wait_until(
                lambda: 'attempt' not in {
                    each['name'] for each in self.images.list()},
                'no image')
        disks = self.compute.manager.driver._backend.disks
        self.assertEqual([], list(disks.list_images()))

    def test_n15_unknown_format(self):
        before = self.state()
        self.attempt(azure_image_upload='floppy')
        self.assertEqual(before, self.state())
        self.assertIn('floppy', self.log.text)


class ManagedFailedImagesTest(FailedImages, images.ImageTestCase):
    """On managed disks."""


class PageBlobFailedImagesTest(
        images.OnPageBlobs, FailedImages, images.ImageTestCase):
    """On Azure Stack Hub with page blobs."""
