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

"""What Azure tells about a machine, its agent, disks and interfaces."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from typing import NamedTuple

from nova.compute import power_state
from nova.objects import diagnostics as nova_diagnostics
from nova.objects import fields
from nova.virt import configdrive

from jacket_azure import exceptions
from jacket_azure.nova import backend as backends
from jacket_azure.nova import parallel
from jacket_azure.nova import powerops
from jacket_azure.payload import diagnostics
from jacket_azure.payload import names
from jacket_azure.payload import network_interface
from jacket_azure.payload import public_ip


class _Nic(NamedTuple):
    name: str
    mac_address: str = ''
    public_ip: str | None = None


class DiagnosticsOps:
    """Looks at machines; changes nothing.

    One request for the machine and one for each network interface, since
    only the interface itself tells its MAC address, and one for each public
    address.
    """

    def __init__(self, backend: backends.Backend) -> None:
        self._azure = backend.azure

    def facts(self, instance: Any) -> dict[str, Any]:
        """Return all facts, by name (API versions before 2.48)."""
        found = self._look(instance)
        flat = diagnostics.flatten(found)
        for index, nic in enumerate(self._nics(found)):
            flat[f'nic{index}_name'] = nic.name
            flat[f'nic{index}_mac_address'] = nic.mac_address
            if nic.public_ip is not None:
                flat[f'nic{index}_public_ip'] = nic.public_ip
        return flat

    def standard(self, instance: Any) -> nova_diagnostics.Diagnostics:
        """Return what Nova's own form has room for (from 2.48 on)."""
        found = self._look(instance)
        made = nova_diagnostics.Diagnostics(
            state=power_state.STATE_MAP[powerops.nova_state(found.state)],
            # of those Nova knows, the one Azure's hypervisor descends from
            driver=fields.HypervisorDriver.HYPERV,
            hypervisor='Azure',
            hypervisor_os=found.system or None,
            config_drive=configdrive.required_by(instance),
        )
        for _ in range(instance.flavor.vcpus):
            made.add_cpu()
        for _ in found.disks:
            made.add_disk()
        for nic in self._nics(found):
            made.add_nic(mac_address=nic.mac_address or None)
        made.memory_details = nova_diagnostics.MemoryDiagnostics(
            maximum=instance.flavor.memory_mb, used=None
        )
        return made

    def _look(self, instance: Any) -> diagnostics.Diagnostics:
        return diagnostics.parse(
            self._azure.virtual_machines.get(
                names.vm_name(instance.uuid), instance_view=True
            )
        )

    def _nics(self, found: diagnostics.Diagnostics) -> list[_Nic]:
        """Return all interfaces, the primary one first.

        One that has gone meanwhile has no address.
        """
        seen: dict[str, _Nic] = {}

        def read(nic_id: str) -> None:
            try:
                nic = self._azure.network_interfaces.get(nic_id)
            except exceptions.NotFound:
                return
            mac = str(nic['properties'].get('macAddress') or '')
            seen[nic_id] = _Nic(
                names.parse_resource_id(nic_id).name,
                mac.replace('-', ':').lower(),
                self._public_ip(nic),
            )

        parallel.call(read, [(nic_id,) for nic_id in found.nic_ids])
        return [
            seen.get(nic_id) or _Nic(names.parse_resource_id(nic_id).name)
            for nic_id in found.nic_ids
        ]

    def _public_ip(self, nic: Mapping[str, Any]) -> str | None:
        for address_id in network_interface.parse_public_ip_ids(nic):
            try:
                return public_ip.parse_address(
                    self._azure.public_ip_addresses.get(address_id)
                )
            except exceptions.NotFound:
                continue
        return None
