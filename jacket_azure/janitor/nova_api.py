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

"""What Nova's API knows of servers, for those without Nova's database.

Two questions per id, because each alone can mislead: a list leaves out
cells that are down, and says "deleted" of servers that only wait for their
reclaim; showing a server says nothing of one that is deleted.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import openstack

from jacket_azure.janitor import asking
from jacket_azure.janitor import facts
from jacket_azure.janitor import readings

# Since 2.69 a server of a cell that is down is shown, with what is known.
_VERSION = '2.69'
_SOFT_DELETED = 'soft-delete'
_ADMIN = 'admin'


def connect(cloud: str | None = None) -> NovaApi:
    """Log in as the ordinary clients do: clouds.yaml or ``OS_*``.

    :param cloud: entry of clouds.yaml; None takes ``OS_CLOUD`` or the
        other variables
    :raises Unanswered: says what is missing or wrong
    """
    try:
        connection = openstack.connect(cloud=cloud)
        session: Any = connection.session
        access = session.auth.get_access(session)
        compute = connection.compute
    except Exception as exc:
        # whatever a plug-in of keystoneauth raises for a wrong option
        raise facts.Unanswered(f'Cannot log in to OpenStack: {exc}') from exc
    if _ADMIN not in access.role_names:
        # Nova hides the servers of others, which then would look deleted
        raise facts.Unanswered(
            f'The OpenStack credentials lack the role {_ADMIN}, so Nova '
            f'would not show the servers of all projects.'
        )
    return NovaApi(compute)


class NovaApi:
    """Asks about servers of all projects.

    :param adapter: has ``get(url, params=, microversion=,
        raise_exc=False)``, authorised as administrator
    """

    def __init__(self, adapter: Any) -> None:
        self._adapter = adapter

    def records(self, uuids: Collection[str]) -> dict[str, facts.Record]:
        """Ask for servers, deleted ones as well.

        :raises Unanswered: Nova did not answer each question

        Source: Compute API, "List Servers Detailed", "Show Server Details".
        """
        found = {}
        for uuid in sorted(uuids):
            record = self._record(uuid)
            if record is not None:
                found[uuid] = record
        return found

    def _record(self, uuid: str) -> facts.Record | None:
        deleted = self._deleted(uuid)
        if self._exists(uuid):
            return facts.Record(exists=True)
        if deleted is None:
            return None
        if deleted.get('OS-EXT-STS:vm_state') == _SOFT_DELETED:
            return facts.Record(exists=True)
        when = deleted.get('OS-SRV-USG:terminated_at')
        # Nova leaves the zone of this one out, and all its times are UTC
        ended = f'{when}+00:00' if when else deleted.get('updated')
        return facts.Record(
            exists=False, deleted_at=readings.parse_time(ended)
        )

    def _exists(self, uuid: str) -> bool:
        body = self._get(f'/servers/{uuid}', {}, absent=True)
        if body is None:
            return False
        if body.get('server', {}).get('id') != uuid:
            raise facts.Unanswered(f'Nova shows no usable server {uuid}.')
        return True

    def _deleted(self, uuid: str) -> dict[str, Any] | None:
        body = self._get(
            '/servers/detail',
            {'all_tenants': '1', 'deleted': 'true', 'uuid': uuid},
        )
        servers = (body or {}).get('servers')
        if not isinstance(servers, list) or any(
            server.get('id') != uuid for server in servers
        ):
            raise facts.Unanswered(
                'Nova does not list deleted servers by id: are these the '
                'credentials of an administrator?'
            )
        return servers[0] if servers else None

    def _get(
        self, url: str, params: dict[str, str], absent: bool = False
    ) -> dict[str, Any] | None:
        return asking.get(
            self._adapter, 'Nova', url, params, _VERSION, absent
        )
