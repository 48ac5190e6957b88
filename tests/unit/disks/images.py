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

"""What holds for images whatever the disk model.

The bytes take the whole way: written to an image, booted from by a machine,
captured from it while it runs, and read again.
"""

import dataclasses

from jacket_azure import exceptions
from jacket_azure.disks import models
from jacket_azure.payload import names
from jacket_azure.payload import tags
from tests import world

UUID = '9b2d1cf0-6f1a-4c55-8c3c-0d4a2b7a1e11'
SERVER = '1f8e0c6e-2f38-4a2c-9a3d-5f1f8f0f7d01'
OTHER_SERVER = '2f8e0c6e-2f38-4a2c-9a3d-5f1f8f0f7d02'
KEY = '0123456789abcdef0123456789abcdef'
CACHED = '3f8e0c6e-2f38-4a2c-9a3d-5f1f8f0f7d03'
MIB = 1024**2
GIB = 1024**3
OS_PROFILE = {'computerName': 'one', 'adminUsername': 'azureuser',
              'adminPassword': 'Correct-Horse-9'}
PATTERN = {0: b'a' * 512, 64 * MIB: b'b' * 4096, GIB - 512: b'c' * 512}


def tags_of(uuid_, kind, owner=world.OWNER):
    made, _ = tags.build(
        owner, kind, uuid_, 'project1', '2026-11-21T10:00:00+00:00')
    return made


class ImageCase:
    """Mixed into a test case of one model.

    :ivar model: the model
    :cvar generation: of its images
    """

    # -- what is asked for

    def server_spec(self, uuid_=UUID, **changes):
        return models.ImageSpec(**{
            'name': self.model.image_name(uuid_),
            'tags': tags_of(uuid_, tags.KIND_IMAGE),
            'os_type': 'Linux', **changes})

    def cached_spec(self, key=KEY, **changes):
        return models.ImageSpec(**{
            'name': self.model.cached_image_name(key),
            'tags': tags_of(CACHED, tags.KIND_IMAGE),
            'os_type': 'Linux', 'generation': self.generation, **changes})

    def disk_spec(self, uuid_=SERVER, **changes):
        return models.OsDiskSpec(**{
            'uuid': uuid_, 'tags': tags_of(uuid_, tags.KIND_OS_DISK),
            **changes})

    # -- what is done

    def written(self, spec=None, size_gib=1, pattern=PATTERN):
        """Bring an image's bytes to Azure and return it."""
        spec = spec or self.cached_spec()
        writer = self.model.open_image_writer(spec, size_gib)
        for offset, data in pattern.items():
            writer.write(offset, data)
        writer.close()
        return self.model.get_image(spec.name)

    def machine(self, uuid_, boot, zone=None, os_profile=None, **properties):
        """Make a machine of a name that is its instance's id."""
        nic = self.client.network_interfaces.create_or_update(uuid_, {
            'location': world.LOCATION, 'properties': {'ipConfigurations': [
                {'name': 'ip', 'properties': {'subnet': {
                    'id': self.azure.subnet_id('private')}}}]}})
        profile = {'osDisk': boot.os_disk}
        if boot.image_reference:
            profile['imageReference'] = boot.image_reference
        body = {
            'tags': tags_of(uuid_, tags.KIND_INSTANCE),
            'location': world.LOCATION, 'properties': {
                'hardwareProfile': {'vmSize': 'Standard_D2s_v5'},
                'storageProfile': profile,
                'networkProfile': {'networkInterfaces': [{'id': nic['id']}]},
                **properties}}
        if zone:
            body['zones'] = [zone]
        if os_profile is None:
            os_profile = boot.has_os_profile
        if os_profile:
            body['properties']['osProfile'] = OS_PROFILE
        self.client.virtual_machines.create(uuid_, body)

    def marketplace(self, uuid_):
        """Let a machine boot from an image of the marketplace."""
        return models.Boot(
            self.model.describe_os_disk(models.OsDiskSpec(uuid_)),
            {'publisher': 'Canonical', 'offer': 'ubuntu-24_04-lts',
             'sku': 'server-gen1' if self.generation == 'V1' else 'server',
             'version': 'latest'}, True)

    def server(self, uuid_=SERVER, image=None, **options):
        """Boot a server from an image."""
        image = image or self.written()
        self.machine(uuid_, self.model.prepare_os_disk(
            self.disk_spec(uuid_), image), **options)

    def os_disk(self, uuid_):
        return self.model.get(self.os_disk_name(uuid_))

    def bytes_of(self, image):
        """Read all of an image: what is not zeros, by offset."""
        reader = self.model.open_image_reader(image.uri)
        try:
            self.assertEqual(image.size_bytes, reader.size_bytes)
            found = {}
            for offset, length in reader.ranges():
                data = reader.read(offset, length)
                for at in range(0, length, 512):
                    if any(data[at:at + 512]):
                        found[offset + at] = data[at:at + 512]
            return found
        finally:
            reader.close()

    def assert_pattern(self, image, pattern=PATTERN):
        pages = {offset + at: data[at:at + 512]
                 for offset, data in pattern.items()
                 for at in range(0, len(data), 512)}
        self.assertEqual(pages, self.bytes_of(image))


