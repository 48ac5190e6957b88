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

"""Tags as the metadata of a blob, and back.

Names of metadata are identifiers, case does not count, and values are HTTP
header fields; so ``jacket-owner`` is kept as ``jacket_owner``, and whatever
does not fit is encoded. Source: Azure "Naming and referencing containers,
blobs, and metadata".
"""

from __future__ import annotations

from collections import abc
import re
from urllib import parse

from jacket_azure import exceptions

# of all names and values together
MAX_BYTES = 8 * 1024

_OURS = re.compile(r'jacket(-[a-z0-9]+)+')
_OURS_ENCODED = re.compile(r'jacket(_[a-z0-9]+)+')
_OTHER = 'tag_'
_ENCODED = "utf-8''"
# one space at a time and none at the ends, for signing squeezes them
_PLAIN = re.compile(r'[!-~]+( [!-~]+)*')


def encode(tags: abc.Mapping[str, str]) -> dict[str, str]:
    """Return the metadata that holds these tags.

    :raises InvalidRequest: they are too long
    """
    metadata = {
        _encode_name(name): _encode_value(value)
        for name, value in tags.items()
    }
    check_size(metadata)
    return metadata


def check_size(metadata: abc.Mapping[str, str]) -> None:
    """Refuse more metadata than a blob can have."""
    length = sum(len(name) + len(metadata[name]) for name in metadata)
    if length > MAX_BYTES:
        raise exceptions.InvalidRequest(
            f'The tags take {length} bytes as metadata of a blob, Azure '
            f'allows {MAX_BYTES}.'
        )


def decode(metadata: abc.Mapping[str, str]) -> dict[str, str]:
    """Return the tags that metadata holds, those of others as they are."""
    return {
        _decode_name(name.lower()): _decode_value(value)
        for name, value in metadata.items()
    }


def _encode_name(name: str) -> str:
    if _OURS.fullmatch(name):
        return name.replace('-', '_')
    return _OTHER + name.encode().hex()


def _decode_name(name: str) -> str:
    if _OURS_ENCODED.fullmatch(name):
        return name.replace('_', '-')
    if name.startswith(_OTHER):
        try:
            return bytes.fromhex(name.removeprefix(_OTHER)).decode()
        except ValueError:
            return name
    return name


def _encode_value(value: str) -> str:
    if _PLAIN.fullmatch(value) and not value.startswith(_ENCODED):
        return value
    return _ENCODED + parse.quote(value, safe='')


def _decode_value(value: str) -> str:
    if value.startswith(_ENCODED):
        return parse.unquote(value.removeprefix(_ENCODED))
    return value
