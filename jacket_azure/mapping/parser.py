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

"""The operator's mapping file: text in, lookup tables or mistakes out."""

from __future__ import annotations

from typing import Any

import yaml

from jacket_azure import exceptions
from jacket_azure.mapping import flavors
from jacket_azure.mapping import images
from jacket_azure.mapping import networks
from jacket_azure.mapping import reader
from jacket_azure.mapping import security_groups
from jacket_azure.mapping import zones
from jacket_azure.mapping.tables import Mapping

_SECTIONS: dict[str, Any] = {
    'flavors': flavors.parse,
    'images': images.parse,
    'networks': networks.parse,
    'security_groups': security_groups.parse,
    'zones': zones.parse,
}


def parse(text: str, file: str) -> Mapping:
    """Read a mapping file.

    :param text: the file's content
    :param file: its name, for messages
    :raises MappingError: with every mistake of the file, each with line,
        place and what is allowed
    """
    source = reader.Reader(file)
    tables: dict[str, Any] = {}
    root = source.compose(text)
    if root is not None and not reader.is_null(root):
        tables = _parse_sections(source, root)
    elif not source.problems:
        source.problem(
            1, '-', f'is empty, must have sections: {", ".join(_SECTIONS)}'
        )
    if source.problems:
        raise exceptions.MappingError(
            sorted(source.problems, key=lambda problem: problem.line)
        )
    return Mapping(file=file, **tables)


def _parse_sections(source: reader.Reader, root: yaml.Node) -> dict[str, Any]:
    sections = source.fields(root, '-', tuple(_SECTIONS))
    return {
        name: _SECTIONS[name](source, node)
        for name, node in sections.items()
        if not reader.is_null(node)  # "zones:" with nothing below
    }
