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

from jacket_azure.blob import ranges
from tests import timeout
from tests.unit.arm import doubles
from tests.unit.blob import canned

PIECES = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 12)),
                  max_size=12).map(
    lambda pairs: sorted((start, start + length) for start, length in pairs))


class JoinTest(timeout.TestCase):

    @given(PIECES)
    def test_joined_pieces_are_the_same_places(self, pieces):
        joined = list(ranges.join(pieces))
        self.assertEqual(
            {at for start, stop in pieces for at in range(start, stop)},
            {at for offset, length in joined
             for at in range(offset, offset + length)})
        # in order, none empty, none touching the next
        for (offset, length), (following, _) in zip(
                joined, joined[1:], strict=False):
            self.assertTrue(offset + length < following)
        self.assertTrue(all(length > 0 for _, length in joined))


def page_list(*pieces, marker='', clear=()):
    return (200, {'ETag': '"1"'}, '<?xml version="1.0"?><PageList>' + ''.join(
        f'<PageRange><Start>{start}</Start><End>{end}</End></PageRange>'
        for start, end in pieces) + ''.join(
        f'<ClearRange><Start>{start}</Start><End>{end}</End></ClearRange>'
        for start, end in clear)
        + f'<NextMarker>{marker}</NextMarker></PageList>')


class PagingTest(timeout.TestCase):
    """Lists in parts, which Azurite never sends."""

    def test_every_part_is_asked_for(self):
        world = canned.blob(
            page_list((0, 511), (512, 1023), marker='2!a/b='),
            page_list((1024, 2047), (4096, 4607)))
        self.assertEqual([(0, 2048), (4096, 512)],
                         list(world.blob.ranges(0, 8192, '"7"')))
        first, second = world.wire.requests
        self.assertNotIn('marker', first.url)
        self.assertIn('marker=2%21a%2Fb%3D', second.url)
        for request in (first, second):
            self.assertEqual('bytes=0-8191', request.headers['x-ms-range'])
            self.assertEqual('"7"', request.headers['If-Match'])

    def test_what_lies_beyond_is_cut_and_what_is_cleared_left_out(self):
        world = canned.blob(page_list((0, 8191), clear=((1024, 2047),)))
        self.assertEqual([(512, 1024)], list(world.blob.ranges(512, 1024)))

    def test_an_answer_that_is_no_list_is_asked_for_again(self):
        world = canned.blob(
            (200, {}, '<PageList><PageRange><Sta'), (200, {}, ''),
            doubles.LOST, page_list((0, 511)))
        self.assertEqual([(0, 512)], list(world.blob.ranges(0, 512)))