class ImageTests(ImageCase):
    """The tests themselves."""

    def test_a_servers_image_outlives_it_and_boots(self):
        self.server()
        told = []
        image = self.model.capture_image(
            self.server_spec(), SERVER, told.append)
        self.assertEqual(100, told[-1])
        self.assertEqual(
            ('Linux', self.generation, models.SPECIALIZED, 1, True),
            (image.os_type, image.generation, image.state, image.size_gib,
             image.usable))
        self.assertEqual(image, dataclasses.replace(
            self.model.get_image(image.uri), created=image.created))
        self.client.virtual_machines.delete(SERVER)
        self.model.delete_os_disk(SERVER)
        self.model.delete_image(self.model.cached_image_name(KEY))
        boot = self.model.prepare_os_disk(
            self.disk_spec(OTHER_SERVER, size_gib=2), image)
        self.assertFalse(boot.has_os_profile)
        self.assertRaises(
            exceptions.AzureError, self.machine, OTHER_SERVER, boot,
            os_profile=True)
        self.machine(OTHER_SERVER, boot)
        self.assert_pattern(image)
        again = self.model.capture_image(
            self.server_spec(CACHED), OTHER_SERVER)
        self.assertEqual(2, again.size_gib)
        self.assert_pattern(again)
        self.assertEqual({image.name, again.name}, {
            one.name for one in self.model.list_images()})

    def test_to_capture_again_gives_the_same(self):
        self.server()
        self.model.capture_image(self.server_spec(), SERVER)
        before = self.model.get_image(self.model.image_name(UUID))
        again = self.make_model().capture_image(self.server_spec(), SERVER)
        self.assertEqual(before.uri, again.uri)
        self.assertEqual(before, self.model.get_image(again.uri))
        self.assert_nothing_temporary()

    def test_a_name_that_is_taken(self):
        self.server()
        self.model.capture_image(self.server_spec(), SERVER)
        other = self.server_spec(tags=tags_of(SERVER, tags.KIND_IMAGE))
        self.assertRaises(exceptions.Conflict,
                          self.model.capture_image, other, SERVER)
        self.assertEqual(UUID, self.model.get_image(
            self.model.image_name(UUID)).tags[tags.ID])
        self.assert_nothing_temporary()

    def test_there_is_no_such_server(self):
        self.assertRaises(exceptions.NotFound, self.model.capture_image,
                          self.server_spec(), SERVER)
        self.assertEqual([], list(self.model.list_images()))

    def test_a_generalized_image(self):
        image = self.written(self.cached_spec(state=models.GENERALIZED))
        self.assertEqual(models.GENERALIZED, image.state)
        boot = self.model.prepare_os_disk(self.disk_spec(size_gib=2), image)
        self.assertTrue(boot.has_os_profile)
        self.assertRaises(exceptions.AzureError, self.machine, SERVER, boot,
                          os_profile=False)
        self.machine(SERVER, boot)
        # the second is made of what the first has left
        self.server(OTHER_SERVER, image)
        made = self.model.capture_image(self.server_spec(), SERVER)
        self.assertEqual(2, made.size_gib)
        self.assert_pattern(made)
        self.assertTrue(self.model.delete_image(image.name))
        self.assertRaises(exceptions.NotFound, self.model.get_image,
                          image.name)
        self.assertEqual([made.name], [
            one.name for one in self.model.list_images()])
        self.assertFalse(self.model.delete_image(image.name))

    def test_volumes_are_made_of_images(self):
        image = self.written()
        spec = self.spec(size_gib=3)
        self.model.create_from_image(spec, {'id': image.uri})
        reader = self.model.open_reader(spec.name)
        self.assertEqual(3 * GIB, reader.size_bytes)
        for offset, data in PATTERN.items():
            self.assertEqual(data, reader.read(offset, len(data)))
        reader.close()

    def test_disks_that_are_too_small(self):
        image = self.written(size_gib=2)
        for state in (models.SPECIALIZED, models.GENERALIZED):
            self.assertRaises(
                exceptions.InvalidRequest, self.model.prepare_os_disk,
                self.disk_spec(size_gib=1),
                dataclasses.replace(image, state=state))

    def test_nobody_says_which_system_it_is(self):
        image = dataclasses.replace(self.written(), os_type=None)
        self.assertIn('azure_os_type', str(self.assertRaises(
            exceptions.InvalidRequest, self.model.prepare_os_disk,
            self.disk_spec(), image)))

    def test_what_an_earlier_attempt_has_left_is_not_booted(self):
        """It may have been used, or be of another image."""
        one = self.written()
        other = self.written(
            self.cached_spec('f' * 32, tags=tags_of(UUID, tags.KIND_IMAGE)),
            pattern={512: b'z' * 512})
        self.model.prepare_os_disk(self.disk_spec(size_gib=3), one)
        self.model = self.make_model()
        self.server(image=other)
        self.assert_pattern(
            self.model.capture_image(self.server_spec(), SERVER),
            {512: b'z' * 512})

    def test_the_disk_of_a_machine_is_not_replaced(self):
        image = self.written()
        self.server(image=image)
        self.assertRaises(exceptions.InUse, self.model.prepare_os_disk,
                          self.disk_spec(), image)

    def test_a_prepared_disk_that_is_not_wanted_after_all(self):
        image = self.written()
        self.model.prepare_os_disk(self.disk_spec(), image)
        self.assertTrue(self.model.delete_os_disk(SERVER))
        self.assertFalse(self.model.delete_os_disk(SERVER))

    def test_a_disk_that_stays_keeps_no_other(self):
        image = self.written()
        self.server(image=image)
        other = names.os_disk_names(SERVER)[1]
        self.model.make_os_disk(
            dataclasses.replace(self.disk_spec(), name=other), image)
        self.assertRaises(exceptions.InUse, self.model.delete_os_disk, SERVER)
        self.assertFalse(self.model.delete_os_disk(SERVER, other))

    def test_two_write_one_image(self):
        first = self.model.open_image_writer(self.cached_spec(), 1)
        other = self.make_model()
        second = other.open_image_writer(self.cached_spec(), 1)
        for writer in (first, second):
            writer.write(0, b'a' * 512)
            self.assertEqual([], list(self.model.list_images()))
        second.close()
        first.close()
        [image] = self.model.list_images()
        self.assert_pattern(image, {0: b'a' * 512})
        self.assert_nothing_temporary()

    def test_an_image_that_was_given_up(self):
        writer = self.model.open_image_writer(self.cached_spec(), 1)
        writer.write(0, b'a' * 512)
        writer.abort()
        writer.abort()
        self.assertEqual([], list(self.model.list_images()))
        self.assert_nothing_temporary()

    def test_tags_can_be_changed(self):
        image = self.written(self.cached_spec(state=models.GENERALIZED))
        changed = self.model.tag_image(
            image.name, {**image.tags, 'jacket-last-used': 'today'})
        self.assertEqual(('today', models.GENERALIZED, 'Linux'), (
            changed.tags['jacket-last-used'], changed.state,
            changed.os_type))
        self.assertEqual(changed.tags, self.model.get_image(image.uri).tags)

    def test_what_is_not_ours_is_not_touched(self):
        image = self.written()
        self.model.tag_image(image.name, {
            **image.tags, tags.KIND: tags.KIND_SNAPSHOT})
        self.assertRaises(exceptions.Conflict, self.model.delete_image,
                          image.name)
        self.assertEqual([], list(self.model.list_images()))
        self.model.get_image(image.name)

    def test_names_that_are_none(self):
        for name in ('https://example.org/x/y.vhd?sig=abc',
                     'https://example.org/x/y.vhd', '/subscriptions/x'):
            for verb in (self.model.get_image, self.model.open_image_reader):
                told = str(self.assertRaises(exceptions.InvalidRequest,
                                             verb, name))
                self.assertNotIn('abc', told)
