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

"""Images that are snapshots of managed disks."""

import json
import pathlib

import fixtures

from jacket_azure import exceptions
from jacket_azure.disks import models
from jacket_azure.emulator import identity
from jacket_azure.payload import tags
from tests import world
from tests.unit.disks import cutting
from tests.unit.disks import image_faults
from tests.unit.disks import images
from tests.unit.disks.managed import base


class ManagedImageCase(cutting.Cutting, base.ManagedTestCase):

    contents = True
    generation = 'V2'

    def setUp(self):
        super().setUp()
        self.disks = self.model

    def restarted(self):
        return self.make_model()

    @staticmethod
    def os_disk_name(uuid_):
        return uuid_

    def check_tagged(self):
        self.assertEqual([], [
            body['name'] for kind in ('disks', 'snapshots', 'images')
            for body in self.azure.resources(kind)
            if not tags.is_owned(body, world.OWNER)])

    def assert_nothing_temporary(self):
        self.assertEqual([], [
            body['name'] for kind in ('disks', 'snapshots')
            for body in self.azure.resources(kind)
            if body['tags'][tags.KIND] == tags.KIND_TEMPORARY])


class ManagedImageTest(images.ImageTests, ManagedImageCase):
    """What holds for both models."""

    def test_a_failed_one_of_another_disk_is_made_again(self):
        spec = self.cached_spec()
        self.model.open_image_writer(spec, 1).close()
        left = self.azure.resource('snapshots', spec.name)
        stored = self.azure.emulator.store.get(left['id'])
        stored.properties['provisioningState'] = 'Failed'
        writer = self.make_model().open_image_writer(spec, 1)
        writer.close()
        self.assertEqual('Succeeded', self.azure.resource(
            'snapshots', spec.name)['properties']['provisioningState'])
        self.assertTrue(self.model.get_image(spec.name).usable)
        self.assert_nothing_temporary()


class ManagedImageFaultsTest(image_faults.ImageFaults, ManagedImageCase):
    """Every request of every verb goes wrong."""


class RequestsTest(images.ImageCase, ManagedImageCase):
    """What images cost, looks at operations left out."""

    contents = False

    def setUp(self):
        super().setUp()
        self.machine(images.SERVER, self.marketplace(images.SERVER))

    def test_capture(self):
        image, sent = self.sent(
            self.model.capture_image, self.server_spec(), images.SERVER)
        self.assertEqual([('PUT', 'snapshots.create_or_update')], sent)
        _, sent = self.sent(list, self.model.list_images())
        self.assertEqual([], sent)
        _, sent = self.sent(self.model.list_images)
        self.assertEqual([('GET', 'snapshots.list')], sent)
        _, sent = self.sent(self.model.get_image, image.uri)
        self.assertEqual([('GET', 'snapshots.get')], sent)

    def test_prepare(self):
        image = self.model.capture_image(self.server_spec(), images.SERVER)
        _, sent = self.sent(
            self.model.prepare_os_disk, self.disk_spec(images.OTHER_SERVER),
            image)
        # whatever was listed before: it may be older than what is there now
        self.assertEqual([
            ('GET', 'disks.get'), ('PUT', 'disks.create_or_update')], sent)

    def test_the_disk_goes_with_its_machine_unless_it_shall_not(self):
        image = self.model.capture_image(self.server_spec(), images.SERVER)
        for cascade in (True, False):
            self.machine(images.OTHER_SERVER, self.model.prepare_os_disk(
                self.disk_spec(images.OTHER_SERVER, cascade_delete=cascade),
                image))
            self.client.virtual_machines.delete(images.OTHER_SERVER)
            self.assertEqual(
                not cascade, self.model.delete_os_disk(images.OTHER_SERVER))

    def test_generalized(self):
        image = self.model.capture_image(
            self.server_spec(state=models.GENERALIZED), images.SERVER)
        put = [('GET', 'images.get'), ('PUT', 'images.create_or_update')]
        for expected in (put, put[:1]):
            boot, sent = self.sent(
                self.model.prepare_os_disk, self.disk_spec(), image)
            self.assertEqual(expected, sent)
        self.assertTrue(self.azure.resource('images', image.name)[
            'properties']['storageProfile']['zoneResilient'])
        _, sent = self.sent(self.model.delete_image, image.uri)
        self.assertEqual([
            ('GET', 'snapshots.get'), ('DELETE', 'images.delete'),
            ('DELETE', 'snapshots.delete'), ('GET', 'images.get')], sent)

    def test_a_machine_begins_while_its_image_is_deleted(self):
        image = self.model.capture_image(
            self.server_spec(state=models.GENERALIZED), images.SERVER)
        delete = self.client.snapshots.delete

        def begun(name):
            self.make_model().prepare_os_disk(self.disk_spec(), image)
            return delete(name)

        self.useFixture(fixtures.MonkeyPatch(
            f'{type(self.client.snapshots).__module__}.'
            f'{type(self.client.snapshots).__name__}.delete',
            lambda calls, name: begun(name)))
        self.assertTrue(self.model.delete_image(image.uri))
        self.assertEqual([], self.azure.resources('images'))

    def test_delete(self):
        image = self.model.capture_image(self.server_spec(), images.SERVER)
        _, sent = self.sent(self.model.delete_image, image.uri)
        self.assertEqual([
            ('GET', 'snapshots.get'), ('GET', 'images.get'),
            ('DELETE', 'snapshots.delete')], sent)


