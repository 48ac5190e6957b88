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

"""Managed identities of machines.

Facts from recordings of 2019-03-01 and 2024-07-01: ids are there at once,
a PATCH adds user-assigned identities and removes those it sets to null, and
without an identity there is no such member.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any
import uuid

if TYPE_CHECKING:
    from jacket_azure.emulator import server

_SYSTEM, _USER = 'SystemAssigned', 'UserAssigned'


def complete(emulator: server.Emulator, sent: dict[str, Any],
             old: dict[str, Any] | None,
             added: bool = False) -> dict[str, Any] | None:
    """Return the identity as a machine has it; None for none.

    :param old: what it had
    :param added: whether what it had is kept beside what is sent
    """
    kinds = [word.strip() for word in str(sent.get('type', '')).split(',')]
    had = old or {}
    made: dict[str, Any] = {'type': ', '.join(
        word for word in (_SYSTEM, _USER) if word in kinds)}
    if _SYSTEM in kinds:
        made['principalId'] = had.get('principalId') or str(uuid.uuid4())
        made['tenantId'] = emulator.tenant_id
    if _USER in kinds:
        assigned = {where: where for where in had.get(
            'userAssignedIdentities', {})} if added else {}
        for where, value in (sent.get('userAssignedIdentities')
                             or {}).items():
            for known in [one for one in assigned
                          if one.lower() == where.lower()]:
                del assigned[known]
            if value is not None:
                assigned[where] = where
        made['userAssignedIdentities'] = {
            where: _ids(where) for where in assigned}
    return made if made['type'] else None


def _ids(where: str) -> dict[str, str]:
    """Return the ids of an identity, which belong to it for good."""
    return {key: str(uuid.uuid5(uuid.NAMESPACE_URL, key + where.lower()))
            for key in ('principalId', 'clientId')}
