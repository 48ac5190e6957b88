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
import datetime
import uuid

from nova import exception as nova_exception
from oslo_utils import fixture as utils_fixture
from oslo_utils import timeutils

from jacket_azure.disks import models
from tests.unit.nova import volumes

MIB = 1024 ** 2


class _Killed(BaseException):
    """The process ends here."""


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

    def failing_copy(self):
        """Let Azure refuse to make the new disk, once."""
        self.azure.fail(
            'PUT', 'disks', 403, 'AuthorizationFailed', times=1,
            name=self.name(self.new))

    def assert_swapped(self):
        self.assertEqual(1, self.luns()[self.name(self.new)])
        self.assertEqual(2, len(self.luns()))
        self.assertEqual('Unattached', self.state(self.old))

    def assert_untouched(self):
        self.assertEqual(1, self.luns()[self.name(self.old)])
        self.assertEqual(2, len(self.luns()))

    def copies_kept(self):
        return [disk.name for disk in self.disks.list()
                if 'kept' in disk.name]

    def tags_of(self, disk):
        """Return a disk's tags without that which a swap leaves."""
        return {name: value for name, value in disk.tags.items()
                if name != 'jacket-kept'}

    @contextlib.contextmanager
    def dying(self, part, name, skip=0):
        """Let the process end at a call, after some that it survives."""
        call, calls = getattr(part, name), []

        def die(*arguments, **options):
            calls.append(name)
            if len(calls) > skip:
                raise _Killed()
            return call(*arguments, **options)

        setattr(part, name, die)
        try:
            yield
        finally:
            delattr(part, name)


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
            (after.size_gib, after.kind, self.tags_of(after)))

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
            # what it held is there, in one place or the other
            self.assertTrue(
                {self.name(self.new), *self.copies_kept()}
                & {disk.name for disk in self.disks.list()}, number)
            source = self.disks.get(self.name(self.old))
            self.assertEqual(2, source.size_gib, number)
            # the user tries again
            self.swap()
            self.assert_swapped()

    def test_the_copy_fails_and_the_old_one_comes_back(self):
        before = self.disks.get(self.name(self.new))
        self.failing_copy()
        self.assertRaises(nova_exception.NovaException, self.swap)
        self.assert_untouched()
        # the new volume is as it was, and can be used
        after = self.disks.get(self.name(self.new))
        self.assertEqual(
            (before.size_gib, before.kind, before.tags, ()),
            (after.size_gib, after.kind, after.tags, after.attached_to))
        self.assertEqual(self.copies_kept(), [])
        self.swap()
        self.assert_swapped()
        self.assertEqual(self.copies_kept(), [])

    def test_killed_anywhere_it_can_be_asked_for_again(self):
        """As a process that dies: nothing is put back."""
        backend = self.driver._backend
        steps = {
            'before anything': (backend.disks, 'delete', 0),
            'before the copy to keep': (
                backend.disks, 'create_from_volume', 0),
            'before the detach': (backend.attachments, 'detach', 0),
            'after the detach': (backend.disks, 'delete', 1),
            'after the delete': (backend.disks, 'create_from_volume', 1),
            'after the copy': (backend.attachments, 'attach', 0),
            'after all but the cleaning': (backend.disks, 'delete', 2),
        }
        self.new = self.volume(size_gib=4, sku='Premium_LRS', tier='P30')
        before = self.disks.get(self.name(self.new))
        for step, place in steps.items():
            with self.dying(*place):
                self.assertRaises(_Killed, self.swap)
            self.assertEqual(
                2, self.disks.get(self.name(self.old)).size_gib, step)
            self.swap()
            self.assertIn(self.name(self.new), self.luns(), step)
            # Nova did not learn of it, and asks once more
            self.swap()
            self.assertIn(self.name(self.new), self.luns(), step)
            after = self.disks.get(self.name(self.new))
            self.assertEqual(
                (before.kind, before.tags),
                (after.kind, self.tags_of(after)), step)
            self.assertEqual([], self.copies_kept(), step)
            self.detach(self.new)
            self.attach(self.old)

    def test_the_new_disk_is_missing(self):
        self.disks.delete(self.name(self.new))
        self.refused('has no disk in Azure')

    def test_the_new_disk_is_not_ours(self):
        disk = self.disks.get(self.name(self.new))
        self.disks.tag(disk.name, {**disk.tags, 'jacket-owner': 'others'})
        self.refused('not ours')

    def test_a_copy_left_from_long_ago_is_not_taken(self):
        backend = self.driver._backend
        with self.dying(backend.attachments, 'detach'):
            self.assertRaises(_Killed, self.swap)
        [left] = self.copies_kept()
        before = self.disks.get(left).created
        self.azure.clock.advance(3600)
        self.failing_copy()
        self.assertRaises(nova_exception.NovaException, self.swap)
        body = self.azure.resource('disks', self.name(self.new))
        self.assertTrue(body['properties']['creationData'][
            'sourceResourceId'].endswith(left))
        self.assertLess(
            before, self.disks.get(self.name(self.new)).created)

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


