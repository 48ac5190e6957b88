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

"""Periodic tasks of a compute service, without waiting for their time."""

import copy
import dataclasses
import json
import time
import uuid

import fixtures
from nova import context
from nova import objects


class Periodics:
    """Mixed into a test case: its compute service's periodic tasks."""

    minutes = 0

    def sync(self):
        """Let Nova compare the power states, and wait for what follows."""
        self.run_periodic('_sync_power_states')
        self.wait_until(
            lambda: not self.compute.manager._syncs_in_progress,
            'power sync')

    def run_own(self, name):
        """Run one of the driver's periodic tasks as the manager does."""
        manager = self.compute.manager
        [task] = [task for each, task in manager._periodic_tasks
                  if each == name]
        task(manager, context.get_admin_context())

    def forget_power_states(self):
        """Let more time pass in the driver than it remembers answers for."""
        self.minutes += 2
        states = self.compute.manager.driver._backend.power_states
        for holder in (states, states._listings):
            self.useFixture(fixtures.MockPatchObject(
                holder, '_clock',
                lambda: time.monotonic() + 60 * self.minutes))

    def plant(self, server, count):
        """Copy a server, in Nova's database and in Azure."""
        store = self.azure.emulator.store
        models = [each for each in store
                  if each.id.lower().startswith('/subscriptions')
                  and each.name.startswith(server['id'])]
        with context.target_cell(
                context.get_admin_context(),
                self.cell_mappings['cell1']) as ctxt:
            original = objects.Instance.get_by_uuid(
                ctxt, server['id'], expected_attrs=['flavor'])
            for _ in range(count):
                instance_id = str(uuid.uuid4())
                objects.Instance(
                    ctxt, uuid=instance_id, host=original.host,
                    node=original.node, vm_state='active', power_state=1,
                    project_id=original.project_id,
                    user_id=original.user_id, image_ref=original.image_ref,
                    display_name=original.display_name,
                    flavor=original.flavor,
                    compute_id=original.compute_id).create()
                for model in models:
                    store.put(_copied(model, server['id'], instance_id))


def _copied(model, old, new):
    """Return a resource whose ids all speak of another server."""
    return dataclasses.replace(
        model, id=model.id.replace(old, new),
        name=model.name.replace(old, new),
        body=json.loads(json.dumps(model.body).replace(old, new)),
        private=copy.copy(model.private))
