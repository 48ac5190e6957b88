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

"""Images that have to be bought: the plan of a virtual machine."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator.compute import marketplace
from jacket_azure.emulator.compute import vm_image

if TYPE_CHECKING:
    from jacket_azure.emulator import server


def check(emulator: server.Emulator, image: vm_image.Facts,
               plan: dict[str, Any] | None) -> None:
    """Refuse a plan nobody bought.

    An image that needs a plan the request lacks is refused later, as the
    failure of the operation: see :func:`missing`.

    :raises ArmError: 400 MarketplacePurchaseEligibilityFailed
    """
    if not plan:
        return
    needed = image.plan
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


def missing(image: vm_image.Facts | None, plan: dict[str, Any] | None,
                 vm_id: str) -> errors.ArmError | None:
    """Return how the create fails when the image needs a plan."""
    if plan or image is None or not image.plan:
        return None
    return errors.ArmError(
        400, 'VMMarketplaceInvalidInput',
        f"Creating a virtual machine from Marketplace image or a custom "
        f"image sourced from a Marketplace image requires Plan information "
        f"in the request. VM: '{vm_id}'.")