class FailuresTest(images.ImageCase, ManagedImageCase):
    """A capture that fails leaves nothing."""

    contents = False

    def setUp(self):
        super().setUp()
        self.machine(images.SERVER, self.marketplace(images.SERVER))

    def test_the_operation_fails(self):
        self.azure.emulator.faults.fail_operation(
            'PUT', 'snapshots', 'InternalExecutionError', times=1)
        self.assertRaises(
            exceptions.AzureError, self.model.capture_image,
            self.server_spec(), images.SERVER)
        self.assertEqual([], self.azure.resources('snapshots'))

    def test_no_answer_comes(self):
        fault = self.azure.emulator.faults.drop_reply('PUT', 'snapshots')
        self.assertRaises(
            exceptions.AzureError, self.model.capture_image,
            self.server_spec(), images.SERVER)
        self.assertTrue(fault.fired)
        self.assertEqual([], self.azure.resources('snapshots'))

    def test_another_process_makes_the_same_managed_image(self):
        image = self.model.capture_image(
            self.server_spec(state=models.GENERALIZED), images.SERVER)
        self.azure.emulator.faults.slow_operation(
            'PUT', 'images', seconds=30, times=1)
        self._killed(
            2, lambda: self.model.prepare_os_disk(self.disk_spec(), image))
        self.assertEqual('Creating', self.azure.resource(
            'images', image.name)['properties']['provisioningState'])
        self.machine(images.OTHER_SERVER, self.make_model().prepare_os_disk(
            self.disk_spec(images.OTHER_SERVER), image))


class StackHubTest(images.ImageCase, ManagedImageCase):
    """Azure Stack Hub has neither zones nor closed disks."""

    profile = 'stack_hub'
    generation = 'V1'

    def test_a_life(self):
        written = self.written(self.cached_spec(state=models.GENERALIZED))
        spec = self.disk_spec(
            sku='Standard_LRS', cascade_delete=False)
        boot = self.model.prepare_os_disk(spec, written)
        made = self.azure.resource('images', written.name)
        self.assertNotIn(
            'zoneResilient', made['properties']['storageProfile'])
        self.machine(images.SERVER, boot)
        image = self.model.capture_image(self.server_spec(), images.SERVER)
        self.assert_pattern(image)
        boot = self.model.prepare_os_disk(self.disk_spec(
            images.OTHER_SERVER, sku='Standard_LRS', cascade_delete=False),
            image)
        self.assertNotIn('deleteOption', boot.os_disk)
        self.machine(images.OTHER_SERVER, boot)
        for name in (written.name, image.name):
            self.assertTrue(self.model.delete_image(name))
        self.assertEqual([], self.azure.resources('snapshots'))
        self.assertEqual([], self.azure.resources('images'))
        self.assertEqual([], self.azure.invalid_requests())


class RoleTest(images.ImageCase, ManagedImageCase):
    """The Azure role we ship has the rights that images need."""

    ROLE = (pathlib.Path(__file__).parents[4]
            / 'etc/jacket_azure/azure-role.json')

    def test_the_role_is_enough(self):
        self.machine(images.SERVER, self.marketplace(images.SERVER))
        asked = set()
        authorize = identity.Identity.authorize

        def noting(self_, action, scope):
            asked.add(action.lower())
            return authorize(self_, action, scope)

        self.useFixture(fixtures.MonkeyPatch(
            'jacket_azure.emulator.identity.Identity.authorize', noting))
        written = self.written(self.cached_spec(state=models.GENERALIZED))
        self.assert_pattern(written)
        self.model.prepare_os_disk(self.disk_spec(images.OTHER_SERVER),
                                   written)
        made = self.model.capture_image(self.server_spec(), images.SERVER)
        self.model.prepare_os_disk(self.disk_spec(images.OTHER_SERVER), made)
        self.model.tag_image(made.name, made.tags)
        for image in self.model.list_images():
            self.model.delete_image(image.uri)
        self.assertIn('microsoft.compute/images/write', asked)
        allowed = {action.lower() for action in json.loads(
            self.ROLE.read_text())['Actions']}
        self.assertEqual(set(), asked - allowed)
