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

"""What exactly a "not found" says is missing."""

from __future__ import annotations

import re
from typing import NamedTuple

from jacket_azure.arm import ids


class Missing(NamedTuple):
    """What does not exist, as far as the answer tells."""

    resource_id: str | None = None
    resource_type: str | None = None


# "The Resource 'Microsoft.Compute/virtualMachines/x' under resource group
# 'y' was not found."
_BY_GATEWAY = re.compile(
    r"The Resource '(?P<path>[^']+)' under resource group '(?P<group>[^']*)'",
    re.I,
)
_GROUP = re.compile(r"Resource group '(?P<group>[^']+)' could not be", re.I)
_PARENT = re.compile(r"Parent resource '(?P<name>[^']+)' not found", re.I)
# "Resource <id> not found.", "Resource <id> referenced by resource <id> was
# not found."
_BY_ID = re.compile(r'Resource (?P<id>/subscriptions/\S+?)[\s.]*(?: |$)', re.I)
# "Resource <name> is not found.", of a snapshot's source
_BY_NAME = re.compile(r"Resource '?(?P<name>[^\s/']+)'? is not found", re.I)
_IMAGE = re.compile(r'platform image', re.I)
IMAGE_TYPE = (
    'Microsoft.Compute/locations/publishers/artifacttypes/offers/skus/versions'
)


def find(
    message: str, url: str, method: str, blamed: str | None = None
) -> Missing:
    """Read what is missing from the answer, else take the URL's resource.

    :param url: of the request; an action's resource is meant, not the action
    :param blamed: the error's ``target``, for disks the full id of what is
        missing ("Disk <name> is not found.")
    """
    if (blamed or '').lower().startswith('/subscriptions/'):
        return Missing(blamed, ids.parse_target(str(blamed)).type)
    target = ids.parse_target(url, method)
    match = _BY_GATEWAY.search(message)
    if match:
        return _under_group(match['path'], match['group'], target.id)
    match = _GROUP.search(message)
    if match:
        return Missing(
            _group_id(target.id, match['group']), ids.RESOURCE_GROUP_TYPE
        )
    match = _BY_ID.search(message)
    if match:
        return Missing(match['id'], ids.parse_target(match['id']).type)
    match = _PARENT.search(message)
    if match:
        return _parent(match['name'], target)
    match = _BY_NAME.search(message)
    if match and match['name'].lower() != (target.name or '').lower():
        # Its type is not said, and it is not the resource we asked for.
        return Missing()
    if _IMAGE.search(message):
        return Missing(None, IMAGE_TYPE)
    return Missing(target.id or None, target.type)


def _under_group(path: str, group: str, sibling: str) -> Missing:
    """``Microsoft.Network/virtualNetworks/v/subnets/s`` in a group."""
    namespace, *rest = path.split('/')
    kind = '/'.join([namespace, *rest[::2]])
    base = _group_id(sibling, group)
    return Missing(base and f'{base}/providers/{path}', kind)


def _group_id(sibling: str, group: str) -> str | None:
    match = re.match(r'(/subscriptions/[^/]+)', sibling, re.I)
    return f'{match[1]}/resourceGroups/{group}' if match else None


def _parent(name: str, target: ids.Target) -> Missing:
    """The message names the parent; the URL has its whole id."""
    lower = target.id.lower()
    at = lower.rfind(f'/{name.rpartition("/")[2].lower()}/')
    if at < 0:
        return Missing()
    parent = target.id[: at + 1 + len(name.rpartition('/')[2])]
    return Missing(parent, ids.parse_target(parent).type)
