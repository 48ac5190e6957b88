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

"""Names of disks and snapshots in page blobs: paths within the account.

A snapshot is its blob's path and time stamp, ``<path>?snapshot=<stamp>``, or
where the stamp was lost, its Cinder id: ``<path>?id=<uuid>``.
"""

from __future__ import annotations

from typing import NamedTuple

from jacket_azure import exceptions
from jacket_azure.payload import names as azure_names

VOLUMES = 'volumes'
SNAPSHOTS = 'snapshots'
IMAGES = 'images'
VHDS = 'vhds'
#: in which disks are looked for
DISK_CONTAINERS = (VOLUMES, VHDS)
#: from which a volume may be made, too
IMAGE_CONTAINERS = (IMAGES, SNAPSHOTS)

_STAMP = '?snapshot='
_ID = '?id='
_SUFFIX = '.vhd'


class SnapshotName(NamedTuple):
    """What a snapshot's name tells; stamp or uuid is None."""

    path: str
    stamp: str | None
    uuid: str | None


def volume(uuid: str, generation: str = '') -> str:
    """Return the path of a volume's blob."""
    return f'{VOLUMES}/{azure_names.volume_name(uuid, generation)}{_SUFFIX}'


def os_disk(name: str) -> str:
    """Return the path of an OS disk's blob.

    :param name: one of :func:`.payload.names.os_disk_names`, or that of a
        rescue disk
    """
    return f'{VHDS}/{name.lower()}{_SUFFIX}'


def server_image(uuid: str) -> str:
    """Return the path of an image made of a server, by its Glance id."""
    return f'{SNAPSHOTS}/{azure_names.snapshot_name(uuid)}{_SUFFIX}'


def cached_image(key: str) -> str:
    """Return the path of an image whose bytes came from Glance."""
    return f'{IMAGES}/{azure_names.cached_image_name(key)}{_SUFFIX}'


def temporary_image(key: str) -> str:
    """Return the path of a blob in which an image is begun."""
    return f'{IMAGES}/{azure_names.temporary_name(key)}{_SUFFIX}'


def is_disk(name: str) -> bool:
    """Say whether a blob is named as Azure wants disks to be."""
    return name.lower().endswith(_SUFFIX)


def short(path: str) -> str:
    """Return what a machine calls a disk: neither container nor suffix."""
    name = path.rpartition('/')[2]
    return name[: -len(_SUFFIX)] if is_disk(name) else name


def snapshot(path: str, stamp: str) -> str:
    """Return the name of a snapshot."""
    return f'{path}{_STAMP}{stamp}'


def snapshot_by_id(path: str, uuid: str) -> str:
    """Return the name of a snapshot whose stamp is not known."""
    return f'{path}{_ID}{uuid}'


def parse_snapshot(name: str) -> SnapshotName:
    """Take a snapshot's name apart.

    :raises InvalidRequest: it is none
    """
    for mark in (_STAMP, _ID):
        path, found, rest = name.partition(mark)
        if found and path and rest:
            by_stamp = mark == _STAMP
            return SnapshotName(
                path, rest if by_stamp else None, None if by_stamp else rest
            )
    raise exceptions.InvalidRequest(
        f'{name!r} is no snapshot of a page blob; it must be '
        f'container/name{_SUFFIX}{_STAMP}<time stamp>.'
    )
