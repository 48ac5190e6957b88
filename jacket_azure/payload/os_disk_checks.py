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

"""What a machine that exists cannot boot, whatever is prepared for it.

System, generation, security type, purchase plan and disk controller belong
to the machine, or cannot change while it is kept.
"""

from __future__ import annotations

from collections import abc
import dataclasses
from typing import Any

from jacket_azure import exceptions
from jacket_azure.payload import instance_view
from jacket_azure.payload.images import ImageFacts
from jacket_azure.payload.security import STANDARD
from jacket_azure.payload.security import TRUSTED_LAUNCH

Body = abc.Mapping[str, Any]


def security_type(vm: Body) -> str:
    """Return ``Standard`` or ``TrustedLaunch``, what a machine is."""
    profile = vm['properties'].get('securityProfile') or {}
    return str(profile.get('securityType') or STANDARD)


def generation(vm: Body) -> str | None:
    """Return ``V1`` or ``V2`` of a machine; None when Azure does not say.

    :param vm: as read with its instance view
    """
    view = vm['properties'].get('instanceView') or {}
    return view.get('hyperVGeneration')


def check_machine(vm: Body) -> None:
    """Refuse a machine whose OS disk cannot be exchanged.

    :param vm: as read with its instance view
    :raises InvalidRequest: in words for the user
    """
    disk = vm['properties']['storageProfile']['osDisk']
    if disk.get('diffDiskSettings'):
        raise exceptions.InvalidRequest(
            'The OS disk of this server is ephemeral; Azure exchanges '
            'managed and page-blob disks only.'
        )
    if instance_view.parse(vm).hibernated:
        raise exceptions.InvalidRequest(
            'The memory of this server is on its OS disk; resume it first.'
        )


def check_image(
    vm: Body, image: ImageFacts, wanted_security: str | None
) -> None:
    """Refuse an image that the machine cannot boot.

    :param vm: as read with its instance view
    :param wanted_security: security type that the image asks for, if any
    :raises InvalidRequest: in words for the user
    """
    for problem in _problems(vm, image, wanted_security):
        raise exceptions.InvalidRequest(problem)


def _problems(
    vm: Body, image: ImageFacts, wanted_security: str | None
) -> abc.Iterator[str]:
    profile = vm['properties']['storageProfile']
    found = str(profile['osDisk'].get('osType') or '').lower()
    if image.os_type and found and image.os_type != found:
        yield (
            f'The image holds {image.os_type} and the server {found}; Azure '
            f'does not change the kind of system of a machine.'
        )
    made = generation(vm)
    if image.generation and made and image.generation != made:
        yield (
            f'The image is of generation {image.generation} and the server '
            f'of {made}; Azure does not change that of a machine.'
        )
    security = security_type(vm)
    trusted = security == TRUSTED_LAUNCH
    if wanted_security and trusted != (wanted_security == TRUSTED_LAUNCH):
        yield (
            f'The image is for the security type {wanted_security} and the '
            f'server has {security}, which a rebuild does not change.'
        )
    if _plan(vm.get('plan')) != _plan(
        dataclasses.asdict(image.plan) if image.plan else None
    ):
        yield (
            'The image and the server have different purchase plans, and '
            'Azure does not change that of a machine.'
        )
    controller = profile.get('diskControllerType')
    known = image.disk_controllers
    if controller and known and controller not in known:
        yield (
            f'The server has {controller} disks, which the image does not '
            f'support.'
        )
    if image.data_disks:
        yield (
            'The image has data disks of its own, which are made together '
            'with a machine only.'
        )


def _plan(plan: Body | None) -> set[tuple[str, str]]:
    wanted = ('name', 'product', 'publisher')
    return {(key, str((plan or {}).get(key, '')).lower()) for key in wanted}
