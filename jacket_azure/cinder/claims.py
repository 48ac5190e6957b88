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

"""Whose a disk or snapshot is that somebody wants Cinder to take.

Tags tell it, and Cinder's records do, also where tags are missing or old: the
first of two records that is deleted would take the other's bytes with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
import contextlib
import hashlib
import re
from typing import Any

from cinder import context
from cinder import coordination
from cinder import exception as cinder_exception
from cinder import objects

from jacket_azure import exceptions
from jacket_azure.cinder import backend as backends
from jacket_azure.cinder import references
from jacket_azure.cinder import volume_names
from jacket_azure.payload import tags

_OURS = 'jacket-'
_UUID = re.compile(r'[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}')


@contextlib.contextmanager
def taking(name: str) -> Iterator[None]:
    """Let nobody of the cluster look at the same thing until it is taken.

    :param name: of a disk or snapshot
    """
    # file names and etcd keys allow less than names in Azure
    digest = hashlib.sha256(name.lower().encode()).hexdigest()
    with coordination.COORDINATOR.get_lock(f'azure-manage-{digest}'):
        yield


def without_ours(found: Mapping[str, str]) -> dict[str, str]:
    """Return tags without those of a volume or snapshot of Cinder's."""
    return {
        key: value
        for key, value in found.items()
        if not key.lower().startswith(_OURS)
    }


def read(reference: references.Reference, get: Any, name: str) -> Any:
    """Read what was asked for.

    :raises ManageExistingInvalidReference: it is no disk or snapshot
    """
    try:
        return get(name)
    except (exceptions.InvalidRequest, exceptions.NotFound) as exc:
        raise references.invalid(reference, str(exc)) from exc


class Claims:
    """What Cinder and other deployments have, of one backend.

    :param backend: the backend
    :param record: ``objects.Volume`` or ``objects.Snapshot``
    """

    def __init__(self, backend: backends.Backend, record: Any) -> None:
        self._backend = backend
        self._record = record
        self._records = {
            objects.Volume: _volumes,
            objects.Snapshot: _snapshots,
        }[record]

    def check_free(
        self, name: str, found: Mapping[str, str], reference: Mapping[str, str]
    ) -> None:
        """Refuse what is somebody's.

        :param name: what Azure calls it
        :param found: its tags
        :raises ManageExistingAlreadyManaged: Cinder has it
        :raises ManageExistingInvalidReference: another deployment has it
        """
        admin = context.get_admin_context()
        for record in self._records(admin, name):
            raise _managed(record.id)
        uuid = tags.get({'tags': found}, tags.ID)
        if (
            uuid is not None
            and self._backend.is_ours(dict(found))
            and self._record.exists(admin, uuid)
        ):
            raise _managed(uuid)
        refusal = self.why_others(found)
        if refusal is not None:
            raise references.invalid(reference, refusal)

    def check_name(self, name: str) -> None:
        """Refuse a disk that a volume will be looked for by.

        :raises ManageExistingAlreadyManaged: there is such a volume, whose
            record was not finished
        """
        admin = context.get_admin_context()
        for uuid in _UUID.findall(name.lower()):
            try:
                volume = objects.Volume.get_by_id(admin, uuid)
            except cinder_exception.VolumeNotFound:
                continue
            disks = self._backend.disks
            if volume_names.of_volume(disks, volume).lower() == name.lower():
                raise _managed(uuid)

    def why_others(self, found: Mapping[str, str]) -> str | None:
        """Say why somebody else's is not taken."""
        owner = tags.get({'tags': found}, tags.OWNER)
        if owner is None or owner == self._backend.owner:
            return None
        return f'it belongs to the deployment {owner}'


def _volumes(admin: Any, name: str) -> Any:
    return objects.VolumeList.get_all(admin, filters={'provider_id': name})


def _snapshots(admin: Any, name: str) -> Any:
    return objects.SnapshotList.get_all(admin, {'provider_id': name})


def _managed(uuid: str) -> Exception:
    return cinder_exception.ManageExistingAlreadyManaged(volume_ref=uuid)
