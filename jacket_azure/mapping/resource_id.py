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

"""ARM resource ids: take apart and compare.

Here, and not in ``payload/``, because a mapping file may hold such ids and
``mapping/`` is the lower layer; ``payload.names`` passes these on.
"""

from __future__ import annotations

from dataclasses import dataclass
import re

_SEGMENT = re.compile(r'[^/\s?#%&\\]{1,260}\Z')
_NAMESPACE = re.compile(r'[A-Za-z][A-Za-z0-9]*(\.[A-Za-z][A-Za-z0-9]*)+\Z')


@dataclass(frozen=True)
class ResourceId:
    """An ARM id in parts; children have several types and names.

    :param group: resource group, None for an id at subscription scope
    :param types: e.g. ``('virtualNetworks', 'subnets')``
    :param names: one per type
    """

    subscription: str
    group: str | None
    namespace: str
    types: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def name(self) -> str:
        """Return the last name, the resource's own."""
        return self.names[-1]

    @property
    def type(self) -> str:
        """Return e.g. ``Microsoft.Network/virtualNetworks/subnets``."""
        return '/'.join((self.namespace, *self.types))

    def is_type(self, type_: str) -> bool:
        """Say whether this is *type_*; case does not count in ARM."""
        return self.type.lower() == type_.lower()

    def child(self, type_: str, name: str) -> ResourceId:
        """Return the id of a child resource."""
        return ResourceId(
            self.subscription,
            self.group,
            self.namespace,
            (*self.types, type_),
            (*self.names, name),
        )

    def __str__(self) -> str:
        group = f'/resourceGroups/{self.group}' if self.group else ''
        pairs = zip(self.types, self.names, strict=True)
        path = ''.join(f'/{t}/{n}' for t, n in pairs)
        return (
            f'/subscriptions/{self.subscription}{group}'
            f'/providers/{self.namespace}{path}'
        )


def parse(text: str) -> ResourceId:
    """Take an ARM id apart.

    :param text: full id; keywords in any case, a trailing slash is refused
    :raises ValueError: *text* is no full ARM id

    Source: Azure Resource Manager, "resource ID format".
    """
    parts = text.split('/')
    if parts[0] != '' or not all(_SEGMENT.match(p) for p in parts[1:]):
        raise ValueError(f'not a full ARM id: {text!r}')
    words = parts[1:]
    subscription = _take(words, 'subscriptions', text)
    group = None
    if words and words[0].lower() == 'resourcegroups':
        group = _take(words, 'resourcegroups', text)
    namespace = _take(words, 'providers', text)
    if not _NAMESPACE.match(namespace) or not words or len(words) % 2:
        raise ValueError(f'not a full ARM id: {text!r}')
    return ResourceId(
        subscription, group, namespace, tuple(words[::2]), tuple(words[1::2])
    )


def same_id(a: str | None, b: str | None) -> bool:
    """Compare two ARM ids; Azure changes their case between answers."""
    return a is not None and b is not None and a.lower() == b.lower()


def _take(words: list[str], keyword: str, text: str) -> str:
    """Remove ``keyword/value`` from the front and return the value."""
    if len(words) < 2 or words[0].lower() != keyword:
        raise ValueError(f'not a full ARM id: {text!r}')
    value = words[1]
    del words[:2]
    return value
