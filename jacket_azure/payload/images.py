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

"""What Azure tells about an image, in one shape for all kinds."""

from __future__ import annotations

from collections import abc
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from typing import Any

from jacket_azure.mapping.image_target import ImageTarget
from jacket_azure.mapping.image_target import Plan
from jacket_azure.payload import names

_GIB = 1024**3
_MANAGED_IMAGE = 'Microsoft.Compute/images'


@dataclass(frozen=True)
class ImageFacts:
    """What must be known of an image before a virtual machine is made.

    :param os_type: ``linux`` or ``windows``; None when nobody told
    :param generation: ``V1`` or ``V2``; None when nobody told
    :param size_gib: OS disk, whole GiB; None when nobody told
    :param disk_controllers: what its drivers can; a marketplace image that
        does not tell can SCSI only, an own image may be anything (None)
    :param accelerated_networking: None when nobody told
    :param tags: of a managed image
    """

    os_type: str | None = None
    generation: str | None = None
    size_gib: int | None = None
    plan: Plan | None = None
    architecture: str | None = None
    disk_controllers: tuple[str, ...] | None = None
    accelerated_networking: bool | None = None
    hibernation: bool = False
    trusted_launch: bool | None = None
    data_disks: int = 0
    tags: abc.Mapping[str, str] = field(default_factory=dict, compare=False)


def parse_marketplace(version: abc.Mapping[str, Any]) -> ImageFacts:
    """Read a marketplace image version.

    Source: Compute REST API 2026-04-01, virtual-machine-images/get.
    """
    properties = version.get('properties') or {}
    disk = properties.get('osDiskImage') or {}
    features = {
        str(item.get('name')).lower(): str(item.get('value') or '')
        for item in properties.get('features') or ()
    }
    controllers = features.get('diskcontrollertypes') or 'SCSI'
    accelerated = features.get('isacceleratednetworkingsupported') or (
        features.get('isacceleratednetworksupported')
    )
    security = features.get('securitytype', '').lower()
    return ImageFacts(
        os_type=_lower(disk.get('operatingSystem')),
        generation=_text(properties.get('hyperVGeneration')),
        size_gib=_size_gib(disk),
        plan=_plan(properties.get('plan')),
        architecture=_text(properties.get('architecture')),
        disk_controllers=tuple(w.strip() for w in controllers.split(',')),
        accelerated_networking=_flag(accelerated),
        hibernation=features.get('ishibernatesupported', '').lower()
        == 'true',
        trusted_launch='trustedlaunch' in security if security else None,
        data_disks=len(properties.get('dataDiskImages') or ()),
    )


def parse_managed_image(image: abc.Mapping[str, Any]) -> ImageFacts:
    """Read a managed image; it can never be Trusted Launch.

    Source: Compute REST API 2026-04-01, images/get.
    """
    properties = image.get('properties') or {}
    profile = properties.get('storageProfile') or {}
    disk = profile.get('osDisk') or {}
    size = disk.get('diskSizeGB')
    return ImageFacts(
        os_type=_lower(disk.get('osType')),
        generation=_text(properties.get('hyperVGeneration')),
        size_gib=int(size) if size else None,
        trusted_launch=False,
        data_disks=len(profile.get('dataDisks') or ()),
        tags=image.get('tags') or {},
    )


def complete(facts: ImageFacts, target: ImageTarget) -> ImageFacts:
    """Return *facts* with what the operator or the image's owner says.

    Their word counts where Azure told nothing, and for the plan, which a
    private offer may change.
    """
    return replace(
        facts,
        os_type=facts.os_type or target.os_type,
        generation=facts.generation or target.generation,
        plan=target.plan or facts.plan,
    )


def is_disk(target: ImageTarget) -> bool:
    """Say whether an image is a snapshot, a disk or a blob."""
    if target.id is None:
        return False
    try:
        parsed = names.parse_resource_id(target.id)
    except ValueError:
        return True
    return any(map(parsed.is_type, (names.DISK, names.SNAPSHOT)))


def is_managed_image(target: ImageTarget) -> bool:
    """Say whether it is one of ``Microsoft.Compute/images``."""
    if target.id is None or is_disk(target):
        return False
    return names.parse_resource_id(target.id).is_type(_MANAGED_IMAGE)


def build_reference(target: ImageTarget) -> dict[str, str]:
    """Build ``imageReference``, as virtual machines have it."""
    if target.id is not None:
        return {'id': target.id}
    return {
        'publisher': str(target.publisher),
        'offer': str(target.offer),
        'sku': str(target.sku),
        'version': str(target.version),
    }


def _size_gib(disk: abc.Mapping[str, Any]) -> int | None:
    if disk.get('sizeInBytes'):
        # rounded down, as Azure does: images of 30 GiB and a little (footer,
        # alignment) become OS disks of 30 GiB, and asking for 30 is fine
        return max(1, int(disk['sizeInBytes']) // _GIB)
    if disk.get('sizeInGb'):
        return int(disk['sizeInGb'])
    return None


def _plan(plan: abc.Mapping[str, Any] | None) -> Plan | None:
    if not plan:
        return None
    return Plan(
        str(plan.get('name')),
        str(plan.get('product')),
        str(plan.get('publisher')),
    )


def _flag(value: str | None) -> bool | None:
    return None if not value else value.lower() == 'true'


def _lower(value: Any) -> str | None:
    return str(value).lower() if value else None


def _text(value: Any) -> str | None:
    return str(value) if value else None
