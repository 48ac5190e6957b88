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

import hashlib
import io

from jacket_azure.imaging import passing
from tests import timeout

DATA = bytes(range(256)) * 100


def record(data=DATA, **changes):
    return {'status': 'active', 'size': len(data), 'os_hash_algo': 'sha512',
            'os_hash_value': hashlib.sha512(data).hexdigest(), **changes}


class PassingTest(timeout.TestCase):

    def setUp(self):
        super().setUp()
        self.passed = passing.Passing(io.BytesIO(DATA))

    def test_all_arrived(self):
        read = []
        while chunk := self.passed.read(1000):
            read.append(chunk)
        self.assertEqual(DATA, b''.join(read))
        self.assertTrue(self.passed.is_in(record()))

    def test_sent_again_from_the_middle(self):
        # what Glance has is only what was read the second time
        self.passed.read(10000)
        rest = self.passed.read(len(DATA))
        self.assertFalse(self.passed.is_in(record(rest)))

    def test_other_bytes_of_the_same_length(self):
        self.passed.read(len(DATA))
        self.assertFalse(self.passed.is_in(record(bytes(len(DATA)))))

    def test_not_active(self):
        self.passed.read(len(DATA))
        self.assertFalse(self.passed.is_in(record(status='killed')))

    def test_another_hash_is_not_compared(self):
        self.passed.read(len(DATA))
        self.assertTrue(self.passed.is_in(record(
            os_hash_algo='sha256', os_hash_value='of another kind')))
