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
"""What extensions do in a guest, and how they fail there.

Source: the extensions' own documents: github.com/Azure/
azure-linux-extensions, VMAccess; learn.microsoft.com, custom script
extension, VMAccess for Windows.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import store
from jacket_azure.emulator.compute import guest
from jacket_azure.emulator.compute import os_profile

if TYPE_CHECKING:
    from jacket_azure.emulator import server

_FAILURES = 'compute.extension_failures'
Settings = dict[str, Any]


class Failed(Exception):
    """An extension failed in the guest; the text goes to the service."""


def fail(emulator: server.Emulator, handler: str, message: str) -> None:
    """Let an extension fail from now on.

    :param handler: publisher and type, ``Microsoft.Compute.VMAccessAgent``
    """
    emulator.state.setdefault(_FAILURES, {})[handler.lower()] = message


def reset(emulator: server.Emulator) -> None:
    """Let extensions work again."""
    emulator.state.pop(_FAILURES, None)


def run(emulator: server.Emulator, vm: store.Resource, handler: str,
        public: Settings, protected: Settings) -> str:
    """Do what an extension does.

    :returns: message of its status
    :raises Failed: it could not
    """
    planned = emulator.state.get(_FAILURES, {}).get(handler.lower())
    if planned is not None:
        raise Failed(planned)
    work = _WORK.get(handler.rpartition('.')[2].lower())
    if work is None:
        return 'Enable succeeded.'
    return work(guest.of(emulator, vm), public, protected)


def error(name: str, publisher: str, kind: str,
          message: str) -> errors.ArmError:
    """How the operation of a failed extension ends."""
    return errors.ArmError(
        409, 'VMExtensionProvisioningError',
        f"VM has reported a failure when processing extension '{name}' "
        f"(publisher '{publisher}' and type '{kind}'). Error message: "
        f"'{message}'. More information on troubleshooting is available at "
        f"https://aka.ms/vmextension{'windows' if _windows(kind) else 'linux'}"
        f"troubleshoot. ")


def _windows(kind: str) -> bool:
    return kind.lower() in ('vmaccessagent', 'customscriptextension',
                            'runcommandwindows', 'bginfo')


def _linux_access(there: guest.Guest, public: Settings,
                  protected: Settings) -> str:
    """VMAccessForLinux: users, passwords, keys."""
    leaving = protected.get('remove_user')
    if leaving:
        there.users.pop(leaving, None)
    name = protected.get('username')
    if not name:
        return 'Enable succeeded.'
    password, key = protected.get('password'), protected.get('ssh_key')
    if name == 'root':
        raise Failed('Failed to create the account or set the password: '
                     'Username root is not allowed.')
    if not password and not key and name not in there.users:
        raise Failed('No password or ssh_key is specified.')
    if password:
        _check_password(password, windows=False)
    user = there.users.setdefault(name, guest.User())
    if password:
        user.password = password
    if key:
        if protected.get('remove_prior_keys'):
            user.keys.clear()
        user.keys.append(key)
    user.expires = protected.get('expiration', user.expires)
    return 'Enable succeeded.'


def _windows_access(there: guest.Guest, public: Settings,
                    protected: Settings) -> str:
    """VMAccessAgent: the administrator's name and password."""
    name = public.get('UserName') or public.get('userName')
    password = protected.get('Password') or protected.get('password')
    if not name:
        # remote desktop's own settings only
        return 'VMAccess extension completed successfully.'
    if password:
        _check_password(password, windows=True)
    user = there.users.setdefault(name, guest.User())
    user.password = password or user.password
    return 'VMAccess extension completed successfully.'


def _check_password(password: str, windows: bool) -> None:
    try:
        os_profile.check_password(password, windows=windows)
    except errors.ArmError as exc:
        raise Failed(
            'Cannot update user account: The password does not meet the '
            'password policy requirements. Check the minimum password '
            'length, password complexity and password history '
            'requirements.' if windows else
            f'Failed to create the account or set the password: '
            f'{exc.message}') from exc


def _script(there: guest.Guest, public: Settings,
            protected: Settings) -> str:
    """CustomScript in its forms: a command or a script."""
    command = (protected.get('commandToExecute')
               or public.get('commandToExecute'))
    script = protected.get('script') or public.get('script')
    if bool(command) == bool(script):
        raise Failed("'commandToExecute' and 'script' were both specified, "
                     "but only one is valid at a time" if command else
                     "'commandToExecute' is not specified")
    if script:
        try:
            command = base64.b64decode(script, validate=True).decode(
                'utf-8', 'replace')
        except binascii.Error as exc:
            raise Failed('failed to decode script') from exc
    there.scripts.append(guest.Script('CustomScript', str(command)))
    return 'Enable succeeded: \n[stdout]\n\n[stderr]\n'


_WORK: dict[str, Callable[[guest.Guest, Settings, Settings], str]] = {
    'vmaccessforlinux': _linux_access,
    'vmaccessagent': _windows_access,
    'customscript': _script,
    'customscriptforlinux': _script,
    'customscriptextension': _script,
}
