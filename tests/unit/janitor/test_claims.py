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
"""What is left of volumes: what Cinder's records say, and what they do not."""

import dataclasses

import hypothesis
from hypothesis import strategies as st

from jacket_azure.janitor import claims
from jacket_azure.janitor import evidence
from jacket_azure.janitor import facts
from jacket_azure.janitor import rules
from tests import timeout
from tests.unit.janitor import worlds

KINDS = frozenset({'volume', 'upload', 'temporary'})
SCOPE = facts.Scope(worlds.OWNER, KINDS, worlds.HOST)
DAYS_AGO = worlds.NOW - 30 * worlds.AGE


def name_of(number, generation=''):
    tail = f'-{generation}' if generation else ''
    return f'volume-{worlds.uuid(number)}{tail}'


def disk(number, generation='', **changes):
    """Return a disk of a volume that has to go, if Cinder agrees."""
    name = changes.pop('name', name_of(number, generation))
    return dataclasses.replace(
        facts.Found(
            kind='volume', whose=facts.VOLUME, id=f'/Group/disks/{name}',
            name=name, owner=worlds.OWNER, host=None,
            uuid=worlds.uuid(number), identity=f'guid-{name}', etag=None,
            held_by=None, settled=True, reserved=False,
            changed=worlds.LONG_AGO), **changes)


def volume(number, name=None, busy=None, name_id=None):
    """Return Cinder's record of a volume."""
    uuids = {worlds.uuid(number)} | (
        {worlds.uuid(name_id)} if name_id is not None else set())
    return facts.Volume(
        worlds.uuid(number), frozenset(uuids),
        name_of(number) if name is None else name, busy)


# one that everybody knows, so that not to be known means something
KNOWN = disk(900), volume(900)


def decide(found, volumes, scope=SCOPE, now=worlds.NOW):
    """Decide in the second pass."""
    listing = facts.Listing(scope, tuple(found), (worlds.THERE,))
    questions = evidence.questions(listing, now, worlds.LIMITS)
    knowledge = facts.Knowledge(
        volumes=volumes if questions.volumes else None)
    suspects = {
        each.key: facts.Suspect(each.identity or '', DAYS_AGO)
        for each in found}
    return rules.decide(listing, knowledge, suspects, now, worlds.LIMITS)


def deleted(found, volumes, **options):
    return {judged.found.name
            for judged in decide(found, volumes, **options).deletions}


NUMBERS = st.sets(st.integers(0, 30), min_size=1, max_size=5).map(sorted)


class VolumesTest(timeout.TestCase):
    """Whether a disk goes is what Cinder's records say."""

    @hypothesis.given(NUMBERS)
    def test_what_cinder_does_not_know_goes(self, numbers):
        found = [disk(each) for each in numbers]
        self.assertEqual(
            {each.name for each in found},
            deleted([*found, KNOWN[0]], (KNOWN[1],)))

    @hypothesis.given(NUMBERS, st.booleans())
    def test_what_a_record_names_stays(self, numbers, shout):
        """Whatever its tags say: those of a leased blob cannot change."""
        found = [disk(each) for each in numbers]
        name = found[0].name.upper() if shout else found[0].name
        migrated = volume(800, name, name_id=numbers[0])
        self.assertEqual(
            {each.name for each in found[1:]},
            deleted([*found, KNOWN[0]], (KNOWN[1], migrated)))

    @hypothesis.given(NUMBERS)
    def test_what_is_being_made_stays(self, numbers):
        """Its record has no name yet, its disk may be there already."""
        found = [disk(each) for each in numbers]
        self.assertEqual(
            {each.name for each in found[1:]},
            deleted([*found, KNOWN[0]], (
                KNOWN[1], volume(numbers[0], name='', busy='creating'))))

    @hypothesis.given(st.sampled_from((
        'reverting', 'retyping', 'error', 'deleting', 'restoring-backup',
        'in-use, its migration migrating')))
    def test_an_older_disk_goes_when_nothing_is_done_with_its_volume(
            self, busy):
        older, own = disk(1), disk(1, '0a1b2c3d')
        self.assertEqual({older.name}, deleted(
            [older, own], (volume(1, own.name),)))
        self.assertEqual(set(), deleted(
            [older, own], (volume(1, own.name, busy),)))

    def test_an_older_disk_stays_where_the_own_one_is_missing(self):
        older, other = disk(1), disk(1, 'ff')
        self.assertEqual(set(), deleted(
            [older], (volume(1, other.name),)))
        # there is one of that name, but it is no volume's
        upload = dataclasses.replace(other, kind='upload')
        self.assertEqual(set(), deleted(
            [older, upload], (volume(1, other.name),)))

    def test_what_a_migration_gave_another_volume(self):
        """The new disk has the old name_id's uuid, the record another id."""
        new, old = disk(2), disk(1)
        record = volume(1, new.name, name_id=2)
        self.assertEqual({old.name}, deleted([new, old], (record,)))
        self.assertEqual(set(), deleted([new], (record,)))
        self.assertEqual(set(), deleted([new, old], (
            dataclasses.replace(record, busy='retyping'), )))

    @hypothesis.given(NUMBERS)
    def test_attached_disks_have_to_be_known(self, numbers):
        """Another Cinder's answer, or one of a database that was restored."""
        found = [disk(each) for each in numbers]
        stranger = disk(700, held_by='/s/virtualMachines/x')
        self.assertEqual(set(), deleted(
            [*found, KNOWN[0], stranger], (KNOWN[1],)))
        self.assertEqual({each.name for each in found}, deleted(
            [*found, KNOWN[0], stranger], (KNOWN[1], volume(700))))

    @hypothesis.given(NUMBERS)
    def test_one_disk_has_to_be_known(self, numbers):
        found = [disk(each) for each in numbers]
        elsewhere = volume(901, 'of another backend')
        self.assertEqual(set(), deleted(found, (elsewhere,)))

    @hypothesis.given(NUMBERS)
    def test_no_answer_and_an_empty_one(self, numbers):
        found = [disk(each) for each in numbers]
        self.assertEqual(set(), deleted(found, None))
        decision = decide(found, ())
        self.assertIn('no evidence', decision.ended)
        self.assertEqual(((), {}), (decision.deletions, decision.suspects))

    def test_disks_of_others_prove_nothing_and_stay(self):
        foreign = disk(900, owner='other')
        self.assertEqual(
            set(), deleted([disk(1), foreign], (KNOWN[1],)))
        self.assertEqual(
            set(), deleted([foreign, KNOWN[0]], (KNOWN[1],)))

    def test_a_disk_that_was_managed_stays(self):
        """It has not the name that we give."""
        taken = disk(1, name='legacy-data', uuid=None)
        self.assertEqual(set(), deleted([taken, KNOWN[0]], (KNOWN[1],)))

    def test_what_is_not_swept_is_evidence_all_the_same(self):
        upload = disk(1, kind='upload')
        scope = dataclasses.replace(SCOPE, kinds=frozenset({'upload'}))
        self.assertEqual({upload.name}, deleted(
            [upload, disk(2), KNOWN[0]], (KNOWN[1],), scope=scope))
        self.assertEqual(set(), deleted(
            [upload, disk(2)], (KNOWN[1],), scope=scope))


