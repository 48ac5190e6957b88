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

"""Disks and snapshots that are ours: made once, never taken from others."""

from __future__ import annotations

from collections.abc import Mapping
import logging
from typing import Any

from jacket_azure import exceptions
from jacket_azure.disks import ownership
from jacket_azure.disks.managed import sameness
from jacket_azure.payload import names
from jacket_azure.payload import tags as tag_names

LOG = logging.getLogger(__name__)

Body = dict[str, Any]
# Azure tells of a URL that is still out in words only
_SIGNED = 'shared access signature'


class OwnedResources:
    """One resource type of ours behind the client layer.

    :param calls: ``azure.disks`` or ``azure.snapshots``
    :param noun: what one is called in a sentence
    :param owner: ``[azure] owner``
    """

    def __init__(self, calls: Any, noun: str, owner: str) -> None:
        self._calls = calls
        self._noun = noun
        self._owner = owner
        self._whose = ownership.Ownership()

    def get(self, name: str) -> Body:
        """Read one; raises NotFound."""
        try:
            body: Body = self._calls.get(name)
        except exceptions.NotFound:
            self._whose.note_gone(name)
            raise
        self._whose.note(name, self.is_ours(body))
        return body

    def list(self) -> list[Body]:
        """Read all, ours or not."""
        began = self._whose.begin_listing()
        bodies: list[Body] = self._calls.list()
        self._whose.note_listing(
            ((body['name'], self.is_ours(body)) for body in bodies), began
        )
        return bodies

    def create(self, name: str, body: Mapping[str, Any]) -> Body:
        """Make one, or return the one that is there and is ours.

        :raises Conflict: the name is taken by what is not ours, or by what
            was made from something else
        """
        if not self._whose.is_free(name):
            found = self.find(name)
            if found is not None and not self._clear_failed(name, found, body):
                return found
        return self._make(name, body)

    def create_anew(self, name: str, body: Mapping[str, Any]) -> Body:
        """Make one; of ours for the same id, what is there goes.

        :raises InUse: a machine has it
        :raises Conflict: the name is taken by something else
        """
        # a list may be older than what was made since: always look
        found = self.find(name)
        if found is not None:
            self._check_same(name, found, body)
            self.delete(name)
        return self._make(name, body)

    def _make(self, name: str, body: Mapping[str, Any]) -> Body:
        try:
            made: Body = self._calls.create_or_update(name, body)
        except exceptions.AzureError as exc:
            if exc.status is None:
                self._remove_failed(name, body)
                raise
            refused = isinstance(exc, exceptions.Conflict | exceptions.Refused)
            found = self.find(name) if refused else None
            if found is None:
                raise
            # there was one, which another process has made meanwhile
            return self._adopted(name, found, body)
        self._whose.note(name, True)
        return made

    def find(self, name: str) -> Body | None:
        """Read one; None when there is none."""
        try:
            return self.get(name)
        except exceptions.NotFound:
            return None

    def delete(self, name: str) -> bool:
        """Delete one of ours; False when there was none.

        :raises InUse: attached to a machine
        :raises Conflict: it is not ours
        """
        if not self._whose.is_ours(name):
            found = self.find(name)
            if found is None:
                return False
            self._check_owner(name, found)
        try:
            deleted: bool = self._calls.delete(name)
        except exceptions.InUse:
            raise
        except exceptions.Conflict as exc:
            if _SIGNED not in str(exc):
                raise
            # a process that died while it read or wrote
            self._calls.revoke_access(name)
            deleted = self._calls.delete(name)
        self._whose.note_gone(name)
        return deleted

    def has(self, body: Mapping[str, Any], kind: str) -> bool:
        """Say whether one is ours and of a kind."""
        return tag_names.is_owned(body, self._owner) and (
            tag_names.get(body, tag_names.KIND) == kind
        )

    def update(self, name: str, body: Mapping[str, Any]) -> Body:
        """Change one of ours.

        :raises Conflict: it is not ours
        """
        self.check_ours(name)
        changed: Body = self._calls.update(name, body)
        return changed

    def tag(self, name: str, tags: Mapping[str, str]) -> Body:
        """Replace all tags, also of what was or will be somebody else's."""
        body: Body = self._calls.update(name, {'tags': dict(tags)})
        self._whose.note(name, self.is_ours({'tags': tags}))
        return body

    def check_ours(self, name: str) -> None:
        """Refuse to touch what is not ours; asks only when in doubt."""
        if not self._whose.is_ours(name):
            self._check_owner(name, self.get(name))

    def is_ours(self, body: Mapping[str, Any]) -> bool:
        """Say whether it carries our mark."""
        return tag_names.is_owned(body, self._owner)

    def _check_owner(self, name: str, found: Mapping[str, Any]) -> None:
        if not self.is_ours(found):
            raise exceptions.Conflict(
                f'The {self._noun} {name} in Azure is not ours: its tag '
                f'{tag_names.OWNER} is not {self._owner}.'
            )

    def _adopted(
        self, name: str, found: Body, wanted: Mapping[str, Any]
    ) -> Body:
        """Return what is there if it is what was to be made."""
        self._check_same(name, found, wanted)
        if not sameness.same_source(found, wanted):
            raise exceptions.Conflict(
                f'The {self._noun} {name} is already in Azure, and was made '
                f'from something else.'
            )
        other = sameness.other_than(found, wanted)
        if other is not None:
            raise exceptions.Conflict(
                f'The {self._noun} {name} is already in Azure, and {other}.'
            )
        LOG.info('The %s %s is already there', self._noun, name)
        return found

    def _check_same(
        self, name: str, found: Mapping[str, Any], wanted: Mapping[str, Any]
    ) -> None:
        """Refuse what is not ours, or of another thing of ours."""
        self._check_owner(name, found)
        if tag_names.get(found, tag_names.ID) != tag_names.get(
            wanted, tag_names.ID
        ):
            raise exceptions.Conflict(
                f'The name {name} is taken in Azure by a {self._noun} of '
                f'another {tag_names.ID}.'
            )

    def _clear_failed(
        self, name: str, found: Body, wanted: Mapping[str, Any]
    ) -> bool:
        """Make room where an earlier try has failed; False: it is good."""
        self._adopted(name, found, wanted)
        if found['properties'].get('provisioningState') != 'Failed':
            return False
        self.delete(name)
        return True

    def _remove_failed(self, name: str, wanted: Mapping[str, Any]) -> None:
        """Remove what an operation that failed has left behind."""
        try:
            found = self.find(name)
            if found is not None:
                self._clear_failed(name, found, wanted)
        except exceptions.AzureError as exc:
            LOG.warning(
                'The %s %s, which could not be made, may have to be removed '
                'by hand: %s',
                self._noun,
                name,
                exc,
            )


def id_of(azure: Any, type_: str, name: str) -> str:
    """Return the full id of one of our group."""
    return names.resource_id(
        azure.subscription_id, azure.resource_group, type_, name
    )
