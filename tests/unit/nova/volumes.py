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

"""A machine with room for many disks, and volumes for it."""

import threading

from tests import volumes
from tests.unit.nova import base


class VolumeTestCase(base.NovaTestCase):
    """An instance that runs, ready for volumes.

    :ivar vm: the driver's name of its machine
    """

    size = 'Standard_D16s_v5'
    limit = 32
    zone = None

    def setUp(self):
        super().setUp()
        self.server, self.ports = self.spawn(self.instance(
            flavor_values={'extra_specs': {'azure:vm_size': self.size}},
            availability_zone=f'az{self.zone}' if self.zone else 'nova'))

    @property
    def disks(self):
        """The driver's disk model."""
        return self.driver._backend.disks

    @property
    def attachments(self):
        """The driver's joiner."""
        return self.driver._backend.attachments

    def volume(self, **options):
        """Make a volume; return its ``connection_info``."""
        options.setdefault('zone', self.zone)
        return volumes.make(self.disks, self.conf.azure, **options)

    def attach(self, info, instance=None, **options):
        self.driver.attach_volume(
            self.context, info, instance or self.server, '/dev/sdc',
            **options)

    def detach(self, info, instance=None):
        self.driver.detach_volume(
            self.context, info, instance or self.server, '/dev/sdc')

    def vm(self, instance=None):
        return self.azure.resource(
            'virtualMachines', (instance or self.server).uuid)

    def luns(self, instance=None):
        """Return LUN by disk name, as Azure has it."""
        entries = self.vm(instance)['properties']['storageProfile'][
            'dataDisks']
        found = {entry['name']: entry['lun'] for entry in entries}
        self.assertEqual(len(entries), len(found))
        return found

    def state(self, info):
        """Return ``diskState`` of a volume's disk."""
        return self.disks.get(info['data']['disk_name']).state

    def name(self, info):
        return info['data']['disk_name']

    def writes(self, made):
        """Return what was sent to change a machine."""
        return [
            record for record in made if record.method != 'GET'
            and record.type.lower().startswith('virtualmachines')]

    def together(self, *works):
        """Run calls at once; return what each returned or raised."""
        outcomes = [None] * len(works)

        def run(index, work):
            try:
                outcomes[index] = work()
            except Exception as exc:
                outcomes[index] = exc

        threads = [
            threading.Thread(target=run, args=pair)
            for pair in enumerate(works)]
        before = len(self.azure.requests)
        # the first one's operation does not end before all others wait
        with self.azure.holding():
            threads[0].start()
            self.wait_for(
                lambda: self.writes(self.azure.requests[before:]))
            for thread in threads[1:]:
                thread.start()
            self.wait_for(lambda: self.attachments.waiting(
                self.server.uuid) == len(works) - 1)
        for thread in threads:
            thread.join()
        return outcomes

    def wait_for(self, condition):
        """Wait until another thread has got so far."""
        event = threading.Event()
        for _ in range(3000):
            if condition():
                return
            event.wait(0.01)
        self.fail('the other threads did not get so far')
