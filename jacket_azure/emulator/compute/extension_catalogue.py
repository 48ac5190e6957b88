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
"""The extensions there are: publishers, types, versions.

Source: arm-behaviour.md section 3; versions as public lists show them.
"""

from __future__ import annotations

import dataclasses
import functools
import json
from pathlib import Path

from jacket_azure.emulator import errors

_FILE = Path(__file__).parent / 'data' / 'extensions.json'


@dataclasses.dataclass(frozen=True)
class Type:
    """One type of extension; versions oldest first."""

    publisher: str
    name: str
    os: str
    versions: tuple[str, ...]

    @property
    def handler(self) -> str:
        """How the agent calls it."""
        return f'{self.publisher}.{self.name}'

    def newest(self, asked: str) -> str:
        """The full version that runs where ``1.5`` is asked for.

        :raises ArmError: 404 ArtifactNotFound
        """
        fits = [version for version in self.versions
                if version.split('.')[:2] == asked.split('.')[:2]]
        if not fits:
            raise errors.ArmError(
                404, 'ArtifactNotFound',
                f"Extension with publisher '{self.publisher}', type "
                f"'{self.name}', and type handler version '{asked}' could "
                f"not be found in the extension repository.")
        return fits[-1]


@functools.cache
def types() -> tuple[Type, ...]:
    """All types of all publishers."""
    rows = json.loads(_FILE.read_text())['types']
    return tuple(Type(**{**row, 'versions': tuple(row['versions'])})
                 for row in rows)


def of_publisher(publisher: str) -> list[Type]:
    """Types of a publisher, its name in any case.

    :raises ArmError: 404 NotFound, there is none
    """
    found = [one for one in types()
             if one.publisher.lower() == publisher.lower()]
    if not found:
        raise errors.ArmError(404, 'NotFound',
                              f'Publisher: {publisher} was not found.')
    return found


def find(publisher: str, name: str) -> Type | None:
    """Return the type of that name in any case, or None."""
    wanted = publisher.lower(), name.lower()
    for one in types():
        if wanted == (one.publisher.lower(), one.name.lower()):
            return one
    return None
