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

"""What a VM is made from: a marketplace image, a managed image, no image."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import ids
from jacket_azure.emulator import store
from jacket_azure.emulator.compute import contents
from jacket_azure.emulator.compute import disk_life
from jacket_azure.emulator.compute import disk_model
from jacket_azure.emulator.compute import marketplace

if TYPE_CHECKING:
    from jacket_azure.emulator import server

IMAGES = 'Microsoft.Compute/images'


@dataclasses.dataclass(frozen=True)
class Facts:
    """Facts about an image.

    :ivar id: full id with the exact version
    :ivar exact_version: of a marketplace image, else None
    :ivar source: hidden disk with the bytes of a managed image
    """

    id: str
    os_type: str
    generation: str
    size_gib: int
    architecture: str = 'x64'
    trusted: bool = False
    exact_version: str | None = None
    market: marketplace.Image | None = None
    source: store.Resource | None = None


def read(emulator: server.Emulator, subscription: str, location: str,
         reference: dict[str, Any]) -> Facts:
    """Resolve an ``imageReference``.

    :raises ArmError: there is no such image
    """
    if not reference.get('id'):
        image, version = marketplace.resolve(reference)
        return Facts(
            marketplace.image_id(subscription, location, image.publisher,
                                 image.offer, image.sku, version),
            image.os, image.generation, image.size_gib, image.architecture,
            'TrustedLaunch' in image.security, version, image)
    parsed = ids.parse(reference['id'])
    if parsed is not None and parsed.types[0].lower() == 'galleries':
        raise errors.not_implemented('VMs made from gallery images')
    found = emulator.store.get(reference['id'])
    if found is None or found.type != IMAGES or found.location != location:
        raise errors.ArmError(
            404, 'NotFound', f"The Image '{reference['id']}' cannot be "
            f"found in '{location}' region.", target='imageReference')
    os_disk = found.properties['storageProfile']['osDisk']
    hidden = found.private['hidden'][0]
    return Facts(
        found.id, os_disk['osType'],
        found.properties.get('hyperVGeneration', 'V1'),
        hidden.properties['diskSizeBytes'] // disk_model.GIB, source=hidden)


def check_plan(emulator: server.Emulator, image: Facts,
               plan: dict[str, Any] | None) -> None:
    """Refuse a plan nobody bought.

    An image that needs a plan the request lacks is refused later, as the
    failure of the operation: see :func:`missing_plan`.

    :raises ArmError: 400 MarketplacePurchaseEligibilityFailed
    """
    if not plan:
        return
    needed = image.market.plan if image.market else None
    same = needed and all(
        (plan.get(key) or '').lower() == needed[key].lower()
        for key in ('name', 'product', 'publisher'))
    if same and marketplace.terms_accepted(emulator, plan):
        return
    reason = (
        'Legal terms have not been accepted for this item on this '
        'subscription. To accept legal terms using PowerShell, please use '
        'Get-AzureRmMarketplaceTerms and Set-AzureRmMarketplaceTerms API '
        'or deploy via the Azure portal to accept the terms') if same else (
        f"The plan '{plan.get('name')}' does not exist in this offer.")
    raise errors.ArmError(
        400, 'MarketplacePurchaseEligibilityFailed',
        'Marketplace purchase eligibilty check returned errors. See inner '
        'errors for details. ', details=[{
            'code': 'BadRequest',
            'message': f'Offer with PublisherId: {plan.get("publisher")}, '
                       f'OfferId: {plan.get("product")} cannot be purchased '
                       f'due to validation errors. See details for more '
                       f'information.[{{"{reason}":"StoreApi"}}]'}])


def missing_plan(image: Facts | None, plan: dict[str, Any] | None,
                 vm_id: str) -> errors.ArmError | None:
    """Return how the create fails when the image needs a plan."""
    if plan or image is None or image.market is None or not image.market.plan:
        return None
    return errors.ArmError(
        400, 'VMMarketplaceInvalidInput',
        f"Creating a virtual machine from Marketplace image or a custom "
        f"image sourced from a Marketplace image requires Plan information "
        f"in the request. VM: '{vm_id}'.")


def make_disk(emulator: server.Emulator, disk_id: ids.ResourceId,
              body: dict[str, Any], image: Facts) -> store.Resource:
    """Make an OS disk from an image, with the bytes of a managed image."""
    if image.source is None:
        return disk_life.create(emulator, disk_id, body)
    properties = body['properties']
    # a managed image is no source for a disk of its own: only a VM may
    disk = disk_life.create(emulator, disk_id, {**body, 'properties': {
        'creationData': {'createOption': 'Empty'},
        'diskSizeGB': properties['diskSizeGB'], 'osType': image.os_type,
        'hyperVGeneration': image.generation}})
    disk.properties['creationData'] = properties['creationData']
    contents.inherit(emulator, image.source, disk)
    return disk
