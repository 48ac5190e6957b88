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


import contextlib
import uuid

from nova import exception as nova_exception

from jacket_azure.disks import models
from tests.unit.nova import volumes

MIB = 1024 ** 2


class SwapTestCase(volumes.VolumeTestCase):
    """An instance with a volume at LUN 1, and another volume."""

    def setUp(self):
        super().setUp()
        self.attach(self.volume(size_gib=1))
        self.old = self.volume(size_gib=2)
        self.attach(self.old)
        self.new = self.volume(size_gib=4, sku='Standard_LRS')

    def swap(self, old=None, new=None, resize_to=0):
        self.driver.swap_volume(
            self.context, old or self.old, new or self.new, self.server,
            '/dev/sdc', resize_to)

    def assert_swapped(self):
        self.assertEqual(1, self.luns()[self.name(self.new)])
        self.assertEqual(2, len(self.luns()))
        self.assertEqual('Unattached', self.state(self.old))

    def assert_untouched(self):
        self.assertEqual(1, self.luns()[self.name(self.old)])
        self.assertEqual(2, len(self.luns()))


class SwapTest(SwapTestCase):
    """Detach, copy, attach at the same place."""

    def test_swap(self):
        before = self.disks.get(self.name(self.new))
        self.swap()
        self.assert_swapped()
        body = self.azure.resource('disks', self.name(self.new))
        self.assertEqual(
            self.old['data']['disk_id'].lower(), body['properties'][
                'creationData']['sourceResourceId'].lower())
        after = self.disks.get(self.name(self.new))
        self.assertEqual(
            (4, before.kind, before.tags),
            (after.size_gib, after.kind, after.tags))

    def test_a_larger_old_one(self):
        self.new = self.volume(size_gib=1)
        self.swap()
        self.assertEqual(2, self.disks.get(self.name(self.new)).size_gib)

    def test_resize_to(self):
        self.swap(resize_to=16)
        self.assertEqual(16, self.disks.get(self.name(self.new)).size_gib)

    def refused(self, *words, old=None, new=None):
        with self.azure.recording() as made:
            exc = self.assertRaises(
                nova_exception.InvalidInput, self.swap, old, new)
        for word in words:
            self.assertIn(word, exc.format_message())
        self.assertEqual({'GET'}, {one.method for one in made} | {'GET'})
        self.assert_untouched()

    def test_refused_before_anything_is_changed(self):
        attached = self.volume()
        self.attach(attached)
        exc = self.assertRaises(
            nova_exception.InvalidInput, self.swap, None, attached)
        self.assertIn('attached to the instance already', str(exc))
        self.detach(attached)
        other = self.instance()
        self.spawn(other, self.network_info(other, '192.168.1.77'))
        self.attach(attached, other)
        self.refused('attached to another instance', new=attached)
        self.refused('not attached to the instance', old=attached)
        self.refused('several instances', new=self.volume(
            sku='Premium_LRS', size_gib=256, max_shares=2))
        for word, data in {
                'zone 2': {'zone': '2'}, 'read-only': {'access_mode': 'ro'},
                'westus': {'location': 'westus'}}.items():
            self.refused(word, new={
                **self.new, 'data': {**self.new['data'], **data}})

    def test_any_single_failure_loses_nothing(self):
        with self.azure.recording() as made:
            self.swap()
        count = len(made)
        self.assertGreater(count, 4)
        for number in range(1, count + 1):
            self.detach(self.new)
            self.disks.delete(self.name(self.new))
            self.new = self.volume(size_gib=4)
            self.attach(self.old)
            with self.azure.failing_for_good(number):
                with contextlib.suppress(nova_exception.NovaException):
                    self.swap()
            source = self.disks.get(self.name(self.old))
            self.assertEqual(2, source.size_gib, number)
            # the user tries again
            self.swap()
            self.assert_swapped()

    def test_the_copy_fails_and_the_old_one_comes_back(self):
        self.azure.fail('PUT', 'disks', 403, 'AuthorizationFailed', times=1)
        self.assertRaises(nova_exception.NovaException, self.swap)
        self.assert_untouched()
        # the new volume is empty again, and can be used
        disk = self.disks.get(self.name(self.new))
        self.assertEqual((4, ()), (disk.size_gib, disk.attached_to))
        body = self.azure.resource('disks', self.name(self.new))
        self.assertEqual(
            'Empty', body['properties']['creationData']['createOption'])
        self.swap()
        self.assert_swapped()

    def test_killed_anywhere_it_can_be_asked_for_again(self):
        """As a process that dies: nothing is put back."""
        backend = self.driver._backend
        steps = {
            'after the detach': (backend.disks, 'delete'),
            'after the delete': (backend.disks, 'create_from_volume'),
            'after the copy': (backend.attachments, 'attach'),
        }
        for step, (part, name) in steps.items():
            with self.dying(part, name):
                self.assertRaises(_Killed, self.swap)
            self.assertEqual(
                2, self.disks.get(self.name(self.old)).size_gib, step)
            self.swap()
            self.assertIn(self.name(self.new), self.luns(), step)
            # Nova did not learn of it, and asks once more
            self.swap()
            self.assertIn(self.name(self.new), self.luns(), step)
            self.detach(self.new)
            self.attach(self.old)

    @contextlib.contextmanager
    def dying(self, part, name):
        def die(*arguments, **options):
            raise _Killed()

        setattr(part, name, die)
        try:
            yield
        finally:
            delattr(part, name)

    def test_the_volume_it_boots_from(self):
        boot = self.volume(size_gib=30)
        boot['data']['os_type'] = 'Linux'
        server = self.instance(image_ref='', key_data=None)
        self.spawn(
            server, self.network_info(server, '192.168.1.79'), devices={
                'block_device_mapping': [
                    {'boot_index': 0, 'connection_info': boot}]})
        exc = self.assertRaises(
            nova_exception.InvalidInput, self.driver.swap_volume,
            self.context, boot, self.new, server, '/dev/sda', 0)
        self.assertIn('boots from volume', exc.format_message())


class _Killed(BaseException):
    """The process ends here."""


class ContentTest(SwapTestCase):
    """The guest finds its bytes again."""

    contents = True

    def test_bytes(self):
        text = uuid.uuid4().bytes * 32
        spec = self.spec_of(self.old)
        self.detach(self.old)
        self.disks.delete(self.name(self.old))
        writer = self.disks.open_writer(spec)
        for offset in (0, MIB, 2 * 1024 * MIB - 512):
            writer.write(offset, text)
        writer.close()
        self.attach(self.old)
        self.swap()
        self.detach(self.new)
        reader = self.disks.open_reader(self.name(self.new))
        self.addCleanup(reader.close)
        for offset in (0, MIB, 2 * 1024 * MIB - 512):
            self.assertEqual(text, reader.read(offset, 512))
        self.assertEqual(bytes(512), reader.read(3 * 1024 * MIB, 512))

    def spec_of(self, info):
        disk = self.disks.get(self.name(info))
        return models.VolumeSpec(
            disk.name, disk.size_gib, disk.kind, disk.tags)
