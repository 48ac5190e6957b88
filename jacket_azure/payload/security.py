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

"""Trusted Launch: what flavor and image together ask for."""

from __future__ import annotations

from collections import abc
from dataclasses import dataclass
from dataclasses import replace
from typing import Any

from jacket_azure import exceptions
from jacket_azure.mapping.flavors import FlavorTarget
from jacket_azure.mapping.image_target import ImageTarget

STANDARD = 'Standard'
TRUSTED_LAUNCH = 'TrustedLaunch'


@dataclass(frozen=True)
class Security:
    """The security type of a virtual machine.

    :param type: ``Standard`` or ``TrustedLaunch``, never left to Azure's
        default, which has changed over the years
    """

    type: str = STANDARD
    secure_boot: bool = False
    vtpm: bool = False

    @property
    def is_trusted_launch(self) -> bool:
        """Say whether it is Trusted Launch."""
        return self.type == TRUSTED_LAUNCH


def choose(
    flavor: FlavorTarget,
    image: ImageTarget,
    extra_specs: abc.Mapping[str, str] | None = None,
    properties: abc.Mapping[str, str] | None = None,
) -> Security:
    """Decide the security type.

    A type said outright (``azure:security_type``, ``azure_security_type``,
    the mapping file) decides, the flavor's over the image's. Otherwise
    Nova's own ``os:secure_boot=required`` and ``hw:tpm_version`` (and the
    image properties of the same meaning) ask for Trusted Launch.

    :raises InvalidRequest: secure boot or a TPM is required and the type
        said outright is Standard, or a TPM other than 2.0
    """
    specs = extra_specs or {}
    props = properties or {}
    boot = (
        specs.get('os:secure_boot') or props.get('os_secure_boot') or ''
    ).lower()
    tpm = specs.get('hw:tpm_version') or props.get('hw_tpm_version')
    if tpm is not None and tpm != '2.0':
        raise exceptions.InvalidRequest(
            f'TPM version {tpm!r} is not possible on Azure, only 2.0.'
        )
    needed = boot == 'required' or tpm is not None
    said = flavor.security_type or image.security_type
    if said == STANDARD and needed:
        raise exceptions.InvalidRequest(
            'Secure boot or a TPM is required, but the security type is '
            'set to Standard, which has neither.'
        )
    if said == TRUSTED_LAUNCH or needed:
        # with a TPM alone secure boot stays off: the image may not bear it
        only_tpm = said is None and boot != 'required'
        off = boot == 'disabled' or only_tpm
        return Security(TRUSTED_LAUNCH, secure_boot=not off, vtpm=True)
    return Security()


def of_image(
    image: ImageTarget, properties: abc.Mapping[str, str]
) -> str | None:
    """Return what a disk has to be so that machines like the image's boot.

    :param properties: the image's in Glance
    :returns: ``TrustedLaunch``, or None for what all disks are
    """
    said = image.security_type
    asked = (
        properties.get('os_secure_boot', '').lower() == 'required'
        or properties.get('hw_tpm_version') is not None
    )
    wanted = said or (TRUSTED_LAUNCH if asked else STANDARD)
    return TRUSTED_LAUNCH if wanted == TRUSTED_LAUNCH else None


def of_disk(image: ImageTarget, security_type: str | None) -> ImageTarget:
    """Return an image as the disk has it that was made from it.

    :param security_type: of the disk; one that was made for Trusted Launch
        boots with that alone
    """
    if security_type != TRUSTED_LAUNCH or image.security_type:
        return image
    return replace(image, security_type=security_type)


def build(security: Security) -> dict[str, Any]:
    """Build ``properties.securityProfile``.

    Source: Compute REST API 2026-04-01, SecurityProfile.
    """
    profile: dict[str, Any] = {'securityType': security.type}
    if security.is_trusted_launch:
        profile['uefiSettings'] = {
            'secureBootEnabled': security.secure_boot,
            'vTpmEnabled': security.vtpm,
        }
    return profile
