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

"""How long a lack of room is remembered, and of what."""

from jacket_azure import exceptions
from jacket_azure.nova import shortages
from tests import timeout

D2 = shortages.Shortage('Standard_D2s_v5')
FAMILY = 'standardDSv5Family'


class ShortagesTest(timeout.TestCase):

    def setUp(self):
        super().setUp()
        self.now = 100.0
        self.memory = shortages.Shortages(60, lambda: self.now)

    def test_capacity_is_of_a_size_and_quota_of_a_family(self):
        self.memory.note(D2, FAMILY, exceptions.NoCapacity('full'))
        self.assertEqual({D2}, self.memory.sizes)
        self.assertEqual(set(), self.memory.families)
        self.memory.note(D2, FAMILY, exceptions.QuotaExceeded('used up'))
        self.assertEqual({FAMILY}, self.memory.families)

    def test_grows_old_from_the_last_refusal(self):
        self.memory.note(D2, FAMILY, exceptions.NoCapacity('full'))
        self.now += 59
        self.memory.note(D2, FAMILY, exceptions.NoCapacity('full'))
        self.now += 59
        self.assertEqual({D2}, self.memory.sizes)
        self.now += 1
        self.assertEqual(set(), self.memory.sizes)

    def test_a_server_that_was_made_ends_it(self):
        for exc in (exceptions.NoCapacity('x'), exceptions.QuotaExceeded('y')):
            self.memory.note(D2, FAMILY, exc)
        self.memory.forget(D2, FAMILY)
        self.assertEqual(set(), self.memory.sizes | self.memory.families)

    def test_a_zone_is_another_place(self):
        zonal = shortages.Shortage(D2.size, '2')
        self.memory.note(zonal, FAMILY, exceptions.NoCapacity('full'))
        self.memory.forget(D2, FAMILY)
        self.assertEqual({zonal}, self.memory.sizes)

    def test_zero_seconds_remember_nothing(self):
        memory = shortages.Shortages(0, lambda: self.now)
        memory.note(D2, FAMILY, exceptions.NoCapacity('full'))
        self.assertEqual(set(), memory.sizes)
