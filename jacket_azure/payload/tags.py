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

"""Tags: whose a resource is, what it belongs to, and the user's metadata.

Only what carries our ``jacket-owner`` is ever changed or deleted, and lists
for Nova are scoped by ``jacket-host``. Tag names are case-insensitive on
Azure and values are not, so names are compared in lower case here.
"""

from __future__ import annotations

from collections import abc
from typing import Any

OWNER = 'jacket-owner'
HOST = 'jacket-host'
KIND = 'jacket-kind'
ID = 'jacket-id'
PROJECT = 'jacket-project'
CREATED = 'jacket-created'
NAME = 'jacket-name'
DISPLAY_NAME = 'jacket-display-name'
IMAGE_VERSION = 'jacket-image-version'
# of an image: how it boots, see disks.image_models
IMAGE_STATE = 'jacket-image-state'
IMAGE_SECURITY = 'jacket-image-security'
# of an image brought from Glance: when it was last used, about
LAST_USED = 'jacket-last-used'
# of a disk made anew, and of that which keeps what it held: since when
KEPT = 'jacket-kept'
# an operator's, with any value: no janitor deletes what carries it
KEEP = 'jacket-keep'

KIND_INSTANCE = 'instance'
KIND_NIC = 'nic'
KIND_OS_DISK = 'os-disk'
KIND_VOLUME = 'volume'
KIND_SNAPSHOT = 'snapshot'
KIND_IMAGE = 'image'
KIND_TEMPORARY = 'temporary'
KIND_PUBLIC_IP = 'public-ip'

MAX_TAGS = 50
_MAX_NAME = 512
_MAX_VALUE = 256
_FORBIDDEN = frozenset('<>%&\\?/')
# Azure refuses these prefixes; the last is ours
_RESERVED = ('microsoft', 'azure', 'windows', 'jacket-')


def build(
    owner: str,
    kind: str,
    uuid: str,
    project: str | None,
    created: str,
    host: str | None = None,
    name: str | None = None,
    display_name: str | None = None,
    metadata: abc.Mapping[str, str] | None = None,
    image_version: str | None = None,
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Build the tags of one resource.

    :param owner: ``[azure] owner``, the deployment's id
    :param kind: what it is, e.g. ``instance``, ``nic``, ``os-disk``
    :param created: time of creation, ISO 8601 in UTC
    :param host: ``CONF.host``, only for instances
    :param name: ``instance.name``, which Nova lists instances by
    :param metadata: Nova metadata, each a tag of its own
    :param image_version: what ``latest`` meant when the machine was made
    :returns: the tags, and the metadata keys that Azure cannot hold or that
        are one too many, sorted

    Source: Azure Resource Manager, "tag resources", limitations: 50 tags,
    names of 512 and values of 256 characters.
    """
    ours = {
        OWNER: owner,
        KIND: kind,
        ID: uuid,
        PROJECT: project,
        CREATED: created,
        HOST: host,
        NAME: name,
        DISPLAY_NAME: display_name,
        IMAGE_VERSION: image_version,
    }
    tags = {k: _clean(v) for k, v in ours.items() if v}
    skipped = []
    taken = {key.lower() for key in tags}
    for key, value in sorted((metadata or {}).items()):
        usable = _is_valid(key, value) and key.lower() not in taken
        if usable and len(tags) < MAX_TAGS:
            tags[key] = value
            taken.add(key.lower())
        else:
            skipped.append(key)
    return tags, tuple(skipped)


def rebuild(
    current: abc.Mapping[str, str],
    display_name: str | None,
    metadata: abc.Mapping[str, str],
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Build the tags after a change of name or metadata.

    Tags of ours stay as they are; all others are the user's and become
    exactly *metadata*, so a key removed in Nova goes away in Azure.

    :param current: the tags the resource carries now
    :returns: as :func:`build`
    """
    own = {k.lower(): v for k, v in current.items()}
    return build(
        own.get(OWNER, ''),
        own.get(KIND, ''),
        own.get(ID, ''),
        own.get(PROJECT),
        own.get(CREATED, ''),
        host=own.get(HOST),
        name=own.get(NAME),
        display_name=display_name,
        metadata=metadata,
        image_version=own.get(IMAGE_VERSION),
    )


def carry_over(
    before: abc.Mapping[str, str],
    wanted: abc.Mapping[str, str],
    newest: abc.Mapping[str, str],
) -> dict[str, str]:
    """Make the change from *before* to *wanted* on the *newest* tags.

    :returns: all tags, for a write that replaces them; what others changed
        between *before* and *newest* stays where the change does not touch
        it
    """
    old = {key.lower(): value for key, value in before.items()}
    left = {key.lower() for key in wanted}
    changed = {
        key: value
        for key, value in wanted.items()
        if old.get(key.lower()) != value
    }
    touched = {key.lower() for key in changed} | (set(old) - left)
    kept = {
        key: value
        for key, value in newest.items()
        if key.lower() not in touched
    }
    return kept | changed


def with_host(
    current: abc.Mapping[str, str], host: str
) -> dict[str, str]:
    """Return all tags of a resource after it went to another host.

    :param current: the tags it carries now
    """
    kept = {k: v for k, v in current.items() if k.lower() != HOST}
    return {**kept, HOST: host}


def get(resource: abc.Mapping[str, Any], name: str) -> str | None:
    """Return a tag of a resource as read from Azure, None when absent."""
    for key, value in (resource.get('tags') or {}).items():
        if key.lower() == name:
            return str(value)
    return None


def is_owned(resource: abc.Mapping[str, Any], owner: str) -> bool:
    """Say whether this deployment made the resource."""
    return get(resource, OWNER) == owner


def instance_uuid(resource: abc.Mapping[str, Any]) -> str | None:
    """Return the OpenStack id a resource was made for, None when foreign."""
    return get(resource, ID)


def _clean(value: str) -> str:
    """Make a value of ours fit: a display name may hold anything."""
    printable = ''.join(char for char in value if char.isprintable())
    return printable[:_MAX_VALUE]


def _is_valid(key: str, value: str) -> bool:
    return (
        0 < len(key) <= _MAX_NAME
        and len(value) <= _MAX_VALUE
        and not _FORBIDDEN & set(key)
        and key == key.strip()
        and (key + value).isprintable()
        and not key.lower().startswith(_RESERVED)
    )
