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


from hypothesis import given
from hypothesis import strategies as st
import testtools

from jacket_azure import exceptions
from jacket_azure.payload import data_disk
from tests import timeout

DISK = ('/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/disks/'
        'volume-{}')
BLOB = 'https://a.blob.example/volumes/volume-{}.vhd'
LIMITS = st.integers(min_value=0, max_value=70)


def entry(number, lun, **values):
    return {'lun': lun, 'name': f'volume-{number}', 'createOption': 'Attach',
            'managedDisk': {'id': DISK.format(number)}, **values}


def machine(*entries):
    return {'properties': {'storageProfile': {'dataDisks': list(entries)}}}


def describe(disk_id, lun, caching):
    return {'lun': lun, 'managedDisk': {'id': disk_id}, 'caching': caching}


class LunTest(timeout.TestCase):
    """Never one that is taken, never one beyond the size."""

    @given(st.sets(st.integers(0, 63)), st.integers(0, 66), LIMITS)
    def test_lowest_free(self, taken, count, limit):
        free = [n for n in range(min(limit, 64)) if n not in taken]
        if count > len(free):
            self.assertRaises(
                exceptions.InvalidRequest, data_disk.choose_luns, taken,
                [None] * count, limit)
            return
        self.assertEqual(free[:count], data_disk.choose_luns(
            taken, [None] * count, limit))

    @given(st.sets(st.integers(0, 63)),
           st.lists(st.none() | st.integers(-1, 65), max_size=8), LIMITS)
    def test_laws(self, taken, wanted, limit):
        try:
            chosen = data_disk.choose_luns(taken, wanted, limit)
        except exceptions.InvalidRequest:
            return
        self.assertEqual(len(wanted), len(chosen))
        self.assertEqual(len(chosen), len(set(chosen)))
        self.assertEqual(set(), taken & set(chosen))
        for asked, lun in zip(wanted, chosen, strict=True):
            if asked is None:
                self.assertIn(lun, range(min(limit, 64)))
            else:
                self.assertEqual(asked, lun)

    def test_a_taken_one_is_refused(self):
        exc = self.assertRaises(
            exceptions.InvalidRequest, data_disk.choose_luns, {3}, [3], 8)
        self.assertEqual(
            'LUN 3 of the virtual machine is not free.', str(exc))


class ActionTest(testtools.TestCase):
    """The body of attachDetachDataDisks."""

    def test_several_at_once(self):
        self.assertEqual({
            'dataDisksToAttach': [
                {'diskId': DISK.format(1), 'caching': 'None',
                 'deleteOption': 'Detach'},
                {'diskId': DISK.format(2), 'caching': 'ReadOnly', 'lun': 5,
                 'deleteOption': 'Detach'}],
            'dataDisksToDetach': [
                {'diskId': DISK.format(3)},
                {'diskId': DISK.format(4), 'detachOption': 'ForceDetach'}],
        }, data_disk.build_action([
            data_disk.Attach(DISK.format(1)),
            data_disk.Detach(DISK.format(3)),
            data_disk.Attach(DISK.format(2), 'ReadOnly', 5),
            data_disk.Detach(DISK.format(4), force=True)]))

    def test_no_empty_list(self):
        self.assertEqual(
            ['dataDisksToDetach'],
            list(data_disk.build_action([data_disk.Detach('/x')])))


class ListTest(testtools.TestCase):
    """The whole list, for clouds without the action."""

    def build(self, vm, *changes, limit=4, gone=()):
        body = data_disk.build_list(vm, changes, limit, describe, gone)
        return body['properties']['storageProfile']['dataDisks']

    def test_others_stay_as_they_are(self):
        kept = entry(1, 1, caching='ReadOnly', diskSizeGB=4)
        vm = machine(kept, entry(2, 0))
        self.assertEqual(
            [kept, describe(DISK.format(3), 2, 'None')],
            self.build(vm, data_disk.Detach(DISK.format(2).upper()),
                       data_disk.Attach(DISK.format(3), 'None')))
        self.assertEqual(machine(kept, entry(2, 0)), vm)

    def test_a_disk_that_is_gone_is_left_out(self):
        self.assertEqual([entry(2, 1)], self.build(
            machine(entry(1, 0), entry(2, 1)), gone=[DISK.format(1)]))

    def test_by_force(self):
        self.assertEqual(
            [entry(1, 0, toBeDetached=True, detachOption='ForceDetach')],
            self.build(machine(entry(1, 0)),
                       data_disk.Detach(DISK.format(1), force=True)))

    def test_page_blobs_have_a_case(self):
        vm = machine({'lun': 0, 'vhd': {'uri': BLOB.format('a')}})
        self.assertEqual(1, len(self.build(
            vm, data_disk.Detach(BLOB.format('A')))))
        self.assertEqual([], self.build(
            vm, data_disk.Detach(BLOB.format('a'))))

    def test_one_too_many(self):
        exc = self.assertRaises(
            exceptions.InvalidRequest, self.build, machine(entry(1, 0)),
            data_disk.Attach('/x'), limit=1)
        self.assertIn('takes 1 data disks', str(exc))


class VerifyTest(testtools.TestCase):
    """A LUN is believed when Azure says it, once and of this disk."""

    def verify(self, change, *entries):
        return data_disk.verified_lun({'dataDisks': entries}, change)

    def test_it_is_there(self):
        self.assertEqual(7, self.verify(
            data_disk.Attach(DISK.format(1).upper()), entry(1, 7)))

    def test_it_is_not_there(self):
        change = data_disk.Attach(DISK.format(1))
        self.assertIsNone(self.verify(change, entry(2, 7)))
        self.assertIsNone(
            self.verify(change, entry(1, 7, toBeDetached=True)))
        self.assertIsNone(data_disk.verified_lun({}, change))

    def test_elsewhere(self):
        self.assertRaises(
            exceptions.OperationFailed, self.verify,
            data_disk.Attach(DISK.format(1), lun=3), entry(1, 7))

    def test_two_at_one(self):
        self.assertRaises(
            exceptions.OperationFailed, self.verify,
            data_disk.Attach(DISK.format(1)), entry(1, 7), entry(2, 7))
