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

"""Servers made by the driver, an OpenStack that tells of them, a janitor."""

import datetime

from oslo_utils import fixture

from jacket_azure.janitor import facts
from jacket_azure.janitor import kinds
from jacket_azure.janitor import sweep
from tests import world
from tests.unit.nova import base

HOST = base.HOST
GRACE = 3600
PAUSE = 300
LONG = GRACE + 600


class JanitorTestCase(base.NovaTestCase):
    """A janitor in the emulated Azure.

    :ivar skipped: seconds that have passed for the janitor
    :ivar records: what OpenStack knows, by uuid
    :ivar questions: what it was asked
    """

    def setUp(self):
        super().setUp()
        # disks are dated by Azure, interfaces by the driver
        self.useFixture(fixture.TimeFixture(
            self.azure.clock.now().replace(tzinfo=None)))
        self.skipped = 0
        self.records = {}
        self.questions = []
        # witnesses are known, unless a test says otherwise
        self.knows_the_living = True

    def time(self):
        return self.azure.clock.now() + datetime.timedelta(
            seconds=self.skipped)

    def ask(self, uuids):
        self.questions.append(set(uuids))
        answer = {uuid: self.records[uuid] for uuid in uuids
                  if uuid in self.records}
        if self.knows_the_living:
            living = {vm['name'] for vm in self.azure.resources(
                'virtualMachines')}
            answer.update(dict.fromkeys(
                living & set(uuids), facts.Record(True)))
        return answer

    def janitor(self, host=HOST, owner=world.OWNER, kind_names=kinds.NAMES,
                max_deletions=50, azure=None, **options):
        options.setdefault('now', self.time)
        return sweep.Sweep(
            azure or self.client,
            facts.Scope(owner, frozenset(kind_names), host),
            facts.Limits(GRACE, max_deletions, PAUSE), self.ask, **options)

    def two_passes(self, janitor):
        """Run two passes with the pause between; return the last report."""
        janitor.run()
        self.skipped += PAUSE
        return janitor.run()

    def deleted_record(self, seconds_ago=0):
        return facts.Record(
            False, self.time() - datetime.timedelta(seconds=seconds_ago))

    def leave_behind(self, ports=2):
        """Spawn a server, and delete its machine but not its parts."""
        instance = self.instance()
        ips = ['192.168.1.100', '192.168.2.100'][:ports]
        self.spawn(instance, self.network_info(instance, *ips))
        self.neutralise(instance.uuid)
        self.client.virtual_machines.delete(instance.uuid)
        self.records[instance.uuid] = self.deleted_record()
        return instance.uuid

    def neutralise(self, uuid):
        """Let a machine's deletion take nothing along."""
        vm = self.azure.emulator.store.get(
            self.azure.resource('virtualMachines', uuid)['id'])
        profile = vm.properties['networkProfile']['networkInterfaces']
        for reference in profile:
            reference['properties']['deleteOption'] = 'Detach'
        vm.properties['storageProfile']['osDisk']['deleteOption'] = 'Detach'

    def left(self):
        """Return kinds and names of what the test left in Azure."""
        return sorted(
            tuple(each.split('/')[-2:]) for each in self.azure.resource_ids())
