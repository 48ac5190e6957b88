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

"""What Azure holds, and what it was asked."""

import contextlib


class Contents:
    """Part of :class:`tests.fixtures.AzureFixture`."""

    def resource_ids(self):
        """List ids of all resources that were not there at the start."""
        return sorted(set(self.emulator.store.ids()) - self._seeded)

    def resources(self, kind):
        """List the bodies of one type, e.g. ``virtualMachines``."""
        suffix = '/' + kind.lower()
        return [
            resource.view() for resource in self.emulator.store
            if resource.type.lower().endswith(suffix)]

    def resource(self, kind, name):
        """Return the body of one resource.

        :raises KeyError: there is none of that name
        """
        for body in self.resources(kind):
            if body['name'].lower() == name.lower():
                return body
        raise KeyError(f'{kind}/{name} is not among {self.resource_ids()}')

    def subnet_id(self, name):
        """Return the full id of one of :data:`tests.world.SUBNETS`."""
        [resource_id] = [
            body['id'] for body in self.resources('subnets')
            if body['name'] == name]
        return resource_id

    def sent(self, method, kind, name):
        """Return the last body that was sent, secrets included.

        :raises KeyError: none was sent
        """
        return self._sent[method, kind.lower(), name.lower()]

    @property
    def requests(self):
        """All requests since the start of the test, polls left out."""
        return self.emulator.requests.without_polls()

    @contextlib.contextmanager
    def recording(self):
        """Give a list that holds, at the end, the requests made meanwhile."""
        made = []
        before = len(self.emulator.requests)
        yield made
        made.extend(record for record in list(self.emulator.requests)[before:]
                    if not record.is_poll)

    def invalid_requests(self):
        """List what did not fit the API documents, and why."""
        return [(record.method, record.path, record.problems)
                for record in list(self.emulator.requests)
                if not record.valid]
