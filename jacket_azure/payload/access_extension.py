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

"""The extension that sets a password inside a guest: VMAccess.

Source: learn.microsoft.com, virtual-machines/extensions/vmaccess-linux and
vmaccess-windows; github.com/Azure/azure-linux-extensions, VMAccess.
"""

from __future__ import annotations

from collections import abc
from dataclasses import dataclass
from dataclasses import field
from typing import Any

# as Microsoft's own client names it
NAME = 'enablevmaccess'
# publisher, type, version
_KINDS = {
    'linux': ('Microsoft.OSTCExtensions', 'VMAccessForLinux', '1.5'),
    'windows': ('Microsoft.Compute', 'VMAccessAgent', '2.4'),
}


@dataclass(frozen=True)
class Target:
    """The guest of a virtual machine, as far as passwords go.

    :ivar os_type: ``linux``, ``windows``, or as Azure says
    :ivar user: administrator's name; None where Azure was told none
    :ivar name: of the extension; a machine has one of each type, and
        somebody else may have named it
    """

    os_type: str
    location: str
    user: str | None
    name: str


def parse(vm: abc.Mapping[str, Any]) -> Target:
    """Read from a virtual machine how a password is set there.

    :param vm: as read; its extensions are in ``resources``
    """
    properties = vm.get('properties') or {}
    disk = (properties.get('storageProfile') or {}).get('osDisk') or {}
    os_type = str(disk.get('osType') or 'linux').lower()
    profile = properties.get('osProfile') or {}
    return Target(
        os_type=os_type,
        location=str(vm.get('location')),
        user=profile.get('adminUsername'),
        name=_name(vm, os_type),
    )


def keys_of(vm: abc.Mapping[str, Any]) -> tuple[str, ...]:
    """Return the public keys that a machine was made with."""
    profile = vm['properties'].get('osProfile') or {}
    ssh = (profile.get('linuxConfiguration') or {}).get('ssh') or {}
    return tuple(
        str(key['keyData'])
        for key in ssh.get('publicKeys') or ()
        if key.get('keyData')
    )


def _name(vm: abc.Mapping[str, Any], os_type: str) -> str:
    return find(vm, os_type) or NAME


def find(vm: abc.Mapping[str, Any], os_type: str) -> str | None:
    """Return the name of the extension where a machine has it."""
    publisher, kind, _ = _KINDS[os_type]
    for extension in vm.get('resources') or ():
        known = extension.get('properties') or {}
        if (
            str(known.get('publisher')).lower() == publisher.lower()
            and str(known.get('type')).lower() == kind.lower()
        ):
            # the id holds the name; ``name`` may be machine/name
            return str(extension.get('id')).rpartition('/')[2]
    return None


@dataclass(frozen=True)
class Access:
    """A password or key to set, or both.

    :param run_id: differs each time; the agent runs an extension again only
        when something about it differs
    """

    target: Target
    user: str
    run_id: str
    password: str | None = field(repr=False)
    key: str | None = None


def build(access: Access) -> dict[str, Any]:
    """Build the body that sets a password, and in Linux a key.

    The password is in ``protectedSettings`` only, which Azure encrypts for
    the guest and shows to nobody.
    """
    publisher, kind, version = _KINDS[access.target.os_type]
    if access.target.os_type == 'windows':
        public = {'UserName': access.user}
        protected: dict[str, Any] = {'Password': str(access.password)}
    else:
        public = {}
        protected = {'username': access.user, **_linux(access)}
    return {
        'location': access.target.location,
        'properties': {
            'publisher': publisher,
            'type': kind,
            'typeHandlerVersion': version,
            'autoUpgradeMinorVersion': True,
            'forceUpdateTag': access.run_id,
            'settings': public,
            'protectedSettings': protected,
        },
    }


def _linux(access: Access) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if access.password:
        found['password'] = access.password
    if access.key:
        found.update(ssh_key=access.key, remove_prior_keys=True)
    return found