class UploadTest(timeout.TestCase):
    """What is unfinished, or beside a volume's disk for a while."""

    @hypothesis.given(st.sampled_from((None, 'error', 'downloading')))
    def test_it_stays_while_its_volume_exists(self, busy):
        """What a volume held before may be in it, and nowhere else."""
        beside = disk(1, 'kept', kind='upload')
        self.assertEqual(set(), deleted(
            [beside, disk(1), KNOWN[0]], (KNOWN[1], volume(1, busy=busy))))
        self.assertEqual({beside.name}, deleted(
            [beside, KNOWN[0]], (KNOWN[1],)))

    def test_nothing_goes_where_cinder_cannot_be_asked(self):
        self.assertEqual(set(), deleted([disk(1, kind='upload')], None))


class TemporaryTest(timeout.TestCase):

    def snapshot(self, **changes):
        return disk(1, **{
            'kind': 'temporary', 'whose': facts.NOBODY, 'name': 'x',
            **changes})

    def test_it_needs_no_record_but_age(self):
        self.assertEqual({'x'}, deleted([self.snapshot()], None))
        day = facts.TEMPORARY_SECONDS * worlds.SECOND
        for seconds, names in ((1, set()), (0, {'x'})):
            found = self.snapshot(
                changed=worlds.NOW - day + seconds * worlds.SECOND)
            self.assertEqual(names, deleted([found], None), seconds)

    def test_it_stays_while_it_is_used_or_kept(self):
        for changes in ({'held_by': 'state ActiveSAS'}, {'reserved': True},
                        {'owner': 'other'}, {'settled': False},
                        {'uuid': None}, {'identity': None}):
            self.assertEqual(set(), deleted([self.snapshot(**changes)], None))


NAMES = st.builds(
    name_of, st.integers(0, 5), st.sampled_from(('', 'kept', '0a')))
RECORDS = st.builds(
    volume, st.integers(0, 5), st.none() | st.just('') | NAMES,
    st.sampled_from((None, None, 'reverting')), st.none() | st.integers(0, 5))
DISKS = st.builds(
    disk, st.integers(0, 5), st.sampled_from(('', 'kept', '0a')),
    kind=st.sampled_from(('volume', 'volume', 'upload')),
    held_by=st.sampled_from((None, None, None, 'x')),
    owner=st.sampled_from((worlds.OWNER, worlds.OWNER, 'other')))


class AnyWorldTest(timeout.TestCase):

    @hypothesis.given(
        st.lists(DISKS, max_size=6), st.lists(RECORDS, max_size=6),
        st.randoms(use_true_random=False))
    def test_no_rule_is_broken(self, found, volumes, chance):
        decision = decide(found, tuple(volumes))
        named = {each.disk_name.lower() for each in volumes}
        listed = {each.name for each in found if each.kind == claims.KIND}
        for judged in decision.deletions:
            one = judged.found
            self.assertEqual((worlds.OWNER, None), (one.owner, one.held_by))
            self.assertNotIn(one.name, named)
            for each in volumes:
                if one.uuid in each.uuids:
                    # there is another disk, and nothing going on
                    self.assertEqual(claims.KIND, one.kind)
                    self.assertIsNone(each.busy)
                    self.assertIn(each.disk_name, listed)
        shuffled = list(found), list(volumes)
        for each in shuffled:
            chance.shuffle(each)
        again = decide(shuffled[0], tuple(shuffled[1]))
        self.assertEqual(
            [each.found for each in decision.deletions],
            [each.found for each in again.deletions])
