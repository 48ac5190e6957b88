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

"""Names the requests that pass, and lets one of them go wrong."""

from __future__ import annotations

import collections
import re
import threading
from typing import NamedTuple
import urllib.parse

from jacket_azure.emulator import records

_UUID = re.compile(r'[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}', re.I)
_POLLED = ('Azure-AsyncOperation', 'Location')


class Row(NamedTuple):
    """One request of one step.

    :ivar step: create or delete
    :ivar label: what it asks, the same each time: ``PUT virtualMachines``
    :ivar turn: the how many-th of this label, from 1
    """

    step: str
    label: str
    turn: int

    def __str__(self):
        turn = f' ({self.turn})' if self.turn > 1 else ''
        return f'{self.step}: {self.label}{turn}'

    @property
    def is_poll(self):
        """Whether it asks how an operation is doing."""
        return self.label.startswith('poll ')

    @property
    def is_write(self):
        """Whether it starts an operation."""
        method, kind, *_ = self.label.split()
        if method == 'POST':
            return kind.startswith('virtualMachines/')
        return method in ('PUT', 'PATCH', 'DELETE') and kind != 'blob'


class Wire:
    """The ``handle`` of a proxy: labels, counts, and strikes where armed.

    :ivar account: the storage account whose blobs pass as well
    """

    def __init__(self):
        self._lock = threading.Lock()
        self._polls = {}
        self.step = ''
        self.account = None
        self.disarm()

    def disarm(self):
        """Let everything pass from now on."""
        with self._lock:
            self._row = self._trouble = None
            self._for_good = False
            self._down = False
            self.struck = 0
            self._turns = collections.Counter()
            self.rows = []

    def arm(self, row, trouble, for_good):
        """Let one request go wrong, and with *for_good* all of its label.

        :param trouble: called with each :class:`.proxy.Exchange` that is
            struck, and with the function that passes one on
        """
        self.disarm()
        with self._lock:
            self._row, self._trouble = row, trouble
            self._for_good = for_good

    def handle(self, exchange):
        """Take one request at the proxy."""
        label = self.label(exchange.method, exchange.target)
        trouble = self._meet(label, at_client=False)
        if trouble is None:
            exchange.answer(self.forward(exchange))
        else:
            trouble.strike(exchange, self.forward)

    def forward(self, exchange):
        """Pass a request on, and learn where its operation is polled."""
        reply = exchange.forward()
        label = self.label(exchange.method, exchange.target)
        for name in _POLLED:
            url = reply.header(name)
            if url:
                path = urllib.parse.urlsplit(url).path.lower()
                self._polls.setdefault(path, label)
        return reply

    def refuses(self, method, url):
        """Tell, before it connects, whether a request finds nobody."""
        parts = urllib.parse.urlsplit(url)
        label = self.label(method, f'{parts.path}?{parts.query}')
        return self._meet(label, at_client=True) is not None

    def label(self, method, target):
        """Name a request without the ids in it."""
        path, _, query = target.partition('?')
        if path.lower().endswith('/oauth2/v2.0/token'):
            return 'POST token'
        started = self._polls.get(path.lower())
        if started is not None:
            return f'poll of {started}'
        if self.account and path.startswith(f'/{self.account}/'):
            return _blob_label(method, path, query)
        kind, name = records.describe(method, path)
        ids = len(_UUID.findall(name))
        if ids == 0:
            return f'{method} {kind} {name or "list"}'
        return f'{method} {kind}' + (' #2' if ids > 1 else '')

    def _meet(self, label, at_client):
        with self._lock:
            wanted = self._trouble
            if (wanted is not None and wanted.at_client) != at_client:
                return None
            self._turns[label] += 1
            row = Row(self.step, label, self._turns[label])
            self.rows.append(row)
            if not self._hits(row):
                return None
            self.struck += 1
            return wanted

    def _hits(self, row):
        if self._row is None:
            return False
        if self._down:
            return True
        if row == self._row:
            self._down = self._trouble.spreads
            return True
        return (self._for_good and row[:2] == self._row[:2]
                and row.turn >= self._row.turn)


def _blob_label(method, path, query):
    """Name a request to the blob service: what it does, in which container."""
    options = dict(urllib.parse.parse_qsl(query))
    container, _, blob = path.split('/', 2)[2].partition('/')
    what = options.get('comp') or ('snapshot' if 'snapshot' in options else '')
    if not blob:
        what = f'container {what}'.strip()
    return ' '.join(filter(None, (method, 'blob', container, what)))
