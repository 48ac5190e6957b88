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

import dataclasses

from jacket_azure.payload import quotas
from jacket_azure.payload.vm_sizes import VmSize
from tests import samples
from tests import timeout

SIZE = VmSize('Standard_D2s_v5', 'standardDSv5Family', 2, 8192, 2, 4)


class QuotasTest(timeout.TestCase):

    def setUp(self):
        super().setUp()
        self.quotas = quotas.parse(samples.load('usages')['value'])

    def test_parse(self):
        self.assertEqual(
            quotas.Quota('cores', 10, 6, 'Total Regional vCPUs'),
            self.quotas.cores)
        self.assertEqual(25000, self.quotas.virtual_machines.limit)
        self.assertEqual(2, self.quotas.family('STANDARDDSV5FAMILY').free)
        self.assertIsNone(self.quotas.family('standardNewFamily'))
        self.assertEqual(0, self.quotas.get('availabilitySets').free)

    def test_check(self):
        self.assertEqual((), self.quotas.check(SIZE))
        self.assertEqual(('standardDSv5Family',),
                         self.quotas.check(SIZE, 2))
        self.assertEqual(('cores', 'standardDSv5Family'),
                         self.quotas.check(SIZE, 3))
        self.assertEqual(
            ('virtualMachines', 'cores', 'standardDSv5Family'),
            self.quotas.check(SIZE, 30000))

    def test_spot_has_its_own_quota(self):
        self.assertEqual((), self.quotas.check(SIZE, 1, spot=True))
        self.assertEqual(('lowPriorityCores',),
                         self.quotas.check(SIZE, 2, spot=True))

    def test_what_azure_does_not_tell_is_not_exceeded(self):
        other = dataclasses.replace(SIZE, family='standardNewFamily')
        self.assertEqual((), self.quotas.check(other, 2))
        self.assertEqual((), quotas.Quotas().check(SIZE, 10 ** 6))
