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

"""Reads a YAML tree with line marks and collects every mistake.

Nothing here raises for a mistake in the file: a reading function notes a
problem and returns None, so that one pass finds all of them.
"""

from __future__ import annotations

from collections import abc
import difflib
import re
from typing import Any

import yaml

from jacket_azure import exceptions

_KINDS = {
    yaml.MappingNode: 'a map',
    yaml.SequenceNode: 'a list',
    yaml.ScalarNode: 'a single value',
}
_NULL = 'tag:yaml.org,2002:null'
_MERGE = 'tag:yaml.org,2002:merge'
_NOT_TEXT = (_NULL, 'tag:yaml.org,2002:bool')


class Reader:
    """One reading of one file; ``problems`` grows as it goes."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[exceptions.Problem] = []

    def problem(self, line: int, where: str, message: str) -> None:
        """Note one mistake; *line* counts from 1."""
        self.problems.append(
            exceptions.Problem(self.file, line, where, message)
        )

    def compose(self, text: str) -> yaml.Node | None:
        """Turn *text* into YAML nodes, or note why that is impossible."""
        try:
            return yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as exc:
            mark = exc.problem_mark or exc.context_mark
            reason = exc.problem or exc.context or 'cannot be read'
            if '\\t' in reason:
                reason += '; indent with spaces, never with tabs'
            elif exc.context and exc.problem:
                reason = f'{exc.context}, {exc.problem}'
            self.problem(
                mark.line + 1 if mark else 1, '-', f'not YAML: {reason}'
            )
        except yaml.reader.ReaderError as exc:
            line = text.count('\n', 0, exc.position) + 1
            self.problem(line, '-', f'not YAML: {exc.reason}')
        except RecursionError:
            self.problem(1, '-', 'not YAML: nested too deeply')
        return None

    def items(
        self, node: yaml.Node, where: str, content: str
    ) -> abc.Iterator[tuple[str, yaml.Node]]:
        """Yield the entries of a map, noting what cannot be a key.

        :param content: what the map should hold, for the message
        """
        for key, value in self._entries(node, where, content):
            yield key.value, value

    def _entries(
        self, node: yaml.Node, where: str, content: str
    ) -> abc.Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
        if not isinstance(node, yaml.MappingNode):
            self.problem(
                line_of(node),
                where,
                f'is {kind_of(node)}, must be a map: {content}',
            )
            return
        seen: dict[str, int] = {}
        for key, value in node.value:
            line = line_of(key)
            if not isinstance(key, yaml.ScalarNode) or not key.value:
                self.problem(
                    line, where, 'a key must be a plain, not empty, text'
                )
            elif key.tag == _MERGE:
                self.problem(
                    line,
                    where,
                    'merging with "<<" is not allowed; write the entries out',
                )
            elif key.value in seen:
                self.problem(
                    line,
                    f'{where}.{key.value}' if where != '-' else key.value,
                    f'is there twice, first in line {seen[key.value]}',
                )
            else:
                seen[key.value] = line
                yield key, value

    def fields(
        self,
        node: yaml.Node,
        where: str,
        allowed: abc.Sequence[str],
        required: abc.Collection[str] = (),
    ) -> dict[str, yaml.Node]:
        """Return the entries of a map with a fixed set of keys."""
        found: dict[str, yaml.Node] = {}
        for key, value in self._entries(node, where, ', '.join(allowed)):
            if key.value in allowed:
                found[key.value] = value
                continue
            near = difflib.get_close_matches(key.value, allowed, 1)
            hint = f'did you mean {near[0]}? ' if near else ''
            self.problem(
                line_of(key),
                f'{where}.{key.value}' if where != '-' else key.value,
                f'unknown key; {hint}allowed: {", ".join(allowed)}',
            )
        if isinstance(node, yaml.MappingNode):
            for name in required:
                if name not in found:
                    self.problem(
                        line_of(node), f'{where}.{name}', 'is missing'
                    )
        return found

    def text(
        self,
        node: yaml.Node | None,
        where: str,
        pattern: re.Pattern[str],
        allowed: str,
    ) -> str | None:
        """Return a single value that matches *pattern*, else note it.

        :param node: None (an absent key) gives None and no problem
        :param allowed: what is allowed, for the message
        """
        if node is None:
            return None
        if not isinstance(node, yaml.ScalarNode):
            self.problem(
                line_of(node), where, f'is {kind_of(node)}, must be {allowed}'
            )
        elif node.tag in _NOT_TEXT or not pattern.fullmatch(node.value):
            shown = node.value[:80] if node.value else 'empty'
            self.problem(
                line_of(node), where, f'is {shown!r}, must be {allowed}'
            )
        else:
            return str(node.value)
        return None

    def choice(
        self, node: yaml.Node | None, where: str, choices: abc.Sequence[str]
    ) -> str | None:
        """Return one of *choices* in its own spelling; case is ignored."""
        if node is None:
            return None
        value = node.value if isinstance(node, yaml.ScalarNode) else None
        for choice in choices:
            if isinstance(value, str) and choice.lower() == value.lower():
                return choice
        shown = repr(value[:80]) if value else kind_of(node)
        self.problem(
            line_of(node),
            where,
            f'is {shown}, must be one of {", ".join(choices)}',
        )
        return None


def is_null(node: yaml.Node) -> bool:
    """Say whether the value is YAML's null (``null``, ``~``, nothing)."""
    return isinstance(node, yaml.ScalarNode) and node.tag == _NULL


def kind_of(node: Any) -> str:
    """Name the kind of a node, for messages."""
    if is_null(node):
        return 'empty'
    return _KINDS.get(type(node), 'something else')


def line_of(node: yaml.Node) -> int:
    """Return the line a node starts in, counted from 1."""
    return int(node.start_mark.line) + 1
