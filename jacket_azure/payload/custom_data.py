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

"""User data, injected files and config drive, all in Azure's custom data.

Azure has no config drive and no file injection; it has one blob, the custom
data, which cloud-init takes as user data on Linux and which Windows keeps
as ``C:\\AzureData\\CustomData.bin``.

* User data alone is handed over byte for byte.
* With injected files or config drive documents it becomes a MIME multipart:
  the user's own part first, unchanged, then a cloud-config with
  ``write_files``. Merge rules in that part append to a ``write_files`` of
  the user instead of replacing it (cloud-init, "merging user data").
* Config drive documents are written below ``/config-drive``, so
  ``/config-drive/openstack/latest/meta_data.json`` is what a mounted config
  drive would hold. cloud-init's seed directory is no choice: it is read
  before anything could be written there.
* cloud-init writes files early, in its first stage with network, before any
  script of the user runs. All files are of root; documents have mode 0600,
  because they may hold the admin password; injected files 0644.
* What would be too long is sent gzipped, which cloud-init unpacks.
"""

from __future__ import annotations

import base64
from collections import abc
import gzip
import hashlib
import json
from typing import Any

from jacket_azure import exceptions

LIMIT_BYTES = 65535
CONFIG_DRIVE = '/config-drive'
_DOCUMENT_FOLDERS = ('openstack/latest/', 'openstack/content/')
_MERGE = 'list(append)+dict(no_replace,recurse_list)+str()'
_GZIP = b'\x1f\x8b'


def build(
    user_data: bytes | None,
    files: abc.Sequence[tuple[str, bytes]] = (),
    documents: abc.Mapping[str, bytes] | None = None,
    os_type: str = 'linux',
    authorized_keys: abc.Sequence[str] = (),
) -> str | None:
    """Build ``osProfile.customData``, or ``userData``.

    :param user_data: raw, not base64; None or empty for none
    :param files: injected files: absolute path and content
    :param documents: what Nova's ``InstanceMetadata.
        metadata_for_config_drive()`` yields, path to content; only
        ``openstack/latest`` and ``openstack/content`` are used
    :param os_type: ``windows`` gets its user data raw, and no more
    :param authorized_keys: public SSH keys of the default user, for guests
        that Azure gives none
    :returns: base64 text, None when there is nothing to hand over
    :raises InvalidRequest: more than 65,535 bytes (before base64), injected
        files on Windows, or a path that is not absolute

    Source: Compute REST API 2026-04-01, OSProfile.customData.
    """
    if os_type == 'windows' and files:
        raise exceptions.InvalidRequest(
            'Files cannot be injected into a Windows instance on Azure; use '
            'user data.'
        )
    entries = [_entry(path, data, '0644') for path, data in files]
    if os_type != 'windows':
        entries += _documents(documents or {})
    if not entries and not authorized_keys:
        return _encode(user_data, user_data) if user_data else None
    config: dict[str, Any] = {'write_files': entries} if entries else {}
    if authorized_keys:
        config['ssh_authorized_keys'] = list(authorized_keys)
    whole = _multipart(user_data, config)
    return _encode(whole, gzip.compress(whole, mtime=0))


def _encode(plain: bytes, packed: bytes) -> str:
    """Return base64 of *plain* where it fits, else of *packed*."""
    data = plain if len(plain) <= LIMIT_BYTES else packed
    if len(data) > LIMIT_BYTES:
        raise exceptions.InvalidRequest(
            f'User data, injected files and config drive together are '
            f'{len(data)} bytes; Azure takes {LIMIT_BYTES} at most.'
        )
    return base64.b64encode(data).decode()


def _documents(
    documents: abc.Mapping[str, bytes],
) -> list[dict[str, str]]:
    return [
        _entry(f'{CONFIG_DRIVE}/{path}', data, '0600')
        for path, data in sorted(documents.items())
        if path.startswith(_DOCUMENT_FOLDERS)
    ]


def _entry(path: str, data: bytes, mode: str) -> dict[str, str]:
    """Return one entry of cloud-init's ``write_files``."""
    if not path.startswith('/') or not path.isprintable():
        raise exceptions.InvalidRequest(
            f'The path of an injected file must be absolute: {path[:200]!r}.'
        )
    return {
        'path': path,
        'owner': 'root:root',
        'permissions': mode,
        'encoding': 'b64',
        'content': base64.b64encode(data).decode(),
    }


def _multipart(
    user_data: bytes | None, settings: abc.Mapping[str, Any]
) -> bytes:
    """Join the parts by hand: the user's bytes must stay as they are."""
    # JSON is YAML, and ASCII on one line needs no transfer encoding
    config = f'#cloud-config\n{json.dumps(settings)}\n'
    ours = (
        'Content-Type: text/cloud-config; charset="us-ascii"\n'
        f'Merge-Type: {_MERGE}\n'
        'Content-Disposition: attachment; filename="openstack.cfg"\n\n'
    ) + config
    parts = [_user_part(user_data)] if user_data else []
    parts.append(ours.encode('ascii'))
    # derived, not random: the same instance gives the same custom data
    digest = hashlib.sha256(b'\0'.join(parts)).hexdigest()
    head = (
        'Content-Type: multipart/mixed; '
        f'boundary="jacket-azure-{digest}"\nMIME-Version: 1.0\n\n'
    )
    delimiter = f'--jacket-azure-{digest}'.encode()
    lines = [b'%s\n%s\n' % (delimiter, part) for part in parts]
    return b'%s%s%s--\n' % (head.encode(), b''.join(lines), delimiter)


def _user_part(user_data: bytes) -> bytes:
    """Wrap user data so that cloud-init treats it as if it came alone."""
    if b'mime-version:' in user_data[:4096].lower():
        # cloud-init's own test; a message becomes a part with parts
        return user_data
    # of plain text cloud-init finds out itself what it is
    gzipped = user_data.startswith(_GZIP)
    kind = 'application/gzip' if gzipped else 'text/plain'
    head = f'Content-Type: {kind}\nContent-Transfer-Encoding: base64\n\n'
    return head.encode() + base64.encodebytes(user_data)
