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

"""The laws of the janitors: what is never deleted, and what always is."""

import dataclasses
import datetime
import math

import hypothesis
from hypothesis import strategies as st

from jacket_azure.conf import janitor as janitor_conf
from jacket_azure.janitor import candidates
from jacket_azure.janitor import evidence
from jacket_azure.janitor import facts
from jacket_azure.janitor import kinds
from jacket_azure.janitor import rules
from tests import timeout
from tests.unit.janitor import worlds

ORPHANS = st.sets(st.integers(0, 30), min_size=1, max_size=6).map(
    lambda numbers: [worlds.orphan(number) for number in sorted(numbers)])


def decide(world, limits=worlds.LIMITS, records=None):
    """Decide as a sweep does; OpenStack tells what it is asked for."""
    questions = evidence.questions(world.listing, world.now, limits)
    asked = questions.candidates | questions.witnesses
    known = world.records if records is None else records
    knowledge = facts.Knowledge(asked, {
        uuid: known[uuid] for uuid in asked if uuid in known})
    return rules.decide(
        world.listing, knowledge, world.suspects, world.now, limits)


def deleted(world, **options):
    return {judged.found.key for judged in decide(world, **options).deletions}


class NeverTest(timeout.TestCase):
    """One orphan of some gets a reason to stay, and the others go."""

    def spoil(self, found, spoiled):
        """Check that the first of *found* stays in the *spoiled* world."""
        world = worlds.world(found)
        # without the reason all of them go
        self.assertEqual({each.key for each in found}, deleted(world))
        self.assertEqual({each.key for each in found[1:]}, deleted(spoiled))

    def spoil_first(self, found, **changes):
        self.spoil(found, worlds.world(found).but(found=(
            dataclasses.replace(found[0], **changes), *found[1:])))

    @hypothesis.given(ORPHANS)
    def test_what_is_attached(self, found):
        self.spoil_first(found, held_by='/subscriptions/s/virtualMachines/x')

    @hypothesis.given(ORPHANS)
    def test_what_a_machine_uses_whoever_made_it(self, found):
        user = facts.Machine('other', None, None,
                             frozenset({found[0].key}))
        self.spoil(found, worlds.world(found).but(
            machines=(worlds.THERE, user)))

    @hypothesis.given(ORPHANS)
    def test_parts_of_a_server_whose_machine_is_there(self, found):
        """A machine that failed may have let its parts go for a while."""
        machine = facts.Machine(worlds.OWNER, 'compute2', found[0].uuid)
        self.spoil(found, worlds.world(found).but(
            machines=(worlds.THERE, machine)))

    @hypothesis.given(ORPHANS)
    def test_what_openstack_knows(self, found):
        world = worlds.world(found)
        self.spoil(found, world.but(records={
            **world.records, found[0].uuid: worlds.EXISTS}))

    @hypothesis.given(ORPHANS, st.integers(1, worlds.GRACE + worlds.SKEW))
    def test_what_openstack_deleted_a_moment_ago(self, found, seconds):
        world = worlds.world(found)
        when = worlds.NOW - worlds.AGE + seconds * worlds.SECOND
        for record in (facts.Record(False, when), facts.Record(False, None)):
            self.spoil(found, world.but(records={
                **world.records, found[0].uuid: record}))

    @hypothesis.given(ORPHANS, st.integers(1, 100 * worlds.GRACE))
    def test_what_is_young(self, found, seconds):
        """Times in the future, of a fast clock, are young as well."""
        self.spoil_first(
            found,
            changed=worlds.NOW - worlds.AGE + seconds * worlds.SECOND)

    @hypothesis.given(ORPHANS)
    def test_what_has_no_known_age(self, found):
        self.spoil_first(found, changed=None)

    @hypothesis.given(ORPHANS, st.sampled_from(('other', '', None, 'MINE')))
    def test_what_is_foreign_or_of_another_deployment(self, found, owner):
        self.spoil_first(found, owner=owner)

    @hypothesis.given(ORPHANS, st.sampled_from(('compute2', '', None)))
    def test_what_another_host_made(self, found, host):
        self.spoil_first(found, host=host)
        for one in (dataclasses.replace(found[0], host=host), found[0]):
            self.assertIn(one.key, deleted(worlds.world([one]).but(
                scope=dataclasses.replace(
                    worlds.world([]).scope, host=None))))

    @hypothesis.given(ORPHANS)
    def test_what_is_of_no_kind_that_is_allowed(self, found):
        self.spoil_first(found, kind='pool')

    @hypothesis.given(ORPHANS)
    def test_what_is_being_made_changed_or_deleted(self, found):
        self.spoil_first(found, settled=False)

    @hypothesis.given(ORPHANS)
    def test_what_an_operator_keeps(self, found):
        self.spoil_first(found, reserved=True)

    @hypothesis.given(ORPHANS, st.sampled_from(('uuid', 'identity')))
    def test_what_is_not_named_as_we_name(self, found, field):
        self.spoil_first(found, **{field: None})

    @hypothesis.given(ORPHANS)
    def test_what_is_seen_for_the_first_time(self, found):
        world = worlds.world(found)
        suspects = dict(world.suspects)
        del suspects[found[0].key]
        self.spoil(found, world.but(suspects=suspects))
        # of the same name, but another one
        suspects[found[0].key] = facts.Suspect('another', worlds.LONG_AGO)
        self.spoil(found, world.but(suspects=suspects))

    @hypothesis.given(ORPHANS, st.integers(-worlds.GRACE, worlds.PAUSE - 1))
    def test_what_was_first_seen_a_moment_ago(self, found, seconds):
        world = worlds.world(found)
        self.spoil(found, world.but(suspects={
            **world.suspects, found[0].key: facts.Suspect(
                found[0].identity,
                worlds.NOW - datetime.timedelta(seconds=seconds))}))

    @hypothesis.given(ORPHANS)
    def test_what_was_first_seen_in_the_future(self, found):
        """The clock went back: the count starts anew, and ends."""
        world = worlds.world(found)
        later = facts.Suspect(found[0].identity, worlds.NOW + worlds.AGE)
        world = world.but(
            suspects={**world.suspects, found[0].key: later})
        self.spoil(found, world)
        self.assertEqual(
            worlds.NOW, decide(world).suspects[found[0].key].since)

    @hypothesis.given(ORPHANS)
    def test_what_was_not_asked_about(self, found):
        world = worlds.world(found)
        left_out = facts.Knowledge(
            frozenset(world.records) - {found[0].uuid}, world.records)
        decision = rules.decide(world.listing, left_out, world.suspects,
                                world.now, worlds.LIMITS)
        self.assertNotIn(
            found[0], [judged.found for judged in decision.deletions])

    @hypothesis.given(ORPHANS)
    def test_what_a_list_shows_twice_and_differently(self, found):
        other = dataclasses.replace(found[0], held_by='somebody')
        world = worlds.world(found)
        self.spoil(found, world.but(found=(*found, other)))
        self.spoil(found, world.but(found=(other, *found)))


