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

"""What a resize must remember until it is confirmed or reverted.

Written to the instance before anything is changed in Azure, for the mapping
may mean another size by a flavor when the resize is reverted. The record
names its migration, so that one which a crash left is never taken for
another's.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from jacket_azure.payload import shape

_KEY = 'azure_before_resize'
_NONE = '-'


def write(
    instance: Any, migration: Any, before: shape.Shape, after: shape.Shape
) -> None:
    """Remember what the machine was, in Nova's database."""
    disk = before.disk if before.disk != after.disk else None
    instance.system_metadata[_KEY] = ' '.join(
        (str(migration.uuid), before.size, disk or _NONE)
    )
    instance.save()


@dataclasses.dataclass(frozen=True)
class Record:
    """What a machine was before a resize that is not over.

    :ivar migration: uuid
    :ivar size: Azure's name
    :ivar disk: name of its OS disk; None if it is the same as before
    """

    migration: str
    size: str
    disk: str | None


def find(instance: Any) -> Record | None:
    """Return what is remembered of any resize.

    Asks no database: of an instance that is being deleted it may refuse.
    """
    if 'system_metadata' not in instance:
        return None
    words = (instance.system_metadata.get(_KEY) or '').split(' ')
    if len(words) != 3:
        return None
    return Record(words[0], words[1], None if words[2] == _NONE else words[2])


def read(instance: Any, migration: Any) -> Record | None:
    """Return what the machine was before this migration.

    :returns: None when nothing was changed for it
    """
    found = find(instance)
    if found is None or found.migration != migration.uuid:
        return None
    return found


def is_open(instance: Any) -> bool:
    """Tell whether there may be another OS disk, which a revert would need."""
    return find(instance) is not None


def forget(instance: Any) -> None:
    """The resize is over; the caller's caller saves the instance."""
    instance.system_metadata.pop(_KEY, None)
