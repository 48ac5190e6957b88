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

"""What hypothesis draws for the janitor's rules: whole clouds, in small."""

import dataclasses
import datetime

from hypothesis import strategies as st

from jacket_azure.janitor import facts
from jacket_azure.janitor import kinds

OWNER, HOST = 'mine', 'compute1'
NOW = datetime.datetime(2026, 5, 4, 8, 0, tzinfo=datetime.UTC)
GRACE, PAUSE, SKEW = 3600, 300, 120
LIMITS = facts.Limits(GRACE, 10, PAUSE, SKEW)
AGE = datetime.timedelta(seconds=GRACE + SKEW)
SECOND = datetime.timedelta(seconds=1)
LONG_AGO = NOW - datetime.timedelta(days=30)
WITNESS = 'ffffffff-0000-4000-8000-000000000000'
STRANGER = 'eeeeeeee-0000-4000-8000-000000000000'


def uuid(number):
    return f'{number:08x}-0000-4000-8000-000000000000'


def orphan(number, **changes):
    """Return a resource that has to go, unless *changes* say otherwise."""
    kind = kinds.NAMES[number % 2]
    return dataclasses.replace(
        facts.Found(
            kind=kind, whose=facts.SERVER,
            id=f'/Group/{kind}/{uuid(number)}', name=uuid(number),
            owner=OWNER, host=HOST, uuid=uuid(number),
            identity=f'guid-{number}', etag=None, held_by=None, settled=True,
            reserved=False, changed=LONG_AGO), **changes)


@dataclasses.dataclass(frozen=True)
class World:
    """All that a decision depends on.

    :ivar records: what OpenStack would say of every id
    """

    found: tuple
    machines: tuple
    records: dict
    suspects: dict
    now: datetime.datetime = NOW
    scope: facts.Scope = facts.Scope(OWNER, frozenset(kinds.NAMES), HOST)

    @property
    def listing(self):
        return facts.Listing(self.scope, self.found, self.machines)

    def but(self, **changes):
        return dataclasses.replace(self, **changes)


GONE = facts.Record(False, LONG_AGO)
EXISTS = facts.Record(True)
THERE = facts.Machine(OWNER, HOST, WITNESS)


def world(found, **changes):
    """Return a world in which each of *found* goes, if it may."""
    made = World(
        tuple(found), (THERE,),
        {WITNESS: EXISTS, **{each.uuid: GONE for each in found}},
        {each.key: facts.Suspect(
            each.identity, NOW - datetime.timedelta(seconds=PAUSE))
         for each in found})
    return made.but(**changes)


TIMES = st.integers(-3 * GRACE, 100 * GRACE).map(
    lambda seconds: NOW - datetime.timedelta(seconds=seconds))
_FEW = st.integers(0, 7)


@st.composite
def resources(draw):
    """Draw a resource that is mostly an orphan, and sometimes odd."""
    number = draw(_FEW)
    odd = draw(st.sets(st.sampled_from((
        'owner', 'host', 'kind', 'uuid', 'identity', 'held_by', 'settled',
        'reserved', 'changed', 'id')), max_size=2))
    values = {
        'owner': st.sampled_from(('other', None)),
        'host': st.sampled_from(('compute2', None)),
        'kind': st.sampled_from(('pool', *kinds.NAMES)),
        'uuid': st.none() | _FEW.map(uuid),
        'identity': st.none() | st.just('another'),
        'held_by': st.just('virtualMachine /virtualMachines/x'),
        'settled': st.just(False), 'reserved': st.just(True),
        'changed': st.none() | TIMES,
        'id': _FEW.map(lambda other: orphan(other).id.upper())}
    return orphan(number, **{name: draw(values[name])
                             for name in sorted(odd)})


RECORDS = st.sampled_from((GONE, GONE, GONE, EXISTS, None)) | st.builds(
    facts.Record, st.just(False), st.none() | TIMES)
MACHINES = st.builds(
    facts.Machine, st.sampled_from((OWNER, 'other', None)),
    st.sampled_from((HOST, 'compute2', None)),
    st.none() | _FEW.map(uuid) | st.just(WITNESS),
    st.frozensets(_FEW.map(lambda number: orphan(number).key), max_size=1))
_SINCE = st.just(LONG_AGO) | TIMES


@st.composite
def worlds(draw):
    """Draw a world where anything may be the case, and much is an orphan."""
    found = tuple(draw(st.lists(st.one_of(
        _FEW.map(orphan), _FEW.map(orphan), resources()), max_size=8)))
    suspects = {
        each.key: facts.Suspect(
            draw(st.sampled_from(
                (each.identity or '', each.identity or '', 'another'))),
            draw(_SINCE), draw(st.integers(0, 2)))
        for each in found if draw(st.integers(0, 4))}
    records = {WITNESS: EXISTS} if draw(st.integers(0, 3)) else {}
    for number in range(8):
        record = draw(RECORDS)
        if record is not None:
            records[uuid(number)] = record
    machines = draw(st.lists(MACHINES, max_size=2))
    return World(found, (THERE, *machines), records, suspects)
