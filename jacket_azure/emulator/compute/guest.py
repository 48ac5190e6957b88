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
"""What the guests of virtual machines know: users, scripts, boots.

A guest lives on its OS disk, so another OS disk is another guest. Passwords
are in memory only and no answer shows them; tests look at them here.
"""

from __future__ import annotations

import dataclasses
import fnmatch
from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import store

if TYPE_CHECKING:
    from jacket_azure.emulator import server

_KEY = 'guest'
_SILENT = 'compute.silent_guests'


@dataclasses.dataclass
class User:
    """One account; the password is None where none was ever set."""

    password: str | None = dataclasses.field(default=None, repr=False)
    keys: list[str] = dataclasses.field(default_factory=list)
    admin: bool = True
    expires: str | None = None


@dataclasses.dataclass
class Guest:
    """One operating system.

    :ivar users: by name
    :ivar scripts: what ran in it, oldest first
    :ivar boots: serial log of each boot so far
    :ivar custom_data: as the first boot got it, base64
    """

    host_name: str
    windows: bool
    users: dict[str, User] = dataclasses.field(default_factory=dict)
    scripts: list[Script] = dataclasses.field(default_factory=list)
    boots: list[str] = dataclasses.field(default_factory=list)
    custom_data: str | None = dataclasses.field(default=None, repr=False)


@dataclasses.dataclass(frozen=True)
class Script:
    """A script that ran, and who brought it: runCommand or an extension."""

    by: str
    text: str = dataclasses.field(repr=False)
    parameters: tuple[tuple[str, str], ...] = dataclasses.field(
        default=(), repr=False)


def of(emulator: server.Emulator, vm: store.Resource) -> Guest:
    """Return the guest on a machine's OS disk."""
    entry = vm.properties['storageProfile']['osDisk']
    disk = emulator.store.get((entry.get('managedDisk') or {}).get('id'))
    holder = (disk.private if disk is not None else
              vm.private.setdefault('guests', {}).setdefault(
                  (entry.get('vhd') or {}).get('uri'), {}))
    if _KEY not in holder:
        profile = vm.properties.get('osProfile') or {}
        holder[_KEY] = Guest(profile.get('computerName', vm.name),
                             entry.get('osType') == 'Windows')
    found: Guest = holder[_KEY]
    return found


def install(emulator: server.Emulator, vm: store.Resource,
            profile: dict[str, Any]) -> None:
    """Provision a guest as an ``osProfile`` with its secrets says."""
    guest = of(emulator, vm)
    guest.host_name = profile.get('computerName', vm.name)
    linux = profile.get('linuxConfiguration') or {}
    keys = (linux.get('ssh') or {}).get('publicKeys') or ()
    guest.users = {profile['adminUsername']: User(
        profile.get('adminPassword'),
        [key['keyData'] for key in keys if key.get('keyData')])}
    guest.custom_data = profile.get('customData')
    guest.boots = []


def silence(emulator: server.Emulator, pattern: str = '*') -> None:
    """Let no new machine of such a name ever report to the service.

    Its create fails after 40 minutes with ``OSProvisioningTimedOut``.
    """
    emulator.state.setdefault(_SILENT, []).append(pattern.lower())


def is_silent(emulator: server.Emulator, vm: store.Resource) -> bool:
    """Tell whether the guest of a new machine will never report."""
    return any(fnmatch.fnmatch(vm.name.lower(), pattern)
               for pattern in emulator.state.get(_SILENT, ()))


def timed_out(vm: store.Resource) -> errors.ArmError:
    """How the create of a silent machine ends."""
    windows = vm.properties['storageProfile']['osDisk'].get(
        'osType') == 'Windows'
    return errors.ArmError(
        409, 'OSProvisioningTimedOut',
        f"OS Provisioning for VM '{vm.name}' did not finish in the allotted "
        f"time. The VM may still finish provisioning successfully. Please "
        f"check provisioning state later. Also, make sure the image has been "
        f"properly prepared (generalized).\r\n * Instructions for "
        + ("Windows: https://azure.microsoft.com/documentation/articles/"
           "virtual-machines-windows-upload-image/" if windows else
           "Linux: https://azure.microsoft.com/documentation/articles/"
           "virtual-machines-linux-capture-image/")
        + " \r\n * If you are deploying more than 20 Virtual Machines "
          "concurrently, consider moving your custom image to shared image "
          "gallery. Please refer to https://aka.ms/movetosig for the same.")


def reset(emulator: server.Emulator) -> None:
    """Let new machines speak again."""
    emulator.state.pop(_SILENT, None)