class EvidenceTest(timeout.TestCase):
    """An answer that cannot be whole is no answer."""

    @hypothesis.given(ORPHANS)
    def test_empty_answer_ends_the_pass(self, found):
        decision = decide(worlds.world(found), records={})
        self.assertIn('no evidence', decision.ended)
        self.assertEqual(((), {}), (decision.deletions, decision.suspects))

    @hypothesis.given(ORPHANS)
    def test_parts_of_machines_but_no_machine_ends_the_pass(self, found):
        part = worlds.orphan(99, held_by='/s/virtualMachines/x')
        decision = decide(worlds.world(found).but(
            found=(*found, part), machines=()))
        self.assertIn('no virtual machine', decision.ended)
        self.assertEqual(((), {}), (decision.deletions, decision.suspects))

    @hypothesis.given(ORPHANS)
    def test_no_record_counts_only_beside_all_the_living(self, found):
        world = worlds.world(found)
        without = {uuid: record for uuid, record in world.records.items()
                   if uuid != found[0].uuid}
        self.assertEqual({each.key for each in found},
                         deleted(world.but(records=without)))
        stranger = facts.Machine(worlds.OWNER, worlds.HOST, worlds.STRANGER)
        for machines in ((), (worlds.THERE, stranger)):
            self.assertEqual(
                {each.key for each in found[1:]},
                deleted(world.but(records=without, machines=machines)))

    @hypothesis.given(ORPHANS)
    def test_machines_prove_nothing_but_servers(self, found):
        """That Nova knows all servers says nothing of volumes."""
        found[0] = dataclasses.replace(found[0], whose=facts.VOLUME)
        world = worlds.world(found)
        for records in (world.records, {worlds.WITNESS: worlds.EXISTS}):
            self.assertEqual(
                {each.key for each in found[1:]},
                deleted(world, records=records))

    def test_machines_of_others_are_no_witnesses(self):
        others = [facts.Machine(owner, host, worlds.uuid(number))
                  for number, (owner, host) in enumerate((
                      ('other', worlds.HOST), (worlds.OWNER, 'compute2'),
                      (None, None)), start=50)]
        found = [worlds.orphan(1)]
        world = worlds.world(found, machines=(worlds.THERE, *others))
        self.assertEqual(
            evidence.Questions(frozenset({found[0].uuid}),
                            frozenset({worlds.WITNESS})),
            evidence.questions(world.listing, world.now, worlds.LIMITS))

    def test_witnesses_are_not_without_end(self):
        machines = tuple(
            facts.Machine(worlds.OWNER, worlds.HOST, worlds.uuid(number))
            for number in range(100, 400))
        world = worlds.world([worlds.orphan(1)], machines=machines)
        self.assertEqual(
            evidence.MAX_WITNESSES, len(evidence.questions(
                world.listing, world.now, worlds.LIMITS).witnesses))

    def test_nothing_to_ask_about(self):
        self.assertEqual(
            evidence.Questions(frozenset(), frozenset()), evidence.questions(
                worlds.world([]).listing, worlds.NOW, worlds.LIMITS))


