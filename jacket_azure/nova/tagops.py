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

"""Tags of virtual machines follow Nova's metadata and server names.

Nova tells drivers neither (nova 34 has no ``change_instance_metadata`` any
more), so a periodic task of the compute manager compares its database with
the tags last seen: one database query, and no request while nothing changed.
"""

from __future__ import annotations

from collections.abc import Mapping
import threading
from typing import Any

from nova import objects
from oslo_log import log as logging

from jacket_azure import exceptions
from jacket_azure.nova import backend as backends
from jacket_azure.nova import errors
from jacket_azure.nova import parallel
from jacket_azure.nova import periodic
from jacket_azure.payload import names
from jacket_azure.payload import tags
from jacket_azure.payload import virtual_machine

LOG = logging.getLogger(__name__)

TASK = 'azure_tags'
SPACING_SECONDS = 60


def register(virtapi: Any) -> None:
    """Hang the task on the running compute manager, if there is one."""
    periodic.register(
        virtapi,
        TASK,
        SPACING_SECONDS,
        lambda driver, context: driver.tagops.follow(context),
    )


class TagOps:
    """Keeps the tags of this host's machines as Nova has them."""

    def __init__(self, backend: backends.Backend) -> None:
        self._backend = backend
        self._keys: dict[str, set[str]] = {}
        self._writer: threading.Thread | None = None

    def follow(self, context: Any) -> None:
        """Start to write what changed; what fails is tried the next time.

        Returns at once: all periodic tasks of Nova share one thread, and
        Azure may take half an hour to fail. A metadata key that was removed
        while this process did not run stays as a tag: nothing tells it from
        a tag of the operator.
        """
        if self._writer is not None and self._writer.is_alive():
            return
        instances = objects.InstanceList.get_by_host(
            context, self._backend.host, expected_attrs=['metadata']
        )
        changed = [
            (instance,)
            for instance in instances
            if instance.task_state is None and self._is_changed(instance)
        ]
        known = {instance.uuid for instance in instances}
        self._keys = {k: v for k, v in self._keys.items() if k in known}
        if changed:
            self._writer = threading.Thread(
                target=parallel.call, args=(self._update, changed),
                name=TASK, daemon=True,
            )
            self._writer.start()

    def wait(self) -> None:
        """Wait until all that was started is written, or has failed."""
        if self._writer is not None:
            self._writer.join()

    def _is_changed(self, instance: Any) -> bool:
        seen = self._backend.power_states.last_seen(instance.uuid)
        if seen is None or seen.host != self._backend.host:
            return False
        if self._wanted(instance, seen.tags) != seen.tags:
            return True
        self._keys[instance.uuid] = set(instance.metadata)
        return False

    def _wanted(
        self, instance: Any, current: Mapping[str, str]
    ) -> dict[str, str]:
        """Return all tags: ours, the metadata, and what others added."""
        wanted, _ = tags.rebuild(
            current, instance.display_name, instance.metadata
        )
        taken = {key.lower() for key in wanted}
        removed = self._keys.get(instance.uuid, set()) - set(
            instance.metadata
        )
        for key, value in current.items():
            ours = key.lower().startswith('jacket-')
            if key.lower() in taken or key in removed or ours:
                continue
            if len(wanted) < tags.MAX_TAGS:
                wanted[key] = value
        return wanted

    def _update(self, instance: Any) -> None:
        machines = self._backend.azure.virtual_machines
        name = names.vm_name(instance.uuid)
        try:
            vm = machines.get(name)
            if not tags.is_owned(vm, self._backend.owner):
                return
            wanted = self._wanted(instance, vm.get('tags') or {})
            if wanted != vm.get('tags'):
                machines.update(
                    name,
                    virtual_machine.build_tags_update(wanted),
                    etag=vm.get('etag'),
                )
                LOG.info('Updated tags of %s', name, instance=instance)
        except exceptions.AzureError as exc:
            if not errors.is_missing_vm(exc):
                LOG.warning(
                    'Could not update tags of %s, will try again: %s',
                    name,
                    exc,
                    instance=instance,
                )
            return
        self._keys[instance.uuid] = set(instance.metadata)
        self._backend.power_states.record_tags(instance.uuid, wanted)
