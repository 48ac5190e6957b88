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
"""Choices of a machine: spot, placement, disk controller, what is not here.

Source: Compute REST API, virtual-machines; where no public report quotes
the service the texts are unverified.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator.compute import availability_sets
from jacket_azure.emulator.compute import placements
from jacket_azure.emulator.compute import proximity_placement_groups
from jacket_azure.emulator.compute import sizes

if TYPE_CHECKING:
    from jacket_azure.emulator import server

_ELSEWHERE = {
    'virtualMachineScaleSet': 'machines of scale sets',
    'host': 'dedicated hosts', 'hostGroup': 'dedicated hosts',
    'capacityReservation': 'capacity reservations',
    'applicationProfile': 'gallery applications'}
_MAX_USER_DATA_BYTES = 65535


def check(emulator: server.Emulator, body: dict[str, Any],
          size: sizes.Size) -> None:
    """Refuse what a machine of that size cannot be.

    :raises ArmError: 400, 404, 409, and 501 for what the emulator lacks
    """
    properties = body['properties']
    for key, words in _ELSEWHERE.items():
        if properties.get(key):
            raise errors.not_implemented(words)
    check_priority(properties, size)
    if properties.get(availability_sets.KEY):
        _check_set(body, properties)
    placements.check(emulator, body, availability_sets.KEY,
                     availability_sets.TYPE)
    placements.check(emulator, body, proximity_placement_groups.KEY,
                     proximity_placement_groups.TYPE)
    check_user_data(properties.get('userData'))
    check_ultra(body, size)


def _check_set(body: dict[str, Any], properties: dict[str, Any]) -> None:
    if body.get('zones'):
        raise errors.ArmError(
            400, 'BadRequest', 'Virtual Machine cannot be created because '
            'both Availability Zone and Availability Set were specified. '
            'Deploying an Availability Set to an Availability Zone isn\'t '
            'supported.')
    if properties.get('priority') == 'Spot':
        raise errors.ArmError(
            409, 'OperationNotAllowed', 'Spot Virtual Machine is not '
            'supported in Availability Set.', target='priority')


def check_priority(properties: dict[str, Any], size: sizes.Size) -> None:
    """Refuse what goes with spot machines only, and sizes without spot."""
    if properties.get('priority') not in ('Spot', 'Low'):
        for key in ('evictionPolicy', 'billingProfile'):
            if properties.get(key):
                raise errors.ArmError(
                    400, 'InvalidParameter',
                    f"{key[0].upper()}{key[1:]} can be set only on Azure "
                    f"Spot Virtual Machines. For more information, see "
                    f"http://aka.ms/AzureSpot/errormessages.", target=key)
        return
    if size.family.lower().startswith('standardb'):
        raise errors.ArmError(
            409, 'OperationNotAllowed',
            f"The VM size '{size.name}' is not supported for Azure Spot "
            f"Virtual Machines. For more information, see "
            f"http://aka.ms/AzureSpot/errormessages.", target='vmSize')
    price = (properties.get('billingProfile') or {}).get('maxPrice', -1)
    if price != -1 and price <= 0:
        raise errors.invalid_parameter(
            'billingProfile.maxPrice', f"The value '{price}' of parameter "
            f"'billingProfile.maxPrice' is not allowed. It is -1 or more "
            f"than 0.")
    properties.setdefault('evictionPolicy', 'Deallocate')


def check_user_data(text: str | None) -> None:
    """Refuse user data that is too long or not base64.

    :raises ArmError: 400 InvalidParameter
    """
    if not text:
        return
    try:
        size = len(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError):
        size = _MAX_USER_DATA_BYTES + 1
    if size > _MAX_USER_DATA_BYTES:
        raise errors.invalid_parameter(
            'userData', 'User data must be in Base64 encoding and with a '
            'maximum length of 87380 characters.')


def check_ultra(body: dict[str, Any], size: sizes.Size) -> None:
    """Refuse ultra disks where the hardware has none.

    :raises ArmError: 400 BadRequest
    """
    capabilities = body['properties'].get('additionalCapabilities') or {}
    if capabilities.get('ultraSSDEnabled') and not (
            size.ultra and body.get('zones')):
        raise errors.ArmError(
            400, 'BadRequest',
            f"The VM size '{size.name}' in location '{body['location']}' "
            f"zones '{','.join(body.get('zones') or ())}' does not support "
            f"'additionalCapabilities.ultraSSDEnabled'.",
            target='additionalCapabilities.ultraSSDEnabled')


def check_controller(properties: dict[str, Any], size: sizes.Size) -> None:
    """Refuse a disk controller the size does not have.

    :raises ArmError: 400 InvalidParameter
    """
    kind = properties['storageProfile'].get('diskControllerType')
    if kind and kind.lower() not in (
            one.strip().lower() for one in size.controllers.split(',')):
        raise errors.ArmError(
            400, 'InvalidParameter',
            f"The VM size '{size.name}' cannot boot with DiskControllerType "
            f"'{kind}'. Please check that the DiskControllerType provided is "
            f"one of the supported DiskControllerTypes "
            f"'{size.controllers}' for the VM size. For more information, "
            f"see https://aka.ms/azure-diskcontrollertypes.",
            target='storageProfile.diskControllerType')