class AnyWorldTest(timeout.TestCase):
    """Whatever the case may be."""

    @hypothesis.given(worlds.worlds(), st.integers(1, 3))
    def test_no_rule_is_broken(self, world, most):
        limits = dataclasses.replace(worlds.LIMITS, max_deletions=most)
        decision = decide(world, limits)
        self.assertLessEqual(len(decision.deletions), most)
        used = set().union(*(vm.uses for vm in world.machines))
        for found in (judged.found for judged in decision.deletions):
            self.assertEqual(
                (worlds.OWNER, worlds.HOST, None, True, False),
                (found.owner, found.host, found.held_by, found.settled,
                 found.reserved))
            self.assertIn(found.kind, kinds.NAMES)
            self.assertNotIn(found.key, used)
            self.assertNotIn(found.uuid, {
                vm.uuid for vm in world.machines
                if vm.owner == worlds.OWNER})
            self.assertLessEqual(found.changed, world.now - worlds.AGE)
            record = world.records.get(found.uuid)
            self.assertTrue(record is None or not record.exists)
            if record is not None:
                self.assertLessEqual(
                    record.deleted_at, world.now - worlds.AGE)
            suspect = world.suspects[found.key]
            self.assertEqual(found.identity, suspect.identity)
            self.assertLessEqual(
                suspect.since, world.now - worlds.LIMITS.pause)

    @hypothesis.given(worlds.worlds(), st.randoms(use_true_random=False))
    def test_order_does_not_matter(self, world, chance):
        found, machines = list(world.found), list(world.machines)
        chance.shuffle(found)
        chance.shuffle(machines)
        self.assertEqual(decide(world), decide(world.but(
            found=tuple(found), machines=tuple(machines))))

    @hypothesis.given(worlds.worlds())
    def test_each_orphan_is_a_suspect_and_nothing_else_is(self, world):
        decision = decide(world)
        self.assertEqual(
            {judged.found.key
             for judged in (*decision.deletions, *decision.waiting)},
            set(decision.suspects))

    @hypothesis.given(worlds.worlds(), st.integers(1, 3))
    def test_an_orphan_that_stays_is_deleted_in_the_end(self, world, most):
        """Some deletions fail for ever, and hold up no other."""
        limits = dataclasses.replace(worlds.LIMITS, max_deletions=most)
        first = decide(world, limits)
        orphans = set(first.suspects)
        locked = set(sorted(orphans)[::2])
        gone, suspects = set(), first.suspects
        # each locked one is tried up to four times before the last other
        passes = 4 * math.ceil(len(orphans) / most) + 1
        for number in range(1, passes + 1):
            left = tuple(each for each in world.found if each.key not in gone)
            decision = decide(world.but(
                found=left, suspects=suspects,
                now=world.now + number * worlds.LIMITS.pause), limits)
            suspects = dict(decision.suspects)
            for judged in decision.deletions:
                key = judged.found.key
                if key in locked:
                    suspects[key] = dataclasses.replace(
                        suspects[key], failures=suspects[key].failures + 1)
                else:
                    gone.add(key)
        # what grew old meanwhile went as well
        self.assertEqual(set(), orphans - locked - gone)


class LastLookTest(timeout.TestCase):

    @hypothesis.given(worlds.resources())
    def test_same_resource_may_go(self, found):
        found = dataclasses.replace(found, held_by=None, settled=True)
        read = dataclasses.replace(
            found, id=found.id.upper(), name=found.name.upper(), etag='new')
        self.assertIsNone(candidates.changed_since(found, read))

    def test_changed_resource_stays(self):
        found = worlds.orphan(1)
        self.assertIsNotNone(candidates.changed_since(found, None))
        for field, value in (
                ('id', '/other'), ('kind', 'volume'), ('owner', 'other'),
                ('host', None), ('uuid', None), ('identity', 'new'),
                ('held_by', '/vm'), ('settled', False), ('reserved', True),
                ('changed', worlds.NOW)):
            read = dataclasses.replace(found, **{field: value})
            self.assertIsNotNone(candidates.changed_since(found, read), field)


class KindsTest(timeout.TestCase):

    def test_options_name_them(self):
        self.assertEqual(sorted(kinds.NAMES), sorted(janitor_conf.KINDS))

    def test_etag_counts_only_where_azure_takes_it(self):
        for kind, etag in ((kinds.NIC, 'W/"1"'), (kinds.OS_DISK, None)):
            mark = min(kind.marks)
            self.assertEqual(etag, kind.parse({
                'id': '/x', 'name': 'x', 'etag': 'W/"1"',
                'tags': {'jacket-kind': mark},
                'properties': {'osType': 'Linux'}}).etag)

    def test_no_mark_means_two_kinds_of_one_list(self):
        seen = set()
        for kind in {*kinds.ALL, *kinds.BLOBS}:
            for mark in kind.marks:
                self.assertNotIn((kind.collection, mark), seen)
                seen.add((kind.collection, mark))
