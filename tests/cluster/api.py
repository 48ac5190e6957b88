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

"""Cinder's volume API over HTTP, without Keystone."""

import time

import requests

PROJECT = '6f70656e737461636b206162636465'
VERSION = 'volume 3.60'
# longer than rpc_response_timeout, in which a call to a killed worker ends,
# and than workers need to come back on a busy machine
PATIENCE_SECONDS = 180
# No worker lives as long as this. One that was killed had perhaps said
# already that it has a message, and then nobody gets it any more.
STUCK_SECONDS = 60
LOOK_SECONDS = 0.1


class Gone(LookupError):
    """There is no such thing any more."""


class Stuck(RuntimeError):
    """It does not come to an end by itself."""


class Api:
    """The calls a user of volumes makes."""

    def __init__(self, url):
        self._url = f'{url}/v3/{PROJECT}'
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers.update({
            'X-Auth-Token': f'user:{PROJECT}',
            'OpenStack-API-Version': VERSION})

    def call(self, method, path, body=None):
        """Make a request; returns the decoded answer, None without one."""
        answer = self._session.request(
            method, f'{self._url}{path}', json=body,
            timeout=PATIENCE_SECONDS)
        if answer.status_code == 404:
            raise Gone(path)
        if answer.status_code >= 400:
            raise RuntimeError(
                f'{method} {path}: {answer.status_code} {answer.text}')
        return answer.json() if answer.text else None

    def create_volume(self, **facts):
        """Order a volume; returns its id."""
        return self.call('POST', '/volumes', {'volume': facts})[
            'volume']['id']

    def create_snapshot(self, volume):
        """Order a snapshot; returns its id."""
        return self.call('POST', '/snapshots', {'snapshot': {
            'volume_id': volume, 'force': True}})['snapshot']['id']

    def action(self, volume, name, kind='volumes', **arguments):
        """Order something to be done with a volume or snapshot."""
        self.call('POST', f'/{kind}/{volume}/action', {name: arguments})

    def show(self, kind, id_):
        """Return a volume (``volumes``), snapshot or attachment."""
        return self.call('GET', f'/{kind}/{id_}')[kind[:-1]]

    def settled(self, kind, id_, working):
        """Wait until it is gone (None) or has a status not in *working*.

        :raises Stuck: it stays as it is
        """
        deadline = time.monotonic() + STUCK_SECONDS
        while True:
            try:
                found = self.show(kind, id_)
            except Gone:
                return None
            if found['status'] not in working:
                return found
            if time.monotonic() > deadline:
                raise Stuck(f'{kind} {id_} stays {found["status"]}')
            time.sleep(LOOK_SECONDS)
