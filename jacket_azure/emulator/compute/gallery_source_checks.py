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

"""Sources a gallery image version cannot be made of.

The text about generations is the service's, the others are unverified.
"""

from __future__ import annotations

from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import ids
from jacket_azure.emulator import store

_STORAGE = 'galleryImageVersion.properties.storageProfile'


def check_same(definition: store.Resource, other: store.Resource,
               version: store.Resource) -> None:
    """Refuse a version of another kind of image.

    :param other: the definition of the source
    """
    if other.properties['osState'] != definition.properties['osState']:
        raise errors.ArmError(
            409, 'OperationNotAllowed', f'The source {version.id} is '
            f'{other.properties["osState"]} and the gallery image is '
            f'{definition.properties["osState"]}.')
    check_kind(definition, version.id, other.properties['osType'],
               other.properties['hyperVGeneration'])


def check_kind(definition: store.Resource, source: str, os_type: str,
               generation: str) -> None:
    """Refuse a source of another OS or generation."""
    wanted = definition.properties
    if os_type != wanted['osType']:
        raise errors.invalid_parameter(
            f'{_STORAGE}.source.id', f"The resource with id '{source}' has a "
            f"different OS type ['{os_type}'] than the parent gallery image "
            f"OS type ['{wanted['osType']}'].")
    if generation != wanted['hyperVGeneration']:
        raise errors.invalid_parameter(
            f'{_STORAGE}.source.id', f"The resource with id '{source}' has a "
            f"different Hypervisor generation ['{generation}'] than the "
            f"parent gallery image Hypervisor generation "
            f"['{wanted['hyperVGeneration']}']. Create a gallery image with "
            f"hypervisor generation that matches the resource.")


def check_security(definition: store.Resource, vm: store.Resource) -> None:
    """Refuse a machine of a security type the definition lacks."""
    kind = (vm.properties.get('securityProfile') or {}).get('securityType')
    allowed = ' '.join(
        feature.get('value') or ''
        for feature in definition.properties.get('features') or ()
        if feature.get('name') == 'SecurityType')
    if kind == 'TrustedLaunch' and 'TrustedLaunch' not in allowed:
        raise errors.ArmError(
            400, 'BadRequest', f"The source {vm.id} has security type "
            f"'TrustedLaunch', which the gallery image does not have among "
            f"its features.")


def check_place(source: store.Resource, location: str) -> None:
    """Refuse a source in another region."""
    if source.location != location:
        raise errors.ArmError(
            400, 'BadRequest', f'The source {source.id} does not belong to '
            f'the same region as the gallery image version, {location}.')


def refuse_change(version: store.Resource, storage: dict[str, Any]) -> None:
    """Refuse another source for a version that exists.

    :raises ArmError: 409 PropertyChangeNotAllowed
    """
    known = version.properties['storageProfile']
    if _differs(storage.get('source'), known.get('source')):
        raise _fixed('source')
    if _differs((storage.get('osDiskImage') or {}).get('source'),
                known['osDiskImage'].get('source')):
        raise _fixed('osDiskImage.source')


def _differs(sent: dict[str, Any] | None,
             known: dict[str, Any] | None) -> bool:
    """Tell of another source; older clients send back a part of it."""
    return any(not ids.same(value, (known or {}).get(key))
               for key, value in (sent or {}).items())


def _fixed(name: str) -> errors.ArmError:
    return errors.ArmError(
        409, 'PropertyChangeNotAllowed', f"Changing property "
        f"'{_STORAGE}.{name}' is not allowed.", target=f'{_STORAGE}.{name}')
