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

"""SSH public keys: which of them Azure puts into a virtual machine.

The key's own bytes decide, not the word in front of them.
"""

from __future__ import annotations

import base64
import binascii
import struct

from jacket_azure import exceptions

MIN_RSA_BITS = 2048
_RSA = 'ssh-rsa'
_ED25519 = 'ssh-ed25519'


def check(public_key: str) -> str:
    """Return the key in one clean line, as Azure wants it.

    :param public_key: OpenSSH format, ``<type> <base64> [comment]``
    :raises InvalidRequest: no OpenSSH key, or one Azure refuses: all but
        RSA of at least 2048 bits and Ed25519

    Source: learn.microsoft.com, "Create and manage SSH keys for Linux VMs",
    supported formats; RFC 4253 section 6.6, RFC 8709 section 4.
    """
    label, blob, comment = _split(public_key)
    parts = _strings(blob)
    kind = parts[0].decode('ascii', 'replace')
    if label != kind:
        raise exceptions.InvalidRequest(
            f'The public key says it is {label[:40]!r} but holds '
            f'{kind[:40]!r}.'
        )
    if kind == _RSA:
        if len(parts) != 3:
            raise _malformed()
        bits = int.from_bytes(parts[2], 'big').bit_length()
        if bits < MIN_RSA_BITS:
            raise exceptions.InvalidRequest(
                f'The public key is RSA of {bits} bits; Azure accepts RSA '
                f'keys of at least {MIN_RSA_BITS} bits.'
            )
    elif kind == _ED25519:
        if len(parts) != 2 or len(parts[1]) != 32:
            raise _malformed()
    else:
        raise exceptions.InvalidRequest(
            f'The public key is of type {kind[:40]!r}; Azure accepts '
            f'{_RSA} (at least {MIN_RSA_BITS} bits) and {_ED25519}.'
        )
    encoded = base64.b64encode(blob).decode()
    return ' '.join(filter(None, (kind, encoded, comment)))


def comparable(public_key: str | None) -> str:
    """Return what two spellings of one key have in common; '' for none."""
    return ' '.join((public_key or '').split()[:2])


def _split(public_key: str) -> tuple[str, bytes, str]:
    if len(public_key.strip().splitlines()) != 1:
        raise _malformed()
    words = public_key.split(None, 2)
    if len(words) < 2:
        raise _malformed()
    try:
        blob = base64.b64decode(words[1], validate=True)
    except (binascii.Error, ValueError):
        raise _malformed() from None
    return words[0], blob, words[2].strip() if len(words) > 2 else ''


def _strings(blob: bytes) -> list[bytes]:
    """Take apart the length-prefixed strings a key consists of."""
    parts = []
    offset = 0
    while offset < len(blob):
        if offset + 4 > len(blob):
            raise _malformed()
        (length,) = struct.unpack_from('>I', blob, offset)
        offset += 4
        if offset + length > len(blob):
            raise _malformed()
        parts.append(blob[offset : offset + length])
        offset += length
    if not parts:
        raise _malformed()
    return parts


def _malformed() -> exceptions.InvalidRequest:
    return exceptions.InvalidRequest(
        'The public key is not in OpenSSH format: one line of type, base64 '
        'and an optional comment.'
    )
