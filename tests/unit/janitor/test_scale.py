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

"""Ten thousand resources: one listing per type and page, and no more."""

import collections
import math

from jacket_azure.emulator import store
from jacket_azure.janitor import facts
from jacket_azure.janitor import reports
from tests.unit.janitor import base

SERVERS = 3300
ORPHANS = 100


class ScaleTest(base.JanitorTestCase):

    def setUp(self):
        super().setUp()
        self.model, _ = self.spawn()
        self.orphan = self.leave_behind()
        self.skipped = base.LONG

    def copy(self, sources, uuid, number):
        """Copy all that is there of a server, straight into the store."""
        new = f'{number:08x}-{uuid[9:]}'
        for resource in sources:
            self.azure.emulator.store.put(store.Resource(
                id=resource.id.replace(uuid, new), type=resource.type,
                name=resource.name.replace(uuid, new),
                body=self.renamed(resource.body, uuid, new),
                created=resource.created, private=dict(resource.private)))
        return new

    def renamed(self, value, old, new):
        if isinstance(value, dict):
            return {key: self.renamed(item, old, new)
                    for key, item in value.items()}
        if isinstance(value, list):
            return [self.renamed(item, old, new) for item in value]
        if isinstance(value, str):
            return value.replace(old, new)
        return value

    def test_pass_over_ten_thousand(self):
        sources = {uuid: [
            resource for resource in list(self.azure.emulator.store)
            if uuid in resource.name]
            for uuid in (self.model.uuid, self.orphan)}
        for number in range(SERVERS):
            self.copy(sources[self.model.uuid], self.model.uuid, number)
        for number in range(SERVERS, SERVERS + ORPHANS):
            uuid = self.copy(sources[self.orphan], self.orphan, number)
            self.records[uuid] = facts.Record(
                False, self.records[self.orphan].deleted_at)
        counts = collections.Counter(
            resource.type.rpartition('/')[2]
            for resource in self.azure.emulator.store)
        listed = ('networkInterfaces', 'disks', 'virtualMachines')
        self.assertLess(10000, sum(counts[kind] for kind in listed))
        janitor = self.janitor(max_deletions=5)
        with self.azure.recording() as made:
            report = janitor.run()
        asked = collections.Counter(record.type for record in made)
        size = self.azure.emulator.page_size
        self.assertEqual(
            {**{kind: math.ceil(counts[kind] / size) for kind in listed},
             # there are none: one empty page
             'publicIPAddresses': 1, 'snapshots': 1}, asked)
        self.assertEqual({'GET'}, {record.method for record in made})
        self.assertEqual(3 * (ORPHANS + 1), report.count(
            reports.Action.WAITING))
        self.assertEqual(1, len(self.questions))
        # the second pass reads again what it deletes, and nothing else
        self.skipped += base.PAUSE
        with self.azure.recording() as made:
            report = janitor.run()
        self.assertEqual(5, report.count(reports.Action.DELETED))
        reads = [record for record in made if record.name]
        self.assertEqual(['GET', 'DELETE'] * 5,
                         [record.method for record in reads])
        self.assertEqual(sum(asked.values()), len(made) - len(reads))
