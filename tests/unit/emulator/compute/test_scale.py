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

"""Ten thousand machines: lists and creates stay fast."""

import copy

import fixtures

from jacket_azure.emulator import paging
from jacket_azure.emulator import store
from jacket_azure.emulator.compute import usages
from tests.unit.emulator.compute import base

COUNT = 10000


class ScaleTest(base.ComputeTestCase):
    """Clones of one machine, put straight into the store."""

    def setUp(self):
        super().setUp()
        self.create('template')
        model = self.emulator.store.get(
            self.path('virtualMachines', 'template'))
        for number in range(COUNT):
            vm_id = self.path('virtualMachines', f'clone{number:05}')
            body = copy.deepcopy(model.body)
            body.update(id=vm_id, name=f'clone{number:05}')
            self.emulator.store.put(store.Resource(
                id=vm_id, type=model.type, name=body['name'], body=body,
                created=model.created, private=dict(model.private)))

    def shown(self, function, *args, **kwargs):
        """Return how many machines were rendered, and what came of it."""
        count = 0
        render = paging.render

        def counting(request, resources, view):
            def one(resource):
                nonlocal count
                count += 1
                return view(resource)

            return render(request, resources, one)

        with fixtures.MonkeyPatch(
                'jacket_azure.emulator.paging.render', counting):
            found = function(*args, **kwargs)
        return count, found

    def test_pages_and_a_create(self):
        for query in ({}, {'$expand': 'instanceView'}):
            count, answer = self.shown(
                self.send, 'GET', self.path('virtualMachines'), **query)
            self.assertEqual(self.emulator.page_size,
                             len(answer.json()['value']))
            # not all ten thousand for one page of them
            self.assertEqual(self.emulator.page_size, count)
        count, names = self.shown(lambda: {
            vm.name for vm in self.vms.list(base.GROUP)})
        self.assertEqual(COUNT + 1, len(names))
        self.assertEqual(COUNT + 1, count)
        usages.set_limit(self.emulator, 'cores', 10 ** 6)
        usages.set_limit(self.emulator, 'standardDSv5Family', 10 ** 6)
        self.create('another')
        used = {usage.name.value: usage.current_value
                for usage in self.compute.usage.list('eastus')}
        self.assertEqual(COUNT + 2, used['virtualMachines'])
        self.assertEqual(2 * (COUNT + 2), used['cores'])
        self.emulator.reset()
        self.assertEqual(0, len(self.emulator.store))
