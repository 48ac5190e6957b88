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

"""What is known of an image before and after its bytes were looked at."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
import dataclasses
from typing import Any

from jacket_azure import exceptions
from jacket_azure.disks.models import RangedReader

GIB = 1024**3

_OS_TYPES = {'linux': 'Linux', 'windows': 'Windows'}
_GENERATIONS = {'v1': 'V1', 'v2': 'V2'}
_STATES = {'generalized': 'generalized', 'specialized': 'specialized'}
_SECURITY_TYPES = {'standard': '', 'trustedlaunch': 'TrustedLaunch'}
_FIRMWARE = {'uefi': 'V2', 'bios': 'V1'}


@dataclasses.dataclass(frozen=True)
class SourceImage:
    """An image whose bytes Glance has.

    :ivar size_bytes: of the bytes as Glance sends them, not of the disk
    :ivar disk_format: as Glance spells it, ``raw``, ``vhd``, ``qcow2``, ...
    :ivar checksum: algorithm and hex digits, ``sha512:...`` or ``md5:...``;
        None when Glance has none
    :ivar os_type: ``Linux`` or ``Windows``
    :ivar generation: ``V1`` boots by BIOS, ``V2`` by UEFI
    :ivar state: ``generalized`` or ``specialized``
    :ivar chunks: starts to read the bytes from their beginning; called again
        when the connection to Glance was lost
    :ivar security_type: ``TrustedLaunch``, or None
    :ivar signature: that *chunks* verifies; None when it verifies none
    """

    id: str
    name: str
    size_bytes: int
    disk_format: str
    container_format: str
    checksum: str | None
    min_disk_gib: int
    os_type: str
    generation: str
    state: str
    chunks: Callable[[], Iterator[bytes]]
    security_type: str | None = None
    signature: str | None = None


@dataclasses.dataclass(frozen=True)
class Limits:
    """What an image may cost before it is refused.

    :ivar virtual_bytes: largest disk it may become
    :ivar connections: requests to the converter at the same time
    :ivar memory_bytes: address space of the converter
    :ivar request_timeout: seconds the converter may take for one request
    """

    virtual_bytes: int = 4095 * GIB
    connections: int = 4
    memory_bytes: int = 2 * GIB
    request_timeout: float = 60.0


@dataclasses.dataclass(frozen=True)
class Source:
    """The disk that is in an image; either ``reader`` or ``chunks`` is set.

    :ivar size_bytes: of the disk, a multiple of 512
    :ivar reader: reads any part, and knows where data is
    :ivar chunks: the disk from its beginning to its end, once. To be read
        to the end: what is wrong with the image may show there only
    """

    size_bytes: int
    reader: RangedReader | None = None
    chunks: Iterator[bytes] | None = None


def from_glance(
    image: Mapping[str, Any],
    chunks: Callable[[], Iterator[bytes]],
    signature: str | None = None,
) -> SourceImage:
    """Read an image's record as Nova and Cinder get it from Glance.

    Properties may lie below ``properties`` or beside the other fields.

    :param chunks: see :class:`SourceImage`, as for *signature*
    :raises InvalidRequest: a property has a value that means nothing, or
        the image has no bytes

    Source: Image service API v2, show image; Glance useful image properties.
    """
    known = {**image, **(image.get('properties') or {})}
    size = known.get('size')
    if not size:
        raise exceptions.InvalidRequest(
            f'Image {known.get("id")} has no data.'
        )
    return SourceImage(
        id=str(known['id']),
        name=str(known.get('name') or known['id']),
        size_bytes=int(size),
        disk_format=str(known.get('disk_format') or '').lower(),
        container_format=str(known.get('container_format') or '').lower(),
        checksum=_checksum(known),
        min_disk_gib=int(known.get('min_disk') or 0),
        os_type=_choice(known, ('azure_os_type', 'os_type'), _OS_TYPES)
        or 'Linux',
        generation=_choice(known, ('azure_generation',), _GENERATIONS)
        or _choice(known, ('hw_firmware_type',), _FIRMWARE)
        or 'V1',
        state=_choice(known, ('azure_os_state',), _STATES) or 'generalized',
        chunks=chunks,
        security_type=_choice(
            known, ('azure_security_type',), _SECURITY_TYPES
        )
        or None,
        signature=signature,
    )


def _checksum(known: Mapping[str, Any]) -> str | None:
    algorithm, digits = known.get('os_hash_algo'), known.get('os_hash_value')
    if algorithm and digits:
        return f'{algorithm}:{digits}'.lower()
    if known.get('checksum'):
        return f'md5:{known["checksum"]}'.lower()
    return None


def _choice(
    known: Mapping[str, Any],
    names: tuple[str, ...],
    choices: Mapping[str, str],
) -> str | None:
    """Return the value of the first of *names* that is set."""
    for name in names:
        value = known.get(name)
        if not value:
            continue
        if str(value).lower() not in choices:
            raise exceptions.InvalidRequest(
                f'Image property {name} is {str(value)[:80]!r}, must be '
                f'one of {", ".join(choices)}.'
            )
        return choices[str(value).lower()]
    return None
