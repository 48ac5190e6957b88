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

"""Who may log in to a new virtual machine, and what it is called."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from typing import Any

from jacket_azure import exceptions
from jacket_azure.payload import passwords
from jacket_azure.payload import ssh_keys


@dataclass(frozen=True)
class OsProfileSpec:
    """Everything an ``osProfile`` is made from.

    :param os_type: ``linux`` or ``windows``
    :param admin_password: None for none, which only Linux allows
    :param public_keys: OpenSSH format; Windows has no use for them
    :param custom_data: as ``custom_data.build`` returned it
    """

    os_type: str
    computer_name: str
    admin_username: str
    admin_password: str | None = field(default=None, repr=False)
    public_keys: tuple[str, ...] = ()
    custom_data: str | None = field(default=None, repr=False)


def build(spec: OsProfileSpec) -> dict[str, Any]:
    """Build ``properties.osProfile``.

    :raises InvalidRequest: user name, password or key that Azure refuses,
        or neither password nor key

    Source: Compute REST API 2026-04-01, OSProfile.
    """
    passwords.check_user_name(spec.admin_username, spec.os_type)
    profile: dict[str, Any] = {
        'computerName': spec.computer_name,
        'adminUsername': spec.admin_username,
    }
    if spec.admin_password is not None:
        passwords.check(spec.admin_password, spec.os_type)
        profile['adminPassword'] = spec.admin_password
    if spec.custom_data is not None:
        profile['customData'] = spec.custom_data
    if spec.os_type == 'windows':
        profile['windowsConfiguration'] = _windows(spec)
    else:
        profile['linuxConfiguration'] = _linux(spec)
    return profile


def _linux(spec: OsProfileSpec) -> dict[str, Any]:
    if spec.admin_password is None and not spec.public_keys:
        raise exceptions.InvalidRequest(
            'A Linux instance on Azure needs a key pair or an administrator '
            'password.'
        )
    configuration: dict[str, Any] = {
        'disablePasswordAuthentication': spec.admin_password is None,
        'provisionVMAgent': True,
    }
    if spec.public_keys:
        # Azure knows this one path only
        path = f'/home/{spec.admin_username}/.ssh/authorized_keys'
        configuration['ssh'] = {
            'publicKeys': [
                {'path': path, 'keyData': ssh_keys.check(key)}
                for key in spec.public_keys
            ]
        }
    return configuration


def _windows(spec: OsProfileSpec) -> dict[str, Any]:
    if spec.admin_password is None:
        raise exceptions.InvalidRequest(
            'A Windows instance on Azure needs an administrator password.'
        )
    return {'provisionVMAgent': True, 'enableAutomaticUpdates': True}
