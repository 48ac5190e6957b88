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

"""Images that no server can be rebuilt with, though one could be made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jacket_azure import exceptions
from jacket_azure.nova.images import boot_image
from jacket_azure.payload import os_disk_checks
from jacket_azure.payload import security


def check_state(boots: boot_image.BootImage) -> None:
    """Refuse Windows that nobody would set up."""
    if boots.takes_os_profile and boots.facts.os_type == 'windows':
        raise exceptions.InvalidRequest(
            'Azure sets up Windows of a generalized image only together with '
            'a new machine. Rebuild with an image that was made of a server, '
            'or delete the server and create another.'
        )


def check_kind(boots: boot_image.BootImage, vm: Mapping[str, Any]) -> None:
    """Refuse an image of which Cinder makes another kind of disk.

    A disk that Nova makes is told what the machine is; that of a volume is
    what the image says, or Azure's default.
    """
    found = os_disk_checks.security_type(vm)
    made = security.of_image(boots.target, boots.properties)
    if found != (made or security.STANDARD):
        raise exceptions.InvalidRequest(
            f'Cinder would make a {made or security.STANDARD} disk of the '
            f'image, and the server is {found}; azure_security_type of the '
            f'image says what it is for.'
        )
    # of bytes that say nothing of it
    default = 'V1' if boots.source is not None else None
    generation = boots.facts.generation or default
    machine = os_disk_checks.generation(vm)
    if generation and machine and generation != machine:
        raise exceptions.InvalidRequest(
            f'Cinder would make a disk of generation {generation} of the '
            f'image, and the server is of generation {machine}.'
        )
