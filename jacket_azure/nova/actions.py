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

"""Delegates for what is done to single machines besides power and volumes.

The other half of :class:`.driver.AzureDriver`.
"""

from __future__ import annotations

from typing import Any

from jacket_azure.nova import errors


class Actions:
    """Mixed into the driver, before Nova's own base class."""

    diagnosticsops: Any
    passwordops: Any

    def get_diagnostics(self, instance: Any) -> dict[str, Any]:
        with errors.as_nova_errors(instance):
            return self.diagnosticsops.facts(instance)

    def get_instance_diagnostics(self, instance: Any) -> Any:
        with errors.as_nova_errors(instance):
            return self.diagnosticsops.standard(instance)

    def set_admin_password(self, instance: Any, new_pass: str) -> None:
        # which exceptions the user sees, only that module knows
        self.passwordops.change(instance, new_pass)
