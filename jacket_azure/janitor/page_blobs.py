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

"""Page blobs in the shape of what Azure Resource Manager lists.

So one way of reading, deciding and deleting serves both disk models.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jacket_azure.blob import account as accounts
from jacket_azure.blob import properties
from jacket_azure.disks import loader
from jacket_azure.disks.page_blob import names
from jacket_azure.disks.page_blob import states
from jacket_azure.janitor import readings
from jacket_azure.payload import tags

_MARK = '?snapshot='


def of_model(conf: Any, azure: Any) -> dict[str, PageBlobs] | None:
    """Return the collections of page blobs by name; nothing is sent yet.

    :param conf: the ``[azure]`` options
    :returns: None where disks are managed
    """
    if conf.disk_model != loader.PAGE_BLOB:
        return None
    account = accounts.Account(
        azure, conf.storage_account, conf.storage_credential
    )
    return {
        'page_blobs': PageBlobs(account, (names.VOLUMES, names.IMAGES)),
        'page_blob_os_disks': PageBlobs(account, (names.VHDS,)),
        'page_blob_snapshots': PageBlobs(
            account, (names.VOLUMES, names.VHDS), snapshots=True
        ),
    }


class PageBlobs:
    """The blobs of some containers, or the snapshots of them.

    :param account: where they are
    """

    def __init__(
        self,
        account: accounts.Account,
        containers: tuple[str, ...],
        snapshots: bool = False,
    ) -> None:
        self._account = account
        self._containers = containers
        self._snapshots = snapshots
        self._read: Callable[..., readings.Body] = (
            _snapshot if snapshots else _blob
        )

    def list(self) -> list[readings.Body]:
        """Read all page blobs, ours or not."""
        return [
            self._read(
                entry.address.url,
                _name(entry.address.path, entry.address.snapshot),
                entry.properties,
            )
            for name in self._containers
            for entry in self._account.container(name).list(
                snapshots=self._snapshots
            )
            if bool(entry.address.snapshot) is self._snapshots
            and entry.properties.kind == properties.PAGE_BLOB
        ]

    def get(self, name: str) -> readings.Body:
        """Read one; raises NotFound."""
        path, _, stamp = name.partition(_MARK)
        blob = self._account.blob(path, stamp or None)
        return self._read(blob.address.url, name, blob.properties())

    def delete(self, name: str, etag: str | None = None) -> bool:
        """Delete one; False when it was not there.

        :param etag: only what still has this etag
        :raises InUse: leased, or it has snapshots
        """
        path, _, stamp = name.partition(_MARK)
        return self._account.blob(path, stamp or None).delete(etag)


def _name(path: str, snapshot: str | None) -> str:
    return f'{path}{_MARK}{snapshot}' if snapshot else path


def _blob(
    url: str, name: str, found: properties.Properties
) -> readings.Body:
    """Build what stands for a blob.

    One that is unfinished is marked as a managed disk is that is being
    written: as temporary.
    """
    state = states.parse(found)
    held_by = None
    if found.is_leased:
        held_by = 'a lease'
    elif found.copy is not None and found.copy.status == properties.PENDING:
        held_by = 'a copy onto it'
    marks = {tags.KIND: tags.KIND_TEMPORARY} if state.unfinished else {}
    created = found.created.isoformat() if found.created else None
    return {
        'id': url,
        'name': name,
        'etag': found.etag,
        'tags': {**state.tags, **marks},
        'properties': {
            'provisioningState': 'Succeeded',
            # what is written to it makes it another one
            'identity': f'{created} {found.etag}' if created else None,
            'created': created,
            'heldBy': held_by,
        },
    }


def _snapshot(
    url: str, name: str, found: properties.Properties
) -> readings.Body:
    """Build what stands for a snapshot, which never changes."""
    stamp = name.partition(_MARK)[2]
    # one taken by hand has the metadata of its blob, the size among them
    own = {} if states.SIZE in found.metadata else states.parse(found).tags
    return {
        'id': url,
        'name': name,
        'tags': dict(own),
        'properties': {
            'provisioningState': 'Succeeded',
            'identity': stamp,
            'created': stamp,
            'heldBy': None,
        },
    }
