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

"""The password of a rescue system, which shall stay in it.

Azure's agent carries out what a machine's extensions order, in whatever system
it runs: an order that stays would set the rescue password in the server's own
system as well, once that boots again. Only a running agent lets go of one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from oslo_log import log as logging

from jacket_azure import exceptions
from jacket_azure.nova import backend as backends
from jacket_azure.nova import guest_access
from jacket_azure.nova import patience
from jacket_azure.payload import access_extension
from jacket_azure.payload import diagnostics
from jacket_azure.payload import names

LOG = logging.getLogger(__name__)

_STAYS = (
    "Azure may set the rescue password in the server's own system as well, "
    'once it is unrescued: %s'
)


class RescuePassword:
    """Sets it, and takes the order to do so out again."""

    def __init__(self, backend: backends.Backend) -> None:
        self._azure = backend.azure
        self._access = guest_access.GuestAccess(backend)

    def set(
        self,
        context: Any,
        instance: Any,
        password: str,
        vm: Mapping[str, Any],
    ) -> None:
        """Set the password once the agent answers; never raises.

        :param vm: as read at any time
        """
        access = guest_access.Access(password=password)
        name = names.vm_name(instance.uuid)
        try:
            if self._access.give(context, instance, access):
                self._delete(name, access_extension.parse(vm).name)
                return
            # it may have been ordered all the same
            newest = self._azure.virtual_machines.get(
                name, instance_view=True
            )
        except exceptions.AzureError as exc:
            LOG.warning(_STAYS, exc, instance=instance)
        else:
            self.take_back(instance, newest)

    def take_back(self, instance: Any, vm: Mapping[str, Any]) -> None:
        """Take an order that stayed out of a machine; never raises.

        No request where there is none.

        :param vm: as read with its instance view, before it is stopped
        """
        target = access_extension.parse(vm)
        extension = access_extension.find(vm, target.os_type)
        if extension is None:
            return
        if not diagnostics.parse(vm).is_agent_ready:
            # it would let Azure wait for very long
            LOG.error(_STAYS, 'no agent answers', instance=instance)
            return
        try:
            self._delete(names.vm_name(instance.uuid), extension)
        except exceptions.AzureError as exc:
            LOG.warning(_STAYS, exc, instance=instance)

    def _delete(self, name: str, extension: str) -> None:
        patience.insist(
            self._azure.wire,
            lambda: self._azure.virtual_machine_extensions.delete(
                name, extension
            ),
        )
