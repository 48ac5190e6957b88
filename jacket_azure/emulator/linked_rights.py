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

"""Rights on what a request refers to, beside those on what it writes.

Who puts an interface into a subnet must be allowed to join the subnet; a
machine takes interfaces and reads images and disks. Source: the permissions
of resource providers on learn.microsoft.com; the refusal is reported (five
public reports, 2017 to 2024).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import ids
from jacket_azure.emulator import router

_ACTIONS = {
    'microsoft.network/virtualnetworks/subnets': 'join/action',
    'microsoft.network/networkinterfaces': 'join/action',
    'microsoft.network/networksecuritygroups': 'join/action',
    'microsoft.network/publicipaddresses': 'join/action',
    'microsoft.network/routetables': 'join/action',
    'microsoft.network/applicationsecuritygroups':
        'joinIpConfiguration/action',
    'microsoft.compute/disks': 'read', 'microsoft.compute/snapshots': 'read',
    'microsoft.compute/images': 'read',
    'microsoft.compute/galleries/images': 'read',
    'microsoft.compute/galleries/images/versions': 'read',
    'microsoft.compute/availabilitysets': 'read',
    'microsoft.compute/proximityplacementgroups': 'read',
}
_REFERENCES = ('id', 'diskId', 'sourceResourceId')


def check(request: router.ArmRequest, action: str) -> None:
    """Refuse a write by somebody who may not touch what it names.

    :param action: the permission of the request itself
    :raises ArmError: 403 LinkedAuthorizationFailed
    """
    emulator = request.emulator
    if not emulator.faults.denials() or request.method in ('GET', 'DELETE'):
        return
    own = str(request.id or '').lower()
    for reference in _references(request.body):
        where = ids.parse(reference)
        verb = where and _ACTIONS.get(where.type.lower())
        if not where or not verb or f'{where}/'.lower().startswith(
                f'{own}/'):
            continue
        needed = f'{where.type}/{verb}'
        if emulator.faults.denied(needed):
            raise errors.ArmError(
                403, 'LinkedAuthorizationFailed',
                f"The client '{emulator.client_id}' with object id "
                f"'{emulator.identity.object_id}' has permission to perform "
                f"action '{action}' on scope '{request.id}'; however, it "
                f"does not have permission to perform action '{needed}' on "
                f"the linked scope(s) '{where}' or the linked scope(s) are "
                f"invalid.", gateway=True)


def _references(body: Any) -> Iterator[str]:
    if isinstance(body, list):
        for entry in body:
            yield from _references(entry)
    elif isinstance(body, dict):
        for key, value in body.items():
            if key in _REFERENCES and isinstance(value, str):
                yield value
            elif key != 'tags':
                yield from _references(value)
