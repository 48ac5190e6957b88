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


"""What Azure keeps of an image goes when Glance has it no more, and only then.

With the real Glance, which shows nobody but an administrator the images of
other projects.
"""

import datetime

import fixtures
from nova import context
from nova.image import glance

from jacket_azure.nova.images import image_reaper
from tests.functional.nova import images

HOUR = datetime.timedelta(hours=1)


class Deleted:
    """Mixed in: on one disk model."""

    def setUp(self):
        super().setUp()
        self.ops = self.compute.manager.driver.imageops
        self.ahead = 2 * HOUR
        self.addCleanup(self.ops.wait, 60)
        self.useFixture(fixtures.MonkeyPatch(
            'jacket_azure.nova.images.image_reaper.Reaper._now',
            lambda reaper: datetime.datetime.now(datetime.UTC) + self.ahead,
        ))
        # on the instance it would hide the method
        del self.ops._reaper._now

    def service(self, *roles, user='admin'):
        """Let Nova have a service user with these roles."""
        self.useFixture(fixtures.MonkeyPatch(
            'nova.context.get_nova_service_user_context',
            lambda: context.RequestContext(
                user, 'service', roles=list(roles))))

    def sweep(self):
        self.run_periodic('_run_image_cache_manager_pass')
        self.ops.wait(60)

    def twice(self):
        """Two passes of which the second may delete."""
        self.sweep()
        self.ahead += HOUR
        self.sweep()

    def two_images(self):
        server = self.create_server()
        return [self.create_image(server, name) for name in ('one', 'two')]

    def test_j3_periodically(self):
        self.service('admin')
        gone, stays = self.two_images()
        self.twice()
        self.assertIsNotNone(self.kept(gone))
        self.images.delete(gone['id'])
        self.sweep()
        self.assertIsNotNone(self.kept(gone))
        self.ahead += HOUR
        self.sweep()
        self.assertIsNone(self.kept(gone))
        self.assertIsNotNone(self.kept(stays))
        self.assertIn(gone['id'], self.log.text)

    def test_j3_young_images_stay(self):
        self.service('admin')
        gone, _ = self.two_images()
        self.images.delete(gone['id'])
        self.ahead = datetime.timedelta(0)
        self.sweep()
        self.sweep()
        self.assertIsNotNone(self.kept(gone))

    def test_j3_who_is_no_administrator_sees_nothing(self):
        """To him all images of others look deleted."""
        self.service('member', user='fake')
        gone, _ = self.two_images()
        self.images.delete(gone['id'])
        self.twice()
        self.assertIsNotNone(self.kept(gone))
        self.assertIn('no role admin', self.log.text)

    def test_j3_glance_that_does_not_answer(self):
        self.service('admin')
        self.flags(num_retries=0, group='glance')
        gone, stays = self.two_images()
        self.images.delete(gone['id'])
        real = glance.API.get
        for broken in ('get', 'get_all'):
            with fixtures.MonkeyPatch(
                    f'nova.image.glance.API.{broken}', self.broken):
                self.twice()
                if broken == 'get':
                    self.assertIsNotNone(self.kept(gone))
        with fixtures.MonkeyPatch(
                'nova.image.glance.API.get',
                lambda api, ctxt, image_id, **more: (
                    self.broken() if image_id == stays['id']
                    else real(api, ctxt, image_id, **more))):
            self.twice()
        self.assertIsNotNone(self.kept(stays))

    def broken(self, *arguments, **options):
        raise RuntimeError('Glance is out')

    def test_j3_empty_glance_is_no_evidence(self):
        self.service('admin')
        one, two = self.two_images()
        for image in self.images.list():
            self.images.delete(image['id'])
        self.twice()
        self.assertIsNotNone(self.kept(one))
        self.assertIsNotNone(self.kept(two))
        # what everybody is shown proves nothing, nor what is one's own
        self.images.create('public', b'something')
        self.images.create(
            'own', b'something', self.images.token('x', 'service', 'member'),
            'private')
        self.twice()
        self.assertIsNotNone(self.kept(one))
        self.others_image()
        self.twice()
        self.assertIsNone(self.kept(one))

    def others_image(self):
        return self.images.create(
            'another', b'something', self.user_token, 'private')

    def test_j3_named_by_another_image_or_the_mapping_file(self):
        self.service('admin')
        named, mapped = self.two_images()
        gone = self.create_image(self.create_server(), 'gone')
        # the name counts, however it is written
        self.images.create(
            'names', b'{}', visibility='community', os_hidden=True,
            azure_uri=named['azure_uri'].upper())
        self.others_image()
        text = self.azure.mapping_file.read_text()
        self.azure.mapping_file.write_text(text.replace(
            'images:\n', f'images:\n  golden:\n    id: '
            f'{mapped["azure_uri"]}\n    os_type: linux\n', 1))
        for image in (named, mapped, gone):
            self.images.delete(image['id'])
        self.twice()
        self.assertIsNotNone(self.kept(named))
        self.assertIsNotNone(self.kept(mapped))
        self.assertIsNone(self.kept(gone))

    def test_j3_kept_by_an_operator_or_in_a_dry_run(self):
        self.service('admin')
        self.others_image()
        gone, kept = self.two_images()
        disks = self.compute.manager.driver._backend.disks
        found = self.kept(kept)
        disks.tag_image(found.name, {**found.tags, 'jacket-keep': 'yes'})
        for image in (gone, kept):
            self.images.delete(image['id'])
        self.flags(janitor_dry_run=True, group='azure')
        self.twice()
        self.assertIsNotNone(self.kept(gone))
        self.flags(janitor_dry_run=False, group='azure')
        self.twice()
        self.assertIsNone(self.kept(gone))
        self.assertIsNotNone(self.kept(kept))

    def test_j3_when_the_user_makes_the_next_image(self):
        """Without a service user users' tokens ask, and nothing is deleted.

        Glance answers a user the same of an image of another project.
        """
        self.api = self.api_fixture.api
        server = self.create_server()
        gone = self.create_image(server, 'gone')
        others = self.create_image(server, 'others')
        self.ops.wait(60)
        # an administrator gives it to another project
        self.images.ask(
            'PATCH', f'/images/{others["id"]}', headers={
                'Content-Type':
                'application/openstack-images-v2.1-json-patch'},
            json=[{'op': 'replace', 'path': '/owner', 'value': 'another'}])
        self.forget_image(gone)
        stays = self.create_image(server, 'stays')
        self.ops.wait(60)
        for image in (gone, others, stays):
            self.assertIsNotNone(self.kept(image))
        for image in (gone, others):
            self.assertIn(f'no image {image["id"]}', self.log.text)
        self.assertNotIn(f'no image {stays["id"]}', self.log.text)


class ManagedDeletedTest(Deleted, images.ImageTestCase):
    """On managed disks."""

    def test_j3_bounded_and_again_when_azure_fails(self):
        self.service('admin')
        self.others_image()
        one, two = self.two_images()
        for image in (one, two):
            self.images.delete(image['id'])
        self.flags(janitor_max_deletions=1, group='azure')
        self.twice()
        self.assertEqual(1, sum(
            self.kept(image) is not None for image in (one, two)))
        self.azure.fail(
            'DELETE', 'snapshots', 409, 'OperationNotAllowed', times=1)
        self.sweep()
        self.sweep()
        self.assertIsNone(self.kept(one) or self.kept(two))
        self.assertEqual(300, image_reaper.PAUSE.total_seconds())


class PageBlobDeletedTest(
        images.OnPageBlobs, Deleted, images.ImageTestCase):
    """On Azure Stack Hub with page blobs."""
