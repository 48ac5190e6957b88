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

"""Let the user in where Azure does not set up the guest.

Azure gives a guest its password and key when it makes a machine of a
generalized image, and never again. Guests of specialized images, of volumes
and of disks that were put under a machine later get them from Azure's agent
in the guest, once it runs, by the VMAccess extension; or find the key in
``userData``, where the cloud has that.

What the user sees of a failure is an event of the action it was part of: the
server is there, and its password can be set again.
"""

from __future__ import annotations

from collections.abc import Mapping
import dataclasses
from typing import Any
import uuid

from oslo_log import log as logging

from jacket_azure import exceptions
from jacket_azure.nova import admin_password as admin_passwords
from jacket_azure.nova import backend as backends
from jacket_azure.nova import events
from jacket_azure.nova import guest
from jacket_azure.nova import patience
from jacket_azure.payload import access_extension
from jacket_azure.payload import diagnostics
from jacket_azure.payload import names
from jacket_azure.payload import passwords
from jacket_azure.payload import ssh_keys

LOG = logging.getLogger(__name__)

EVENT = 'azure_guest_access'
_LOOK_SECONDS = 5.0


@dataclasses.dataclass(frozen=True)
class Access:
    """What the agent is to set for the administrator.

    :ivar key: public SSH key that replaces those the administrator has
    """

    password: str | None = dataclasses.field(default=None, repr=False)
    key: str | None = None

    def __bool__(self) -> bool:
        return bool(self.password or self.key)


def asked_for(password: str | None, os_type: str) -> str | None:
    """Return a password that the user chose; None for one Nova made.

    Nova makes one for every server. A guest that nobody sets up is expected
    to have its own, so that one is not forced on it.

    :raises InvalidRequest: Azure would refuse it
    """
    if password is None or admin_passwords.is_generated(password):
        return None
    passwords.check(password, os_type)
    return password


def user_data(
    backend: backends.Backend, order: Any, os_type: str | None
) -> str | None:
    """Return ``userData`` of a guest that Azure does not set up.

    :param order: :class:`jacket_azure.nova.choices.Order`
    :raises InvalidRequest: this cloud has no such thing
    """
    known = backend.azure.cloud.capabilities.user_data
    found = guest.build_user_data(
        order.instance,
        os_type,
        order.injected_files,
        order.network_info,
        with_key=known,
    )
    if found and not known:
        raise exceptions.InvalidRequest(
            'On this cloud a server that boots from a volume or a '
            'specialized image, or was rebuilt, can be given no user data, '
            'files or config drive.'
        )
    return found


def of_specialized(
    backend: backends.Backend, order: Any, os_type: str | None
) -> Access:
    """Return what the agent sets in a guest that is as its disk has it.

    :raises InvalidRequest: a password or key Azure would refuse
    """
    os_type = guest.known_os_type(os_type)
    instance = order.instance
    password = None
    if _takes_password(backend, instance, os_type):
        password = asked_for(order.admin_password, os_type)
    return Access(password, _key_for_agent(backend, instance, os_type))


def of_generalized(
    backend: backends.Backend,
    order: Any,
    os_type: str | None,
    vm: Mapping[str, Any],
) -> Access:
    """Return what the agent sets where Azure would have, in a new machine.

    :param vm: as read; keys that it was made with are the guest's as well
    :raises InvalidRequest: a password or key Azure would refuse
    """
    os_type = guest.known_os_type(os_type)
    instance = order.instance
    wanted = ssh_keys.comparable(instance.key_data)
    made_with = {
        ssh_keys.comparable(key) for key in access_extension.keys_of(vm)
    }
    key = _key_for_agent(backend, instance, os_type)
    if key is None and wanted and made_with - {wanted}:
        # cloud-init finds those with Azure, and adds the new one to them
        key = instance.key_data
    password = None
    if _takes_password(backend, instance, os_type):
        password = admin_passwords.settle(
            instance, os_type, order.admin_password
        )
        if password is not None:
            passwords.check(password, os_type)
    return Access(password, key)


def _takes_password(
    backend: backends.Backend, instance: Any, os_type: str
) -> bool:
    mode = backend.conf.linux_password
    return os_type != 'linux' or not instance.key_data or mode == 'always'


def _key_for_agent(
    backend: backends.Backend, instance: Any, os_type: str
) -> str | None:
    """Return a key that the guest finds nowhere else."""
    if os_type != 'linux' or not instance.key_data:
        return None
    key = ssh_keys.check(instance.key_data)
    return None if backend.azure.cloud.capabilities.user_data else key


class GuestAccess:
    """Sets passwords and keys in guests that have just begun to boot."""

    def __init__(self, backend: backends.Backend) -> None:
        self._backend = backend
        self._azure = backend.azure

    def give(self, context: Any, instance: Any, access: Access) -> bool:
        """Wait for the agent and let it set what is wanted.

        Never raises for what Azure or the guest cannot: the server exists.

        :returns: whether it is set
        """
        if not access:
            return True
        try:
            with events.reported(
                context, EVENT, self._backend.host, instance
            ):
                self._give(instance, access)
        except exceptions.JacketAzureError as exc:
            LOG.warning(
                'Password and key not set in the guest: %s',
                exc,
                instance=instance,
            )
            return False
        return True

    def take_back(self, instance: Any, vm: Mapping[str, Any]) -> None:
        """Let no other guest of a machine get what this one was given.

        Whatever boots there, its agent does what the machine's extensions
        say: an old password would be set once more.

        :param vm: as read, running
        """
        target = access_extension.parse(vm)
        extension = access_extension.find(vm, target.os_type)
        if extension is None:
            return
        name = names.vm_name(instance.uuid)
        try:
            patience.insist(
                self._azure.wire,
                lambda: self._azure.virtual_machine_extensions.delete(
                    name, extension
                ),
            )
        except exceptions.AzureError as exc:
            LOG.warning(
                'Extension %s stays, and may set the last password in the '
                'next guest, too: %s',
                extension,
                exc,
                instance=instance,
            )

    def _give(self, instance: Any, access: Access) -> None:
        name = names.vm_name(instance.uuid)
        target = access_extension.parse(self._with_agent(name))
        user = target.user or self._backend.conf.admin_username
        body = access_extension.build(
            access_extension.Access(
                target, user, uuid.uuid4().hex, access.password, access.key
            )
        )
        patience.insist(
            self._azure.wire,
            lambda: self._azure.virtual_machine_extensions.run(
                name, target.name, body
            ),
        )
        LOG.info('Let %s into the guest', user, instance=instance)

    def _with_agent(self, name: str) -> Mapping[str, Any]:
        """Return the machine as soon as its agent answers.

        :raises OperationTimeout: it does not within the option's time
        """
        wire = self._azure.wire
        seconds = self._backend.conf.guest_agent_timeout
        until = wire.clock() + seconds
        while True:
            vm: Mapping[str, Any] = self._azure.virtual_machines.get(
                name, instance_view=True
            )
            if diagnostics.parse(vm).is_agent_ready:
                return vm
            if wire.clock() + _LOOK_SECONDS > until:
                raise exceptions.OperationTimeout(
                    f"Azure's agent in the guest did not answer within "
                    f'{seconds} seconds, so the password and key that were '
                    f'asked for are not set; set the password once it does.'
                )
            wire.sleep(_LOOK_SECONDS)
