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

"""What clients ask before they log in: where the parts of the cloud are.

OpenID configuration and instance discovery for msal, and the endpoints of
the cloud for the Azure SDK and ``az cloud register``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

if TYPE_CHECKING:
    from jacket_azure.emulator import server

CLOUD = 'JacketAzureEmulator'
_NAMED_TENANTS = ('common', 'organizations', 'adfs')


def openid(emulator: server.Emulator, tenant: str) -> dict[str, Any] | None:
    """Return a tenant's OpenID configuration; None for one not known."""
    if tenant not in (emulator.tenant_id, *_NAMED_TENANTS):
        return None
    base = f'{emulator.authority}/{tenant}'
    return {
        'token_endpoint': f'{base}/oauth2/v2.0/token',
        'authorization_endpoint': f'{base}/oauth2/v2.0/authorize',
        'device_authorization_endpoint': f'{base}/oauth2/v2.0/devicecode',
        'issuer': f'{emulator.authority}/{emulator.tenant_id}/v2.0',
        'jwks_uri': f'{base}/discovery/v2.0/keys',
        'token_endpoint_auth_methods_supported': [
            'client_secret_post', 'private_key_jwt'],
        'response_types_supported': ['token'],
        'subject_types_supported': ['pairwise'],
        'id_token_signing_alg_values_supported': ['RS256'],
        'tenant_region_scope': 'NA',
        'cloud_instance_name': emulator.authority.partition('//')[2]}


def instance(emulator: server.Emulator) -> dict[str, Any]:
    """Return the answer to an instance discovery: this host alone."""
    host = emulator.authority.partition('//')[2]
    return {
        'tenant_discovery_endpoint':
            f'{emulator.authority}/{emulator.tenant_id}/v2.0/.well-known/'
            'openid-configuration',
        'api-version': '1.1', 'metadata': [{
            'preferred_network': host, 'preferred_cache': host,
            'aliases': [host]}]}


def endpoints(emulator: server.Emulator, version: str) -> Any:
    """Return ``/metadata/endpoints`` in the form of an api-version.

    2015-01-01 is the form of Azure Stack Hub; later ones list clouds, and
    from 2022 on there is the asked cloud alone. Source: azure-cli-core
    cloud.py, msrestazure azure_cloud.py.
    """
    login = {'loginEndpoint': emulator.authority,
             'audiences': [emulator.audience]}
    if version < '2018':
        return {'galleryEndpoint': emulator.endpoint,
                'graphEndpoint': emulator.authority,
                'portalEndpoint': emulator.endpoint,
                'authentication': login}
    cloud = {
        'name': CLOUD, 'resourceManager': emulator.endpoint,
        'authentication': {**login, 'tenant': emulator.tenant_id,
                           'identityProvider': 'AAD'},
        'suffixes': {'storage': emulator.storage_suffix}}
    return cloud if version >= '2022' else [cloud]
