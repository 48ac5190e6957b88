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

"""ARM ids and the URLs they are part of, as far as this layer reads them."""

from __future__ import annotations

from typing import NamedTuple
from urllib import parse

RESOURCE_GROUP_TYPE = 'Microsoft.Resources/resourceGroups'


class Target(NamedTuple):
    """What a path names.

    :ivar id: the path of the resource itself, without an action
    :ivar type: e.g. ``Microsoft.Network/virtualNetworks/subnets``
    :ivar name: the last name; None for a list
    :ivar action: e.g. ``powerOff``, of a POST
    """

    id: str
    type: str | None
    name: str | None
    action: str | None = None


def parse_target(url: str, method: str = 'GET') -> Target:
    """Take apart a URL or an ARM id; nothing is an error.

    Casing is kept. An odd number of segments behind the provider's namespace
    is an action when the method is POST, else a list.
    """
    path = parse.unquote(parse.urlsplit(url).path).rstrip('/')
    parts = path.strip('/').split('/')
    lower = [part.lower() for part in parts]
    action = None
    if 'providers' in lower:
        at = len(lower) - 1 - lower[::-1].index('providers')
        namespace, rest = parts[at + 1 : at + 2], parts[at + 2 :]
        if method == 'POST' and len(rest) % 2:
            action = rest.pop()
            path = path.rpartition('/')[0]
        kind = '/'.join([*namespace, *rest[::2]]) or None
        name = rest[-1] if rest and not len(rest) % 2 else None
        return Target(path, kind, name, action)
    if 'resourcegroups' in lower:
        at = lower.index('resourcegroups')
        name = parts[at + 1] if len(parts) > at + 1 else None
        return Target(path, RESOURCE_GROUP_TYPE, name)
    return Target(path, None, None)


def virtual_machine_of(url: str) -> str | None:
    """Return the lower-case name of the virtual machine a path is about."""
    parts = parse.unquote(parse.urlsplit(url).path).lower().split('/')
    try:
        return parts[parts.index('virtualmachines') + 1] or None
    except (ValueError, IndexError):
        return None
