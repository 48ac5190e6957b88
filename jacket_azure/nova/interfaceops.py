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

"""Attach and detach network interfaces, which Azure does on machines at rest.

Whatever is refused is refused before anything changes. A process that is
killed in between leaves at most an interface with our tags that no machine
has, which the next try or a janitor removes.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any

from oslo_log import log as logging
from oslo_utils import timeutils

from jacket_azure import exceptions
from jacket_azure.nova import backend as backends
from jacket_azure.nova import leftovers
from jacket_azure.nova import netops
from jacket_azure.nova import nic_plans
from jacket_azure.nova import patience
from jacket_azure.nova import public_addresses
from jacket_azure.nova import resting
from jacket_azure.payload import names
from jacket_azure.payload import network_interface
from jacket_azure.payload import network_profile

LOG = logging.getLogger(__name__)

Vm = Mapping[str, Any]


class InterfaceOps:
    """Changes which interfaces a machine has, one at a time."""

    def __init__(self, backend: backends.Backend) -> None:
        self._backend = backend
        self._azure = backend.azure
        self._netops = netops.NetOps(backend)
        self._nic_plans = nic_plans.NicPlans(backend)
        self._public_addresses = public_addresses.PublicAddresses(backend)
        self._leftovers = leftovers.Leftovers(backend)
        self._resting = resting.Resting(backend)

    def check_attach(self, instance: Any) -> None:
        """Refuse an attachment before Neutron has made a port for it.

        :raises InvalidRequest: it cannot be, and why
        """
        vm = self._look(instance)
        self._resting.check(vm)
        self._check_room(vm)

    def attach(self, context: Any, instance: Any, vif: Any) -> None:
        """Make the port's interface and give it to the machine.

        :raises InvalidRequest: the machine runs, its size has no room, or
            the port is in another virtual network
        :raises AzureError: nothing of the interface is left behind, as far
            as Azure answers
        """
        vm = self._look(instance)
        wanted = self._netops.interface(context, instance.uuid, vif)
        nic_id = self._nic_plans.nic_id(wanted.name)
        if network_profile.find(network_profile.parse(vm), nic_id):
            # a service that was killed had come that far
            if wanted.public_ip and (
                found := self._public_addresses.look(wanted.name)
            ):
                self._tell(instance, added=[found])
            return
        self._check_room(vm)
        created = timeutils.utcnow().isoformat() + 'Z'
        body = self._body(instance, vm, wanted, created)
        address = self._nic_plans.public_ip(instance, wanted, created)
        self._public_addresses.check_quota([address] if address else [])
        with self._resting.of(instance, vm):
            try:
                if address is not None:
                    found = self._public_addresses.make(wanted.name, address)
                self._azure.network_interfaces.create_or_update(
                    wanted.name, body
                )
                self._change(instance, lambda now: self._with(now, nic_id))
            except exceptions.JacketAzureError:
                self._take_back(instance, wanted.name)
                raise
        LOG.info(
            'Attached network interface %s', wanted.name, instance=instance
        )
        if address is not None and found is not None:
            self._tell(instance, added=[found])

    def detach(self, instance: Any, vif: Any) -> None:
        """Take the port's interface from the machine and delete it.

        Twice is fine.

        :raises InvalidRequest: the machine runs, or it is the last or the
            primary interface
        :raises AzureError: asking again continues where it ended
        """
        vm = self._look(instance)
        attached = network_profile.parse(vm)
        name = names.nic_name(instance.uuid, vif['id'], primary=False)
        nic_id = self._nic_plans.nic_id(name)
        if network_profile.find(attached, nic_id) is None:
            nic_id = self._first_of(vif, attached) or nic_id
        if network_profile.find(attached, nic_id):
            # refuses
            network_profile.build_detach(vm, nic_id)
            with self._resting.of(instance, vm):
                self._change(
                    instance,
                    lambda now: network_profile.build_detach(now, nic_id),
                )
        address = self._leftovers.delete_nic(
            instance, name, wait_reserved=True
        )
        if address is not None:
            self._tell(instance, removed=[address])

    def _tell(
        self,
        instance: Any,
        added: Iterable[str] = (),
        removed: Iterable[str] = (),
    ) -> None:
        if self._public_addresses.tell(instance, added, removed):
            # Nova saves nothing after a change of interfaces
            instance.save()

    # -- what is there

    def _look(self, instance: Any) -> dict[str, Any]:
        vm: dict[str, Any] = self._azure.virtual_machines.get(
            names.vm_name(instance.uuid), instance_view=True
        )
        return vm

    def _first_of(
        self, vif: Any, attached: tuple[network_profile.Attached, ...]
    ) -> str | None:
        """Return the primary interface if it is the port's.

        It bears the instance's name, so only addresses tell.
        """
        wanted = {ip['address'] for ip in vif.fixed_ips()}
        for one in attached:
            if one.primary:
                nic = self._azure.network_interfaces.get(one.id)
                if wanted & network_interface.parse_addresses(nic):
                    return one.id
        return None

    def _check_room(self, vm: Vm) -> None:
        size = self._backend.catalogue.size(
            vm['properties']['hardwareProfile']['vmSize']
        )
        if len(network_profile.parse(vm)) >= size.max_nics:
            raise exceptions.InvalidRequest(
                f'The VM size {size.name} has at most {size.max_nics} '
                f'network interfaces, and the server has as many.'
            )

    def _body(
        self, instance: Any, vm: Vm, wanted: netops.Interface, created: str
    ) -> dict[str, Any]:
        """Build the interface, like the primary one where Azure says so."""
        [first] = [
            one for one in network_profile.parse(vm) if one.primary
        ][:1]
        primary = self._azure.network_interfaces.get(first.id)
        network_interface.check_same_network(primary, wanted.fixed_ips)
        return self._nic_plans.nic(
            instance,
            wanted,
            created,
            bool(primary['properties'].get('enableAcceleratedNetworking')),
        )

    # -- changes

    def _with(self, vm: Vm, nic_id: str) -> dict[str, Any]:
        return network_profile.build_attach(
            vm, nic_id, self._azure.cloud.capabilities.cascade_delete
        )

    def _change(
        self, instance: Any, build: Callable[[Vm], dict[str, Any]]
    ) -> None:
        """Change the list as it is now, whoever else writes meanwhile."""
        name = names.vm_name(instance.uuid)
        machines = self._azure.virtual_machines

        def ask() -> None:
            now = machines.get(name)
            machines.update(name, build(now), etag=now.get('etag'))

        patience.insist(self._azure.wire, ask)

    def _take_back(self, instance: Any, name: str) -> None:
        """Remove an interface that could not be attached; never raises."""
        nic_id = self._nic_plans.nic_id(name)
        try:
            if network_profile.find(
                network_profile.parse(self._look(instance)), nic_id
            ):
                self._change(
                    instance,
                    lambda now: network_profile.build_detach(now, nic_id),
                )
            self._leftovers.delete_nic(instance, name, wait_reserved=True)
        except exceptions.JacketAzureError as exc:
            LOG.warning(
                'Network interface %s is left behind: %s',
                name,
                exc,
                instance=instance,
            )
