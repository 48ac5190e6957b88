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

"""A few plain requests to ARM, to show and check what the driver did.

It shares no code with the driver: what it lists is evidence, not an echo.
"""

from __future__ import annotations

from collections.abc import Iterator
import contextlib
import pathlib
import threading
import time
from typing import Any

import requests

from jacket_azure.sandbox import disk_reader
from jacket_azure.sandbox import errors
from jacket_azure.sandbox import target

COMPUTE = '2024-07-01'
DISK = '2024-03-02'
NETWORK = '2024-05-01'
SKUS = '2021-07-01'
RESOURCES = '2024-11-01'

# everything the driver can make: type -> api-version
TYPES = {
    'Microsoft.Compute/virtualMachines': COMPUTE,
    'Microsoft.Compute/disks': DISK,
    'Microsoft.Compute/snapshots': DISK,
    'Microsoft.Network/networkInterfaces': NETWORK,
    'Microsoft.Network/publicIPAddresses': NETWORK,
}

OPEN = {'networkAccessPolicy': 'AllowAll', 'publicNetworkAccess': 'Enabled'}
CLOSED = {'networkAccessPolicy': 'DenyAll', 'publicNetworkAccess': 'Disabled'}

TIMEOUT = 60
# Source: Microsoft Learn, "How to use managed identities for Azure resources
# on an Azure VM to acquire an access token".
IDENTITY_URL = 'http://169.254.169.254/metadata/identity/oauth2/token'


class ArmClient:
    """Reads resources as JSON; made from the options of ``[azure]``."""

    def __init__(self, options: dict[str, Any]):
        self._options = options
        self._arm, self._authority, self._scope = target.endpoints(options)
        self._session = requests.Session()
        if options.get('ca_file'):
            # not read from the environment: REQUESTS_CA_BUNDLE would win
            self._session.trust_env = False
            self._session.verify = options['ca_file']
        self._lock = threading.Lock()
        self._token, self._renew_at = '', 0.0

    @property
    def group(self) -> str:
        """The id of the resource group."""
        return (f'/subscriptions/{self._options["subscription_id"]}'
                f'/resourceGroups/{self._options["resource_group"]}')

    @property
    def location(self) -> str:
        return self._options['location']

    def get(self, path: str, version: str, **query: str) -> Any:
        """GET one resource; None when it does not exist."""
        answer = self._send('GET', self._arm + path,
                            params={'api-version': version, **query})
        return None if answer.status_code == 404 else answer.json()

    def list(self, path: str, version: str, **query: str) -> list[Any]:
        """GET a list, all pages."""
        page = self.get(path, version, **query) or {'value': []}
        found = page['value']
        while page.get('nextLink'):
            page = self._send('GET', page['nextLink']).json()
            found += page['value']
        return found

    def put(self, path: str, version: str, body: dict[str, Any]) -> None:
        """PUT one resource and wait until it is there."""
        self._send('PUT', self._arm + path, json=body,
                   params={'api-version': version})
        for _ in range(120):
            found = self.get(path, version) or {}
            state = found.get('properties', {}).get('provisioningState')
            if state == 'Succeeded':
                return
            time.sleep(0.5)
        raise errors.SandboxError(f'{path} did not become ready')

    @contextlib.contextmanager
    def open_disk(self, path: str) -> Iterator[disk_reader.DiskReader]:
        """Read a disk or snapshot by a signed URL.

        The driver closes what it makes to such URLs; it is opened meanwhile.
        """
        self._patch(path, OPEN)
        try:
            access = {'access': 'Read', 'durationInSeconds': 1800}
            url = self._post(f'{path}/beginGetAccess', access)['accessSAS']
            try:
                yield disk_reader.DiskReader(self._session, url)
            finally:
                self._post(f'{path}/endGetAccess')
        finally:
            self._patch(path, CLOSED)

    def delete(self, path: str, version: str) -> None:
        """DELETE a resource; one that is gone is fine."""
        self._wait(path, self._send(
            'DELETE', self._arm + path, params={'api-version': version}))

    def _patch(self, path: str, properties: dict[str, str]) -> None:
        self._wait(path, self._send(
            'PATCH', self._arm + path, json={'properties': properties},
            params={'api-version': DISK}))

    def _post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """POST an action on a disk and wait for its result."""
        answer = self._send('POST', self._arm + path, json=body,
                            params={'api-version': DISK})
        return self._wait(path, answer)

    def _wait(self, path: str, answer: Any) -> Any:
        """Wait for what an action on a disk results in."""
        for _ in range(120):
            if answer.status_code != 202:
                return answer.json() if answer.content else {}
            time.sleep(0.5)
            answer = self._send('GET', answer.headers['Location'])
        raise errors.SandboxError(f'{path} did not end')

    def resources(self) -> dict[str, dict[str, Any]]:
        """Return what the group holds of all types the driver can make.

        :returns: id in lower case, for Azure changes it -> resource
        """
        found = {}
        for kind, version in TYPES.items():
            for item in self.list(f'{self.group}/providers/{kind}', version):
                found[item['id'].lower()] = item
        return found

    def _send(self, method: str, url: str, **kwargs: Any) -> Any:
        try:
            answer = self._session.request(
                method, url, timeout=TIMEOUT, **kwargs,
                headers={'Authorization': 'Bearer ' + self._bearer()})
        # requests' own errors, and a ca_file that is not there
        except OSError as exc:
            raise errors.SandboxError(
                f'Azure cannot be reached: {exc}') from exc
        if answer.status_code >= 400 and answer.status_code != 404:
            raise errors.SandboxError(
                f'Azure answered {answer.status_code} to {method} '
                f'{url.partition("?")[0]}: {_reason(answer)}')
        return answer

    def _bearer(self) -> str:
        with self._lock:
            if time.monotonic() >= self._renew_at:
                answer = self._ask_token()
                if answer.status_code != 200:
                    raise errors.SandboxError(
                        'Azure refused the credentials: '
                        + _reason(answer))
                content = answer.json()
                self._token = content['access_token']
                self._renew_at = (
                    time.monotonic() + float(content['expires_in']) / 2)
            return self._token

    def _ask_token(self) -> Any:
        options = self._options
        if options['credential'] == 'managed_identity':
            query = {'api-version': '2018-02-01',
                     'resource': self._scope.removesuffix('/.default')}
            if options.get('client_id'):
                query['client_id'] = options['client_id']
            return self._session.get(
                IDENTITY_URL, params=query, headers={'Metadata': 'true'},
                timeout=TIMEOUT)
        form = {'grant_type': 'client_credentials', 'scope': self._scope,
                'client_id': options['client_id']}
        if options['credential'] == 'client_secret':
            form['client_secret'] = options['client_secret']
        else:
            form['client_assertion_type'] = (
                'urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
            form['client_assertion'] = pathlib.Path(
                options['federated_token_file']).read_text().strip()
        return self._session.post(
            f'{self._authority}/{options["tenant_id"]}/oauth2/v2.0/token',
            data=form, timeout=TIMEOUT)


def _reason(answer: Any) -> str:
    """Return the message in an error answer, never the whole body."""
    try:
        content = answer.json()
        error = content.get('error')
        if isinstance(error, dict):
            return f'{error.get("code")}: {error.get("message")}'
        return content.get('error_description', str(error)).splitlines()[0]
    except (ValueError, AttributeError, IndexError):
        return answer.reason
