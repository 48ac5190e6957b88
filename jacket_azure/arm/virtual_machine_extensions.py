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

"""Extensions of virtual machines: what Azure does inside a guest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from typing import cast

from jacket_azure.arm import resources
from jacket_azure.arm import writes


class VirtualMachineExtensions(resources.GroupResources):
    """Extensions of the virtual machines of our resource group.

    Source: Compute REST API, virtual-machine-extensions, 2026-04-01.
    """

    NAME = 'virtual_machine_extensions'
    TYPE = 'Microsoft.Compute/virtualMachines/extensions'

    def run(
        self, virtual_machine: str, name: str, body: Mapping[str, Any]
    ) -> resources.Body:
        """Install an extension or run it again, and wait for its end.

        :param body: what is below ``protectedSettings`` appears in no error
        :raises OperationFailed: the extension failed; with its own words
        :raises Conflict: the machine does not run, has no agent, or another
            write goes on
        """
        call = self._client.write_call(
            self._operation('run'),
            body=body,
            virtual_machine=virtual_machine.lower(),
        )
        return cast(
            resources.Body,
            self._run(
                self._sdk.begin_create_or_update,
                self._group,
                virtual_machine,
                name,
                writes.encode(body),
                call=call,
            ),
        )

    def delete(self, virtual_machine: str, name: str) -> bool:
        """Take an extension out of a running machine, and wait.

        What it has done in the guest stays.

        :returns: False when it was not there
        :raises Conflict: as above
        """
        call = self._client.write_call(
            self._operation('delete'),
            virtual_machine=virtual_machine.lower(),
        )
        return self._run_delete(
            self._group, virtual_machine, name, call=call
        )
