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

"""What operators call a disk, and what Cinder lists of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cinder import exception as cinder_exception

from jacket_azure.disks import models
from jacket_azure.payload import disk_rules

Reference = Mapping[str, str]
NAME = 'source-name'
ID = 'source-id'


def invalid(reference: Reference, reason: str) -> Exception:
    """Build the refusal of a reference."""
    return cinder_exception.ManageExistingInvalidReference(
        existing_ref=dict(reference), reason=reason
    )


def wanted(reference: Reference) -> str:
    """Return the name or id that is asked for, in lower case.

    :raises ManageExistingInvalidReference: neither or both are given
    """
    found = [reference[key] for key in (NAME, ID) if reference.get(key)]
    if len(found) != 1:
        raise invalid(reference, f'it must have {NAME} or {ID}')
    return str(found[0]).strip().lower()


def why_not_disk(disk: models.Disk, location: str) -> str | None:
    """Say why a disk cannot become a volume; None when it can."""
    if disk.attached_to:
        return f'it is in use by {", ".join(disk.attached_to)}'
    if not disk.usable:
        return 'it holds no complete disk'
    if disk.location is not None and _plain(disk.location) != _plain(location):
        return f'it is in {disk.location}, this backend in {location}'
    return None


def why_not_type(disk: models.Kind, wanted: models.Kind) -> str | None:
    """Say why a disk is none of a volume type; None when it is.

    Also where Azure could change it in place: a retype does that, and
    nothing but tags changes here. What a type leaves open does not count.
    """
    if wanted.sku != disk.sku:
        return f'the disk is {disk.sku}, the volume type wants {wanted.sku}'
    reason = disk_rules.why_new_disk(disk, wanted)
    if reason is not None:
        return f'the disk is no such volume: {reason}'
    if wanted.max_shares > disk.max_shares:
        return (
            f'{disk.max_shares} machines at most can have the disk attached '
            f'at once, the volume type wants {wanted.max_shares}'
        )
    for name in ('iops', 'mbps', 'tier'):
        there, asked = getattr(disk, name), getattr(wanted, name)
        if asked not in (None, there):
            return (
                f'the disk has {name} {there or "by default"}, the volume '
                f'type wants {asked}'
            )
    return None


def entry(
    name: str,
    resource_id: str,
    size_gib: int,
    cinder_id: str | None,
    refusal: str | None,
) -> dict[str, Any]:
    """Build one of what ``get_manageable_volumes`` lists."""
    if cinder_id is not None:
        refusal = 'already managed'
    return {
        'reference': {NAME: name},
        'size': size_gib,
        'safe_to_manage': refusal is None,
        'reason_not_safe': refusal,
        'cinder_id': cinder_id,
        'extra_info': {'id': resource_id},
    }


def _plain(location: str) -> str:
    """Return 'eastus' for 'East US'."""
    return location.replace(' ', '').lower()
