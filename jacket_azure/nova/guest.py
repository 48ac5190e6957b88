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

"""What the guest is told at its first start: keys, password, user data."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from typing import Any

from nova.api.metadata import base as metadata
from nova.virt import configdrive

from jacket_azure import exceptions
from jacket_azure.nova import admin_password as admin_passwords
from jacket_azure.payload import custom_data
from jacket_azure.payload import names
from jacket_azure.payload import os_profile


def build_os_profile(
    conf: Any,
    instance: Any,
    os_type: str | None,
    injected_files: Iterable[tuple[str, bytes | str]] | None,
    admin_password: str | None,
    network_info: Any,
) -> dict[str, Any]:
    """Build ``osProfile`` out of what Nova has for the guest.

    :param conf: the ``[azure]`` options
    :param injected_files: (path, content) of each
    :raises InvalidRequest: a key, password or amount of data Azure refuses,
        or nobody knows what system the image holds
    """
    os_type = known_os_type(os_type)
    linux = os_type == 'linux'
    key = instance.key_data if linux else None
    # Nova makes a password for every server, asked for or not
    mode = conf.linux_password
    wanted = not linux or not key or mode == 'always'
    if wanted:
        admin_password = admin_passwords.settle(
            instance, os_type, admin_password
        )
    files = [(path, _bytes(content)) for path, content in injected_files or ()]
    documents = {}
    if configdrive.required_by(instance):
        documents = _config_drive(
            instance, files, admin_password, network_info
        )
    return os_profile.build(
        os_profile.OsProfileSpec(
            os_type=os_type,
            computer_name=names.computer_name(
                instance.hostname, instance.uuid, os_type
            ),
            admin_username=conf.admin_username,
            admin_password=admin_password if wanted else None,
            public_keys=(key,) if key else (),
            custom_data=custom_data.build(
                _user_data(instance), files, documents, os_type
            ),
        )
    )


def build_user_data(
    instance: Any,
    os_type: str | None,
    injected_files: Iterable[tuple[str, bytes | str]] | None,
    network_info: Any,
    with_key: bool = True,
) -> str | None:
    """Build ``userData`` for a guest that Azure does not set up.

    cloud-init reads it from Azure's metadata service. Whoever may read the
    virtual machine may read it too, so the admin password is not in it.

    :param with_key: also the key pair's public key
    :returns: base64 text, None when there is nothing to hand over
    :raises InvalidRequest: an amount of data Azure refuses, or nobody knows
        what system the volume holds
    """
    os_type = known_os_type(os_type)
    linux = os_type == 'linux'
    files = [(path, _bytes(content)) for path, content in injected_files or ()]
    documents = {}
    if configdrive.required_by(instance):
        documents = _config_drive(instance, files, None, network_info)
    return custom_data.build(
        _user_data(instance),
        files,
        documents,
        os_type,
        authorized_keys=(
            (instance.key_data,)
            if linux and with_key and instance.key_data
            else ()
        ),
    )


def known_os_type(os_type: str | None) -> str:
    """Return ``linux`` or ``windows``.

    :raises InvalidRequest: nobody knows
    """
    if os_type is None:
        raise exceptions.InvalidRequest(
            'Nobody tells whether the image or volume holds linux or '
            'windows: not Azure, not the mapping file, no image property '
            'azure_os_type.'
        )
    return os_type


def _user_data(instance: Any) -> bytes | None:
    # Nova keeps it as the base64 text of the API
    if not instance.user_data:
        return None
    return base64.b64decode(instance.user_data)


def _config_drive(
    instance: Any,
    files: list[tuple[str, bytes]],
    admin_password: str | None,
    network_info: Any,
) -> dict[str, bytes]:
    """Return the files of a config drive, by path."""
    extra = {'admin_pass': admin_password} if admin_password else {}
    drive = metadata.InstanceMetadata(
        instance, content=files, extra_md=extra, network_info=network_info
    )
    return {
        path: _bytes(content)
        for path, content in drive.metadata_for_config_drive()
    }


def _bytes(content: bytes | str) -> bytes:
    return content.encode() if isinstance(content, str) else content
