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

"""What the properties of a Glance image say of a disk made from its bytes.

An image that is kept in Azure has the same facts from Azure itself, or from
the mapping file; see :mod:`jacket_azure.mapping.image_properties`.
"""

from __future__ import annotations

from collections import abc
from dataclasses import dataclass

from jacket_azure.mapping import lookup

SPECIALIZED = 'specialized'
GENERALIZED = 'generalized'
STATES = (GENERALIZED, SPECIALIZED)
_ARM_OS = {'linux': 'Linux', 'windows': 'Windows'}
_FIRMWARE = {'uefi': 'V2', 'bios': 'V1'}


@dataclass(frozen=True)
class ByteImage:
    """What a disk with an image's bytes is.

    :ivar os_type: ``Linux`` or ``Windows``, as Azure spells it
    :ivar generation: ``V1`` boots by a BIOS, ``V2`` by UEFI
    :ivar state: ``generalized`` takes a new name and user at its first
        start, ``specialized`` starts as it is
    :ivar security_type: ``TrustedLaunch`` or ``Standard`` where the image
        says so
    """

    os_type: str = 'Linux'
    generation: str = 'V1'
    state: str = GENERALIZED
    security_type: str | None = None


def facts(properties: abc.Mapping[str, str]) -> ByteImage:
    """Read what is known of the bytes from an image's properties.

    Properties of ours (``azure_os_type``, ``azure_generation``,
    ``azure_os_state``, ``azure_security_type``) count before those every
    hypervisor reads (``os_type``, ``hw_firmware_type``).

    :raises InvalidRequest: naming the property and what is allowed
    """
    os_type = _read(properties, 'azure_os_type', lookup.OS_TYPES) or _read(
        properties, 'os_type', lookup.OS_TYPES
    )
    generation = _read(properties, 'azure_generation', lookup.GENERATIONS)
    if generation is None:
        firmware = _read(properties, 'hw_firmware_type', tuple(_FIRMWARE))
        generation = _FIRMWARE[firmware or 'bios']
    return ByteImage(
        os_type=_ARM_OS[os_type or 'linux'],
        generation=generation,
        state=_read(properties, 'azure_os_state', STATES) or GENERALIZED,
        security_type=_read(
            properties, 'azure_security_type', lookup.SECURITY_TYPES
        ),
    )


def _read(
    properties: abc.Mapping[str, str],
    name: str,
    choices: abc.Sequence[str],
) -> str | None:
    value = properties.get(name)
    if not value:
        return None
    return lookup.chosen(str(value), f'Image property {name}', choices)