class ContentTest(SwapTestCase):
    """The guest finds its bytes again."""

    contents = True

    def test_bytes(self):
        text = uuid.uuid4().bytes * 32
        self.detach(self.old)
        self.write(self.old, text, 0, MIB, 2 * 1024 * MIB - 512)
        self.attach(self.old)
        self.swap()
        self.detach(self.new)
        self.assert_bytes(
            self.new, text, 0, MIB, 2 * 1024 * MIB - 512)
        self.assert_bytes(self.new, bytes(512), 3 * 1024 * MIB)

    def test_a_swap_that_fails_keeps_what_the_new_volume_held(self):
        text = uuid.uuid4().bytes * 32
        self.write(self.new, text, 0, 4 * 1024 * MIB - 512)
        self.failing_copy()
        self.assertRaises(nova_exception.NovaException, self.swap)
        self.assert_untouched()
        self.assert_bytes(self.new, text, 0, 4 * 1024 * MIB - 512)

    def test_a_second_try_that_fails_keeps_it_as_well(self):
        """What the first try was killed at must not be taken for it."""
        text = uuid.uuid4().bytes * 32
        self.write(self.new, text, 0, 4 * 1024 * MIB - 512)
        backend = self.driver._backend
        for step, place, failure in (
                ('copied', (backend.attachments, 'attach'),
                 self.failing_copy),
                ('copied, not detached', (backend.attachments, 'attach'),
                 self.failing_detach),
                ('deleted, not detached',
                 (backend.disks, 'create_from_volume', 1),
                 self.failing_detach)):
            with self.dying(*place):
                self.assertRaises(_Killed, self.swap)
            self.attach(self.old)
            failure()
            self.assertRaises(nova_exception.NovaException, self.swap)
            self.assert_untouched()
            self.assertEqual([], self.copies_kept(), step)
            disk = self.disks.get(self.name(self.new))
            self.assertEqual(self.tags_of(disk), disk.tags, step)
            self.assert_bytes(self.new, text, 0, 4 * 1024 * MIB - 512)

    def test_what_was_left_long_ago_is_not_what_it_held(self):
        """The volume may have been used since."""
        begun = timeutils.utcnow()
        self.useFixture(utils_fixture.TimeFixture(begun))
        with self.dying(self.driver._backend.attachments, 'attach'):
            self.assertRaises(_Killed, self.swap)
        self.attach(self.old)
        tags = self.disks.get(self.name(self.new)).tags
        text = uuid.uuid4().bytes * 32
        self.write(self.new, text, 0)
        self.assertEqual(tags, self.disks.get(self.name(self.new)).tags)
        timeutils.advance_time_delta(datetime.timedelta(days=1, seconds=1))
        self.failing_copy()
        self.assertRaises(nova_exception.NovaException, self.swap)
        self.assert_untouched()
        self.assert_bytes(self.new, text, 0)

    def failing_detach(self):
        self.azure.fail(
            'POST', 'virtualMachines/attachDetachDataDisks', 403,
            'AuthorizationFailed', times=1)

    def write(self, info, text, *offsets):
        """Make a volume's disk again, with a text at some places."""
        spec = self.spec_of(info)
        self.disks.delete(self.name(info))
        writer = self.disks.open_writer(spec)
        for offset in offsets:
            writer.write(offset, text)
        writer.close()

    def assert_bytes(self, info, text, *offsets):
        reader = self.disks.open_reader(self.name(info))
        try:
            for offset in offsets:
                self.assertEqual(text, reader.read(offset, 512))
        finally:
            reader.close()

    def spec_of(self, info):
        disk = self.disks.get(self.name(info))
        return models.VolumeSpec(
            disk.name, disk.size_gib, disk.kind, disk.tags)
