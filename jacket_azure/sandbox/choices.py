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

"""What the demo takes from a mapping file it has never seen."""

from __future__ import annotations

from typing import Any

from jacket_azure.sandbox import errors


def first(mapping: dict[str, Any], section: str) -> str:
    """Return the first name of a section."""
    for name in mapping.get(section) or {}:
        return str(name)
    raise errors.SandboxError(f'the mapping file has no {section}')


def linux_image(mapping: dict[str, Any]) -> str:
    """Return the first image of Linux, for the tour uses an SSH key."""
    for name, entry in (mapping.get('images') or {}).items():
        if (entry or {}).get('os_type', 'linux') == 'linux':
            return str(name)
    raise errors.SandboxError('the mapping file has no image of Linux')


def networks_of_one_server(mapping: dict[str, Any]) -> list[str]:
    """Return two networks that one server may have, or one.

    Azure wants all interfaces of a virtual machine in one virtual network.
    """
    by_virtual_network: dict[str, list[str]] = {}
    for name, entry in (mapping.get('networks') or {}).items():
        by_virtual_network.setdefault(
            entry['virtual_network'].lower(), []).append(str(name))
    if not by_virtual_network:
        raise errors.SandboxError('the mapping file has no networks')
    return max(by_virtual_network.values(), key=len)[:2]


def public_key() -> str:
    """Return a new RSA public key, the kind every cloud of Azure takes."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    return rsa.generate_private_key(65537, 2048).public_key().public_bytes(
        serialization.Encoding.OpenSSH,
        serialization.PublicFormat.OpenSSH).decode() + ' demo'
