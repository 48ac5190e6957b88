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

"""What tests of rebuilt servers do."""

from jacket_azure.emulator.compute import guest

READS = ('GET', 'HEAD')
EVENT = 'compute_rebuild_instance'


class Rebuilding:
    """Mixed in."""

    def ask_for_rebuild(self, server, image, **wanted):
        self.action(server, 'rebuild', {'imageRef': image['id'], **wanted})

    def rebuild(self, server, image, status='ACTIVE', **wanted):
        """Rebuild a server and wait until it is there again."""
        self.ask_for_rebuild(server, image, **wanted)
        event = self.last_event(server)
        self.assertEqual('Success', event['result'], event)
        return self._wait_for_server_parameter(
            server, {'status': status, 'OS-EXT-STS:task_state': None})

    def refused(self, server, image, words, status='ACTIVE', **wanted):
        """Expect that nothing changes, and why in the server's actions."""
        vm, before = self.vm(server), self.admin_api.get_server(server['id'])
        with self.azure.recording() as made:
            self.ask_for_rebuild(server, image, **wanted)
            event = self.last_event(server)
        self.assertEqual('Error', event['result'])
        self.assertIn(words, event['details'])
        self._wait_for_server_parameter(server, {
            'status': status, 'OS-EXT-STS:task_state': None,
            'image': before['image']})
        self.assertEqual(vm, self.vm(server))
        self.assertEqual(
            [], [each for each in made if each.method not in READS])

    def last_event(self, server, name=EVENT):
        """Wait for an event of the latest action, and return it."""
        def found():
            [action, *_] = self.admin_api.get_instance_actions(server['id'])
            details = self.admin_api.get_instance_action_details(
                server['id'], action['request_id'])
            for event in details['events']:
                if event['event'] == name and event['result']:
                    return event
            return None

        return self.wait_until(found, f'event {name}')

    def booted(self, server):
        """Return what the machine's OS disk is called."""
        entry = self.vm(server)['properties']['storageProfile']['osDisk']
        place = (entry.get('managedDisk') or {}).get('id') or (
            entry['vhd']['uri'])
        return place.rpartition('/')[2].removesuffix('.vhd')

    def guest(self, server):
        vm = self.azure.emulator.store.get(self.vm(server)['id'])
        return guest.of(self.azure.emulator, vm)
