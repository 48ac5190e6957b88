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

"""Change the administrator's password inside a running guest.

Nova shows the user the words of two exceptions only, and says of any other
"error setting admin password" (nova 34 compute/manager.py,
``set_admin_password``); so everything here becomes one of the two.
"""

from __future__ import annotations

from collections.abc import Iterator
import contextlib
from typing import Any
import uuid

from nova import exception as nova_exception
from oslo_log import log as logging

from jacket_azure import exceptions
from jacket_azure.nova import backend as backends
from jacket_azure.nova import errors
from jacket_azure.nova import patience
from jacket_azure.payload import access_extension
from jacket_azure.payload import diagnostics
from jacket_azure.payload import names
from jacket_azure.payload import passwords

LOG = logging.getLogger(__name__)


class PasswordOps:
    """Runs Azure's VMAccess extension; one request, and one look before."""

    def __init__(self, backend: backends.Backend) -> None:
        self._backend = backend
        self._azure = backend.azure

    def change(self, instance: Any, password: str) -> None:
        """Set the password of the administrator; twice is fine.

        Of a guest that Azure has not set up, which boots from a volume or a
        specialized image, nobody was told the administrator's name: there
        it is ``[azure] admin_username``, and the account is made.

        :raises SetAdminPasswdNotSupported: with the reason, for the user
        :raises InstanceAgentNotEnabled: the guest has no agent that answers
        :raises InstanceNotFound: Azure has no such machine
        """
        name = names.vm_name(instance.uuid)
        with _told(instance):
            vm = self._azure.virtual_machines.get(name, instance_view=True)
            target = access_extension.parse(vm)
            passwords.check(password, target.os_type)
            _check_agent(vm)
            user = target.user or self._backend.conf.admin_username
            body = access_extension.build(
                access_extension.Access(
                    target, user, uuid.uuid4().hex, password
                )
            )
            patience.insist(
                self._azure.wire,
                lambda: self._azure.virtual_machine_extensions.run(
                    name, target.name, body
                ),
            )
        LOG.info('Set the password of %s', user, instance=instance)


def _check_agent(vm: Any) -> None:
    """Refuse a guest that would let Azure wait for an hour."""
    found = diagnostics.parse(vm)
    if not found.is_agent_ready:
        agent = found.agent
        state = agent.state if agent else 'nothing was heard of it'
        raise nova_exception.InstanceAgentNotEnabled(
            f"Azure's agent in the guest is not ready ({state}); it is what "
            f'sets passwords.'
        )


@contextlib.contextmanager
def _told(instance: Any) -> Iterator[None]:
    """Let the user read what went wrong; no message holds a password."""
    try:
        yield
    except exceptions.JacketAzureError as exc:
        if errors.is_missing_vm(exc):
            raise nova_exception.InstanceNotFound(
                instance_id=instance.uuid
            ) from exc
        LOG.warning('Password not changed: %s', exc, instance=instance)
        raise nova_exception.SetAdminPasswdNotSupported(str(exc)) from exc
