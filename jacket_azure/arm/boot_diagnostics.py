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

"""What virtual machines write before anybody can log in."""

from __future__ import annotations

from jacket_azure.arm import writes


class BootDiagnostics(writes.WrittenResources):
    """Part of :class:`.virtual_machines.VirtualMachines`."""

    def serial_log_url(self, name: str) -> str:
        """Return a signed URL of what a machine writes; a secret.

        There is nothing behind it before the machine has written.

        :raises Conflict: boot diagnostics are off

        Source: virtual-machines/retrieve-boot-diagnostics-data.
        """
        found = self._read(
            self._sdk.retrieve_boot_diagnostics_data,
            self._group,
            name,
            verb='retrieve_boot_diagnostics_data',
        )
        return str(found['serialConsoleLogBlobUri'])
