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

"""What Cinder knows of volumes: all of them, or no answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import openstack

from jacket_azure.janitor import asking
from jacket_azure.janitor import facts

# Since 3.21 administrators see provider_id; 3.12 has the summary.
VERSION = '3.21'
_PAGE = '1000'
_MIGRATION = 'os-vol-mig-status-attr:migstat'
_NAME_ID = 'os-vol-mig-status-attr:name_id'
# In these nothing is being done with a volume; any other may end with
# another disk.
_AT_REST = frozenset({'available', 'in-use'})
_NOT_MIGRATING = frozenset({None, '', 'none', 'success'})


def connect(cloud: str | None = None) -> Callable[[], Any]:
    """Return what asks Cinder for its volumes; it logs in when called.

    :param cloud: entry of clouds.yaml; None takes ``OS_CLOUD`` or the
        other variables
    """

    def volumes() -> tuple[facts.Volume, ...] | None:
        try:
            adapter: Any = openstack.connect(cloud=cloud).block_storage
            endpoint = adapter.get_endpoint()
        except Exception as exc:
            # whatever a plug-in of keystoneauth raises for a wrong option
            raise facts.Unanswered(
                f'Cannot log in to OpenStack: {exc}'
            ) from exc
        return CinderApi(adapter).volumes() if endpoint else None

    return volumes


class CinderApi:
    """Asks about volumes of all projects.

    :param adapter: has ``get(url, params=, microversion=,
        raise_exc=False)``, authorised as administrator
    """

    def __init__(self, adapter: Any) -> None:
        self._adapter = adapter

    def volumes(self) -> tuple[facts.Volume, ...]:
        """Return each volume that there is.

        :raises Unanswered: Cinder did not answer, shows not all of them, or
            not all of one

        Source: Block Storage API, "List accessible volumes with details",
        "Get volumes summary".
        """
        before = self._count()
        found: dict[str, facts.Volume] = {}
        marker: dict[str, str] = {}
        while True:
            page = self._page(marker)
            if not page:
                break
            parsed = [_parse(each) for each in page]
            if parsed[-1].id in found:
                raise facts.Unanswered('Cinder lists the same volumes twice.')
            found.update((each.id, each) for each in parsed)
            marker = {'marker': parsed[-1].id}
        # some may have come or gone meanwhile
        least = min(before, self._count())
        if len(found) < least:
            raise facts.Unanswered(
                f'Cinder lists {len(found)} volumes, but has {least}.'
            )
        return tuple(found.values())

    def _page(self, marker: dict[str, str]) -> list[Any]:
        page = self._get(
            '/volumes/detail',
            {
                'all_tenants': '1',
                'limit': _PAGE,
                'sort': 'created_at:asc,id:asc',
                **marker,
            },
        ).get('volumes')
        if not isinstance(page, list):
            raise facts.Unanswered('Cinder lists no volumes.')
        return page

    def _count(self) -> int:
        body = self._get('/volumes/summary', {'all_tenants': '1'})
        count = (body.get('volume-summary') or {}).get('total_count')
        if not isinstance(count, int):
            raise facts.Unanswered('Cinder does not count its volumes.')
        return count

    def _get(self, url: str, params: dict[str, str]) -> dict[str, Any]:
        return asking.get(self._adapter, 'Cinder', url, params, VERSION) or {}


def _parse(volume: Any) -> facts.Volume:
    """Read one volume.

    :raises Unanswered: what only administrators see is missing
    """
    try:
        uuid, status = str(volume['id']), str(volume['status'])
        disk_name = str(volume['provider_id'] or '')
        name_id, migration = volume[_NAME_ID], volume[_MIGRATION]
    except (KeyError, TypeError) as exc:
        raise facts.Unanswered(
            f'Cinder does not show {exc} of its volumes: are these the '
            f'credentials of an administrator?'
        ) from exc
    busy = None if status in _AT_REST else status
    if migration not in _NOT_MIGRATING:
        busy = f'{status}, its migration {migration}'
    return facts.Volume(
        id=uuid.lower(),
        uuids=frozenset(
            str(each).lower() for each in (uuid, name_id) if each
        ),
        disk_name=disk_name,
        busy=busy,
    )
