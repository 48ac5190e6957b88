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

"""Names of storage accounts, which all of Azure shares.

Source: Storage resource provider REST API, check-name-availability.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import store
from jacket_azure.emulator.router import ArmRequest
from jacket_azure.emulator.router import ArmResponse
from jacket_azure.emulator.router import route

if TYPE_CHECKING:
    from jacket_azure.emulator import server

_TYPE = 'Microsoft.Storage/storageAccounts'
_NAME = re.compile('[a-z0-9]{3,24}')
_RULE = ('{} is not a valid storage account name. Storage account name must '
         'be between 3 and 24 characters in length and use numbers and '
         'lower-case letters only.')


def check(name: str) -> None:
    """Refuse what cannot be a name.

    :raises ArmError: 400 AccountNameInvalid
    """
    if _NAME.fullmatch(name) is None:
        raise errors.ArmError(400, 'AccountNameInvalid', _RULE.format(name))


def find(emulator: server.Emulator, name: str) -> store.Resource | None:
    """Return the account of that name, wherever it is."""
    for account in emulator.store.children(_TYPE):
        if account.name.lower() == name.lower():
            return account
    return None


def taken(emulator: server.Emulator, name: str) -> bool:
    """Tell whether somebody has that name."""
    return find(emulator, name) is not None


@route('POST', '/subscriptions/{sub}/providers/Microsoft.Storage'
               '/checkNameAvailability')
def check_name(request: ArmRequest) -> ArmResponse:
    """Tell whether a name is free, and else why not."""
    name = request.body['name']
    if _NAME.fullmatch(name) is None:
        return _no('AccountNameInvalid', _RULE.format(name))
    if taken(request.emulator, name):
        return _no('AlreadyExists', f'The storage account named {name} is '
                   f'already taken.')
    return ArmResponse(body={'nameAvailable': True})


def _no(reason: str, message: str) -> ArmResponse:
    body: dict[str, Any] = {
        'nameAvailable': False, 'reason': reason, 'message': message}
    return ArmResponse(body=body)


def refuse_in_use(emulator: server.Emulator, account: store.Resource) -> None:
    """Refuse to delete an account whose blobs are disks of a VM.

    :raises ArmError: 409 StorageAccountHasDisks [unverified text]
    """
    wanted = account.properties.get('primaryEndpoints', {}).get('blob')
    for vm in emulator.store.children('Microsoft.Compute/virtualMachines'):
        profile = vm.properties['storageProfile']
        for entry in (profile['osDisk'], *profile['dataDisks']):
            uri = (entry.get('vhd') or {}).get('uri', '')
            if wanted and uri.startswith(wanted):
                raise errors.ArmError(
                    409, 'StorageAccountInUse',
                    f"The storage account '{account.name}' cannot be "
                    f"deleted due to its VHDs being in use by VM "
                    f"'{vm.name}'.")
