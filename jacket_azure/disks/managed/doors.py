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

"""The bytes of a managed disk, through signed URLs that are opened for it.

A disk of ours answers to nobody but machines. Who reads or writes one here
opens it to signed URLs, gets one, and takes both back when done.
"""

from __future__ import annotations

import collections
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
import logging
import threading
from typing import Any

from jacket_azure import exceptions
from jacket_azure.disks.managed import owned
from jacket_azure.payload import disk as disk_payload

LOG = logging.getLogger(__name__)

# After a crash a URL lives no longer than this. Whoever reads or writes for
# longer gets another one.
URL_SECONDS = 3600

# of a disk or snapshot of which a URL to read it is out
_SIGNED = 'ActiveSAS'


class Doors:
    """Who of this process has which disks or snapshots open.

    Safe to share between threads: the last one to go closes.

    :param azure: the client layer
    :param calls: ``azure.disks`` or ``azure.snapshots``
    :param resources: the same, with their owners
    """

    def __init__(
        self, azure: Any, calls: Any, resources: owned.OwnedResources
    ) -> None:
        self._azure = azure
        self._calls = calls
        self._resources = resources
        self._lock = threading.Lock()
        self._users: collections.Counter[str] = collections.Counter()
        self._urls: dict[str, str] = {}

    def open(self, name: str, write: bool = False) -> Callable[[], str]:
        """Open one, and return what gives a URL that works.

        To be called again when a URL is refused: it has expired, or whoever
        else had the disk open has closed it.

        :raises InUse: a running machine has the disk
        """
        with self._lock:
            self._users[name] += 1
        try:
            source = self._source(name, write)
            ready = [source()]
        except BaseException:
            self.close_quietly(name)
            raise
        return lambda: ready.pop() if ready else source()

    def close(
        self, name: str, tags: Mapping[str, str] | None = None
    ) -> None:
        """Close one unless somebody of this process still needs it.

        :param tags: to be set in the same breath
        :raises AzureError: Azure did not close it
        """
        with self._lock:
            self._users[name] -= 1
            if self._users[name] > 0:
                return
            del self._users[name]
            self._urls.pop(name, None)
        try:
            self._calls.revoke_access(name)
        finally:
            self._let(name, disk_payload.CLOSED, tags)

    def close_quietly(self, name: str) -> None:
        """Close one where a failure would hide a worse one, or harms none."""
        try:
            self.close(name)
        except exceptions.NotFound:
            LOG.debug('%s is gone, and with it every URL of it', name)
        except exceptions.AzureError as exc:
            LOG.warning(
                'Access to %s could not be taken back, and ends within %d '
                'seconds by itself: %s',
                name,
                URL_SECONDS,
                exc,
            )

    def close_forgotten(self, bodies: Iterable[Mapping[str, Any]]) -> None:
        """Close what a process that died has left open.

        What is being filled stays. Who else reads one of these meanwhile is
        refused once, and gets another URL.

        :param bodies: disks or snapshots of ours as Azure lists them
        """
        for body in bodies:
            name, properties = body['name'], body['properties']
            with self._lock:
                if self._users[name] > 0:
                    continue
            signed = properties.get('diskState') == _SIGNED
            if not signed and not _is_open(properties):
                continue
            LOG.warning('%s was left open to signed URLs; closing it', name)
            try:
                if signed:
                    self._calls.revoke_access(name)
                self._let(name, disk_payload.CLOSED)
            except exceptions.AzureError as exc:
                LOG.warning('%s stays open: %s', name, exc)

    def _source(self, name: str, write: bool) -> Callable[[], str]:
        last = ''

        def url() -> str:
            nonlocal last
            with self._lock:
                known = self._urls.get(name, '')
            # what another thread was given since may still be good
            last = known if known not in ('', last) else self._grant(
                name, write
            )
            return last

        return url

    def _grant(self, name: str, write: bool) -> str:
        self._let(name, disk_payload.OPEN)
        url: str = self._calls.grant_access(name, URL_SECONDS, write=write)
        with self._lock:
            self._urls[name] = url
        return url

    def _let(
        self,
        name: str,
        access: Mapping[str, str],
        tags: Mapping[str, str] | None = None,
    ) -> None:
        """Say who may use signed URLs, where the cloud knows that."""
        body: dict[str, Any] = {}
        if self._azure.cloud.capabilities.disk_access_policies:
            body['properties'] = dict(access)
        if tags is not None:
            body['tags'] = dict(tags)
        if body:
            self._resources.update(name, body)


def _is_open(properties: Mapping[str, Any]) -> bool:
    policy = 'networkAccessPolicy'
    return bool(properties.get(policy) == disk_payload.OPEN[policy])
