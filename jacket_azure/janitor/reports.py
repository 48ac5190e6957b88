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

"""What a pass did, for logs, tables and statistics."""

from __future__ import annotations

from collections.abc import Mapping
import dataclasses
import enum

from jacket_azure.janitor import facts


class Action(enum.Enum):
    """What became of one resource."""

    DELETED = 'deleted'
    WOULD_DELETE = 'would delete'
    GONE = 'gone already'
    SPARED = 'spared'
    FAILED = 'failed'
    WAITING = 'waiting'
    KEPT = 'kept'


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What became of one resource, and why."""

    found: facts.Found
    action: Action
    reason: str


@dataclasses.dataclass(frozen=True)
class Report:
    """What one pass did.

    :ivar listed: how many resources Azure listed, by kind
    :ivar outcomes: of all unattached resources of ours
    :ivar ended: why the pass ended early, None when it did not
    """

    listed: Mapping[str, int]
    outcomes: tuple[Outcome, ...]
    ended: str | None = None

    def count(self, action: Action) -> int:
        """Return how many resources came to this."""
        return sum(each.action is action for each in self.outcomes)

    @property
    def is_news(self) -> bool:
        """Tell whether anything was, or was to be, deleted."""
        quiet = (Action.WAITING, Action.KEPT)
        return any(each.action not in quiet for each in self.outcomes)

    def summary(self) -> str:
        """Return the pass in one line."""
        listed = ', '.join(
            f'{kind}: {count}' for kind, count in self.listed.items()
        )
        counts = ', '.join(
            f'{self.count(action)} {action.value}'
            for action in Action
            if self.count(action)
        )
        return f'listed {listed or "nothing"}; {counts or "nothing to do"}'
