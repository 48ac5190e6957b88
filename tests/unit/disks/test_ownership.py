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

from jacket_azure.disks import ownership
from tests import timeout


class OwnershipTest(timeout.TestCase):

    def setUp(self):
        super().setUp()
        self.whose = ownership.Ownership()

    def known(self, name):
        return self.whose.is_ours(name), self.whose.is_free(name)

    def test_nothing_is_known_before_a_listing(self):
        self.assertEqual((False, False), self.known('a'))
        self.whose.note('a', True)
        self.assertEqual((True, False), self.known('A'))
        self.whose.note_gone('a')
        self.assertEqual((False, False), self.known('a'))

    def test_a_listing_tells_of_all_names(self):
        self.whose.note('old', True)
        began = self.whose.begin_listing()
        self.whose.note_listing([('Ours', True), ('theirs', False)], began)
        self.assertEqual((True, False), self.known('ours'))
        self.assertEqual((False, False), self.known('theirs'))
        for name in ('old', 'new'):
            self.assertEqual((False, True), self.known(name))

    def test_what_happens_during_a_listing_stays(self):
        self.whose.note('gone', True)
        began = self.whose.begin_listing()
        self.whose.note('made', True)
        self.whose.note_gone('gone')
        self.whose.note_listing([('gone', True)], began)
        self.assertEqual((True, False), self.known('made'))
        self.assertEqual((False, True), self.known('gone'))
        # the next listing knows
        self.whose.note_listing(
            [('made', True)], self.whose.begin_listing())
        self.assertEqual((True, False), self.known('made'))
        self.whose.note_listing([], self.whose.begin_listing())
        self.assertEqual((False, True), self.known('made'))

    def test_a_listing_of_which_nobody_knows_when_it_began(self):
        self.whose.note('a', True)
        self.whose.note_listing([('b', True)])
        self.assertEqual((False, True), self.known('a'))
        self.assertEqual((True, False), self.known('b'))
