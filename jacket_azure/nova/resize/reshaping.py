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

"""Give a machine another shape: as few writes as Azure lets us.

Whatever the machine is now, whoever left it so: each step is looked up first
and may be repeated.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
import contextlib
from typing import Any

from oslo_log import log as logging

from jacket_azure import exceptions
from jacket_azure.nova import backend as backends
from jacket_azure.nova import os_disk_swap
from jacket_azure.nova import patience
from jacket_azure.payload import data_disk
from jacket_azure.payload import instance_view
from jacket_azure.payload import names
from jacket_azure.payload import os_disk
from jacket_azure.payload import shape as shapes

LOG = logging.getLogger(__name__)

Power = instance_view.Power


class Reshaper:
    """Changes size, host and OS disk of machines, and starts them."""

    def __init__(self, backend: backends.Backend) -> None:
        self._backend = backend
        self._machines = backend.azure.virtual_machines
        self._states = backend.power_states

    def become(
        self,
        instance: Any,
        vm: Mapping[str, Any],
        wanted: shapes.Shape,
        make_disk: Callable[[], Mapping[str, Any]] | None = None,
    ) -> Power:
        """Make a machine what it shall be.

        A machine that has hardware keeps it if the new size fits there:
        Azure then restarts its guest. Else it is deallocated.

        :param vm: as read, with its instance view
        :param make_disk: makes the OS disk that is wanted and returns its
            entry, while the machine is deallocated; None when it is there
        :returns: the power state; see :meth:`start`
        :raises AzureError: what was done until then stays done
        """
        found = shapes.parse(vm, instance.uuid)
        power = instance_view.parse(vm).power
        if not found.differs(wanted):
            return power
        with self._changing(instance):
            if wanted.disk is not None and found.disk != wanted.disk:
                if power is not Power.DEALLOCATED:
                    power = self.deallocate(instance)
                changed: Mapping[str, Any] = self._swap(
                    instance, vm, wanted, make_disk
                )
            else:
                changed, power = self._update(instance, vm, wanted, power)
        self._states.record(instance, power, changed)
        LOG.info(
            'Virtual machine %s is of size %s now, and of host %s',
            names.vm_name(instance.uuid),
            wanted.size,
            wanted.host,
            instance=instance,
        )
        return power

    def start(self, instance: Any) -> None:
        """Start a machine.

        :raises NoCapacity: Azure has no room for it
        """
        name = names.vm_name(instance.uuid)
        with self._changing(instance):
            patience.insist(
                self._backend.azure.wire, lambda: self._machines.start(name)
            )
        self._states.record(instance, Power.RUNNING)

    def deallocate(self, instance: Any) -> Power:
        """Let the guest shut down and give the hardware back."""
        name = names.vm_name(instance.uuid)
        with self._changing(instance):
            patience.insist(
                self._backend.azure.wire,
                lambda: self._machines.deallocate(name),
            )
        self._states.record(instance, Power.DEALLOCATED)
        return Power.DEALLOCATED

    @contextlib.contextmanager
    def _changing(self, instance: Any) -> Iterator[None]:
        """Know nothing of a machine whose change has failed."""
        try:
            yield
        except exceptions.AzureError:
            self._states.forget(instance.uuid)
            raise

    def _swap(
        self,
        instance: Any,
        vm: Mapping[str, Any],
        wanted: shapes.Shape,
        make_disk: Callable[[], Mapping[str, Any]] | None,
    ) -> dict[str, Any]:
        if make_disk is not None:
            entry = make_disk()
        else:
            entry = shapes.beside(
                data_disk.profile_of(vm)['osDisk'], str(wanted.disk)
            )
        body = shapes.build_update(
            vm, shapes.parse(vm, instance.uuid), wanted
        )
        if 'tags' not in body and not os_disk.is_page_blob(entry):
            # what is written replaces nothing that others may have written,
            # and the etag is that of before the machine was deallocated
            vm = {key: vm[key] for key in vm if key != 'etag'}
        return os_disk_swap.swap(
            self._backend,
            instance,
            vm,
            entry,
            tags=body.get('tags'),
            properties=body.get('properties'),
        )

    def _update(
        self,
        instance: Any,
        vm: Mapping[str, Any],
        wanted: shapes.Shape,
        power: Power,
    ) -> tuple[Mapping[str, Any], Power]:
        try:
            return self._write(instance, vm, wanted), power
        except exceptions.NoCapacity as exc:
            if power is Power.DEALLOCATED:
                raise
            LOG.info(
                'Virtual machine %s cannot be of size %s where it is (%s); '
                'deallocating it',
                names.vm_name(instance.uuid),
                wanted.size,
                exc,
                instance=instance,
            )
        power = self.deallocate(instance)
        return self._write(instance, None, wanted), power

    def _write(
        self,
        instance: Any,
        vm: Mapping[str, Any] | None,
        wanted: shapes.Shape,
    ) -> Mapping[str, Any]:
        """Write once; look again before each further try."""
        name = names.vm_name(instance.uuid)
        looks = iter([vm] if vm is not None else [])

        def ask() -> Mapping[str, Any]:
            current = next(looks, None) or self._machines.get(name)
            body = shapes.build_update(
                current, shapes.parse(current, instance.uuid), wanted
            )
            if not body:
                return current
            # tags are replaced as a whole
            etag = current.get('etag') if 'tags' in body else None
            changed: dict[str, Any] = self._machines.update(
                name, body, etag=etag
            )
            return changed

        return patience.insist(self._backend.azure.wire, ask)
