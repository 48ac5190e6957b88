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

"""The demo's steps: what a server goes through, checked in Azure.

Nova's answers come through openstacksdk over HTTP, the evidence from plain
requests to ARM.
"""

from __future__ import annotations

import base64
import secrets
from typing import Any

from jacket_azure.sandbox import choices
from jacket_azure.sandbox import console_tour
from jacket_azure.sandbox import errors
from jacket_azure.sandbox import image_tour
from jacket_azure.sandbox import inventory
from jacket_azure.sandbox import volume_tour
from jacket_azure.sandbox import watch
from jacket_azure.sandbox.report import Report
from jacket_azure.sandbox.report import Step

USER_DATA = '#cloud-config\nruncmd: [echo, hello from the sandbox]\n'
METADATA = {'department': 'accounting'}
LATER_METADATA = {'ticket': '4711'}


class Tour:
    """The steps, in the order of run().

    :param cloud: an openstacksdk connection
    :param mapping: the mapping file's content, for names that exist
    :param stopped: the power state in Azure of a stopped server
    """

    def __init__(
        self, cloud: Any, azure: inventory.Inventory, mapping: dict[str, Any],
        report: Report, count: int = 10, stopped: str = 'deallocated',
    ):
        self._cloud = cloud
        self._compute = cloud.compute
        self._azure = azure
        self._report = report
        self._count = count
        self._stopped = stopped
        self._flavor = self._compute.find_flavor(
            choices.first(mapping, 'flavors'), ignore_missing=False).id
        self._image = cloud.image.find_image(
            choices.linux_image(mapping), ignore_missing=False).id
        self._networks = [
            cloud.network.find_network(name, ignore_missing=False).id
            for name in choices.networks_of_one_server(mapping)]
        self._zone = next(iter(mapping.get('zones') or {}), None)
        self._in_zone = {'availability_zone': self._zone} if self._zone else {}
        self._held = ''
        # nobody else's servers are called that
        self._name = f'demo-{secrets.token_hex(2)}'
        self._watch = watch.Watch(cloud.compute, report)
        self._volumes = volume_tour.VolumeTour(
            cloud, azure, self._watch, self._name, self._image)
        self._images = image_tour.ImageTour(
            cloud, azure, self._watch, self._name, {
                'flavor_id': self._flavor,
                'networks': [{'uuid': self._networks[0]}],
                **self._in_zone})
        self.server: Any = None

    def run(self) -> None:
        """Do everything; raises on the first thing that is not right."""
        ports = '2 ports' if len(self._networks) == 2 else 'a port'
        zone = f', zone {self._zone}' if self._zone else ''
        self._step(f'create a server with {ports}, a key, user data, '
                   f'metadata{zone}', self.create)
        self._step('list and show it', self.show)
        console_tour.run(self._step, self._compute, self.server)
        self._step('set metadata', self.set_metadata)
        self._volumes.run(self._step, self.server)
        self._step('stop it', self.stop)
        self._step('start it', self.start)
        self._step('reboot it (soft)', lambda step: self.reboot('SOFT', step))
        self._step('reboot it (hard)', lambda step: self.reboot('HARD', step))
        self._step('see the metadata among the tags', self.see_tags)
        self.server = self._images.run(self._step, self.server)
        self._step(f'create {self._count} servers in one request',
                   self.create_many)
        self._step('delete all of them', self.delete_all)

    def _step(self, name, action):
        with self._report.step(name) as step:
            action(step)
        held = inventory.describe(self._azure.resources())
        if held == self._held:
            held = 'Azure holds the same.'
        else:
            self._held = held
        for line in held.splitlines():
            self._report.say('                   ' + line)

    def create(self, step: Step) -> None:
        """Create a server and compare its addresses with Azure's."""
        self._compute.create_keypair(
            name=self._name, public_key=choices.public_key())
        server = self._compute.create_server(
            name=self._name, image_id=self._image, flavor_id=self._flavor,
            networks=[{'uuid': uuid} for uuid in self._networks],
            key_name=self._name, user_data=base64.b64encode(
                USER_DATA.encode()).decode(), metadata=METADATA,
            **self._in_zone)
        self.server = self._watch.reach(server.id, 'ACTIVE', step)
        machine = self._machine()
        mine = sorted(
            address['ip_address']
            for port in self._cloud.network.ports(device_id=server.id)
            for address in port.fixed_ips)
        errors.expect(
            'addresses in Azure', mine, self._azure.addresses(machine))
        self._expect_power('running', step)
        keys = machine['properties']['osProfile']['linuxConfiguration'][
            'ssh']['publicKeys']
        errors.expect('number of keys in Azure', 1, len(keys))
        found = machine.get('tags') or {}
        errors.expect('metadata among the tags', METADATA,
                      {key: found.get(key) for key in METADATA})
        if self._zone:
            errors.expect(
                'zones in Azure', 1, len(machine.get('zones') or []))
        step.note = 'ACTIVE, addresses ' + ' '.join(mine) + ' on both sides'

    def show(self, step: Step) -> None:
        """Find the server in the list and read its details."""
        listed = [server.id for server in self._compute.servers()]
        if self.server.id not in listed:
            raise errors.SandboxError('the list lacks the server')
        server = self._compute.get_server(self.server.id)
        errors.expect('ports in the details', len(self._networks),
                      sum(map(len, server.addresses.values())))
        step.note = f'{server.name} {server.status} on {server.compute_host}'

    def set_metadata(self, step: Step) -> None:
        """Change metadata; see_tags() looks for it later.

        Nova tells its drivers nothing of that, so the driver compares once
        a minute, and meanwhile the tour goes on.
        """
        self._compute.set_server_metadata(self.server, **LATER_METADATA)
        step.note = 'the driver writes it as tags within a minute or so'

    def see_tags(self, step: Step) -> None:
        """Find the metadata in Azure."""
        def missing() -> str | None:
            tags = self._machine().get('tags') or {}
            return (None if LATER_METADATA.items() <= tags.items()
                    else 'not among the tags')

        self._watch.until('metadata', missing, step)
        step.note = f'{LATER_METADATA}'

    def stop(self, step: Step) -> None:
        """Stop the server: Azure charges nothing for a deallocated one."""
        self._compute.stop_server(self.server)
        self._watch.reach(self.server.id, 'SHUTOFF', step)
        self._expect_power(self._stopped, step)

    def start(self, step: Step) -> None:
        """Start the server again."""
        self._compute.start_server(self.server)
        self._watch.reach(self.server.id, 'ACTIVE', step)
        self._expect_power('running', step)

    def reboot(self, kind: str, step: Step) -> None:
        """Reboot, softly (by the guest) or hard."""
        self._compute.reboot_server(self.server, kind)
        self._watch.reach(self.server.id, 'ACTIVE', step)
        self._expect_power('running', step)

    def create_many(self, step: Step) -> None:
        """Create several servers with one request, on one network."""
        self._compute.create_server(
            name=f'{self._name}-many', image_id=self._image,
            flavor_id=self._flavor, key_name=self._name,
            networks=[{'uuid': self._networks[0]}],
            min_count=self._count, max_count=self._count)

        def missing() -> str | None:
            servers = [server for server in self._compute.servers()
                       if server.name.startswith(f'{self._name}-many')]
            for server in servers:
                watch.refuse_error(server)
            active = sum(server.status == 'ACTIVE' for server in servers)
            if active == self._count == len(servers):
                return None
            return f'{active} of {self._count} ACTIVE'

        self._watch.until('servers', missing, step)
        step.note = f'{self._count} ACTIVE'

    def delete_all(self, step: Step) -> None:
        """Delete what the tour made and see Azure and Neutron without it.

        :raises SandboxError: something is left
        """
        servers = self._mine()
        for server in servers:
            self._compute.delete_server(server, ignore_missing=True)

        def missing() -> str | None:
            left = self._mine()
            for server in left:
                watch.refuse_error(server)
            return f'{len(left)} servers there' if left else None

        self._watch.until('deletion', missing, step)
        self._volumes.delete_all(step)
        self._images.delete_all()
        self._compute.delete_keypair(self._name, ignore_missing=True)
        for server in servers:
            if list(self._cloud.network.ports(device_id=server.id)):
                raise errors.SandboxError('Neutron still has ports')
        left = self._azure.resources()
        if left:
            raise errors.SandboxError(
                'the servers are deleted, but '
                + inventory.describe(left).replace('\n', ' '))
        step.note = f'{len(servers)} servers'

    def _mine(self):
        return [server for server in self._compute.servers()
                if server.name.startswith(self._name)]

    def _machine(self) -> dict[str, Any]:
        machine = self._azure.virtual_machine(self.server.id)
        if machine is None:
            raise errors.SandboxError('Azure has no such virtual machine')
        return machine

    def _expect_power(self, expected: str, step: Step) -> None:
        power = inventory.power_state(self._machine())
        errors.expect('power state in Azure', expected, power)
        step.note = f'{power} in Azure'
