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

"""Refusals from known facts, before the first write.

Each check raises one clear sentence that Nova's API shows to the user.
"""

from __future__ import annotations

from collections import abc
from dataclasses import dataclass
from dataclasses import field

from jacket_azure import exceptions
from jacket_azure.payload.images import ImageFacts
from jacket_azure.payload.security import Security
from jacket_azure.payload.vm_sizes import VmSize

MAX_OS_DISK_GIB = 4095
NO_EPHEMERAL = (
    'Ephemeral and swap disks of a flavor are not possible on Azure; use a '
    'volume, or a VM size with a temporary disk.'
)


@dataclass(frozen=True)
class Request:
    """A virtual machine somebody wants, as far as it can be refused.

    :param zone: Azure zone, None for none
    :param root_gb: of the flavor; 0 means as large as the image
    :param os_disk_sku: e.g. ``Premium_LRS``
    """

    size: VmSize
    image: ImageFacts
    nics: int
    data_disks: int = 0
    zone: str | None = None
    root_gb: int = 0
    ephemeral_gb: int = 0
    swap_mb: int = 0
    security: Security = field(default_factory=Security)
    os_disk_sku: str = 'StandardSSD_LRS'
    spot: bool = False


def find_size(
    sizes: abc.Mapping[str, VmSize], name: str, location: str
) -> VmSize:
    """Return the size from the catalogue, whatever the case of *name*.

    :raises MappingLookupError: the location has no such size
    """
    size = sizes.get(name.lower())
    if size is None:
        raise exceptions.MappingLookupError(
            f'The flavor is mapped to the VM size {name}, which Azure does '
            f'not have in {location}.'
        )
    return size


def check(request: Request) -> None:
    """Refuse what Azure would refuse, or start and never boot.

    :raises InvalidRequest: with one sentence for the user
    """
    for problem in _problems(request):
        raise exceptions.InvalidRequest(problem)


def disk_controller(size: VmSize, image: ImageFacts) -> str | None:
    """Return the disk controller to ask for; None leaves it to Azure.

    NVMe must be asked for where it is the size's only one. Sizes with both
    get SCSI, which every image can.
    """
    if size.is_nvme_only:
        return 'NVMe'
    if 'NVMe' in size.disk_controllers:
        known = image.disk_controllers or ('SCSI',)
        return 'SCSI' if 'SCSI' in known else 'NVMe'
    return None


def accelerated_networking(size: VmSize, image: ImageFacts) -> bool:
    """Say whether network interfaces should be accelerated.

    Only where size and image both say so: Azure refuses it for sizes
    without, and guests without the driver lose their network.
    """
    return size.accelerated_networking and bool(image.accelerated_networking)


def os_disk_gib(root_gb: int) -> int | None:
    """Return the OS disk's size to ask for; None for the image's own.

    :param root_gb: of the flavor, binary units; 0 means the image's
    """
    return root_gb if root_gb > 0 else None


def _problems(request: Request) -> abc.Iterator[str]:
    yield from _place(request)
    yield from _counts(request)
    yield from _disk(request)
    yield from _image(request)


def _place(request: Request) -> abc.Iterator[str]:
    size = request.size
    if size.restriction is not None:
        yield (
            f'This subscription may not use the VM size {size.name} here '
            f'({size.restriction}).'
        )
    if request.zone is not None and request.zone not in size.usable_zones:
        zones = ', '.join(size.usable_zones) or 'none'
        yield (
            f'The VM size {size.name} is not available in zone '
            f'{request.zone}; zones that have it: {zones}.'
        )
    if request.spot and not size.spot:
        yield f'The VM size {size.name} is not available as Spot.'


def _counts(request: Request) -> abc.Iterator[str]:
    size = request.size
    if request.nics < 1:
        yield 'A virtual machine on Azure needs at least one port.'
    if request.nics > size.max_nics:
        yield (
            f'The VM size {size.name} has at most {size.max_nics} network '
            f'interfaces, {request.nics} ports were asked for.'
        )
    disks = request.data_disks + request.image.data_disks
    if disks > size.max_data_disks:
        yield (
            f'The VM size {size.name} has at most {size.max_data_disks} '
            f'data disks, {disks} are needed.'
        )


def _disk(request: Request) -> abc.Iterator[str]:
    image_gib = request.image.size_gib
    if 0 < request.root_gb < (image_gib or 0):
        yield (
            f"The flavor's root disk of {request.root_gb} GiB is smaller "
            f'than the image of {image_gib} GiB.'
        )
    if max(request.root_gb, image_gib or 0) > MAX_OS_DISK_GIB:
        yield (
            f'An OS disk on Azure has at most {MAX_OS_DISK_GIB} GiB, '
            f'{max(request.root_gb, image_gib or 0)} GiB were asked for.'
        )
    if request.ephemeral_gb or request.swap_mb:
        yield NO_EPHEMERAL
    premium = request.os_disk_sku.startswith('Premium')
    if premium and not request.size.premium_io:
        yield (
            f'The VM size {request.size.name} has no premium storage, '
            f'which the OS disk kind {request.os_disk_sku} needs.'
        )


def _image(request: Request) -> abc.Iterator[str]:
    size, image = request.size, request.image
    if image.generation and image.generation not in size.generations:
        yield (
            f'The image is of generation {image.generation}, the VM size '
            f'{size.name} takes only {", ".join(size.generations)}.'
        )
    architecture = (image.architecture or size.architecture).lower()
    if architecture != size.architecture.lower():
        yield (
            f'The image is for {image.architecture} processors, the VM size '
            f'{size.name} has {size.architecture}.'
        )
    controllers = image.disk_controllers
    if size.is_nvme_only and controllers and 'NVMe' not in controllers:
        yield (
            f'The VM size {size.name} has NVMe disks only, which the image '
            f'does not support.'
        )
    if request.security.is_trusted_launch:
        yield from _trusted_launch(size, image)


def _trusted_launch(size: VmSize, image: ImageFacts) -> abc.Iterator[str]:
    if image.generation == 'V1':
        yield (
            'Trusted Launch needs an image of generation V2, this one is '
            'of generation V1.'
        )
    if size.trusted_launch_disabled or 'V2' not in size.generations:
        yield f'The VM size {size.name} has no Trusted Launch.'
    if image.trusted_launch is False:
        yield 'The image cannot be started with Trusted Launch.'
