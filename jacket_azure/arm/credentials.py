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

"""The four ways to log in. User names with passwords are not among them."""

from __future__ import annotations

from collections.abc import Callable
import os
from typing import Any

from azure import identity
from azure.core import exceptions as sdk
from azure.core.credentials import TokenCredential

from jacket_azure import exceptions
from jacket_azure.arm import cloud as clouds
from jacket_azure.arm import transport as transports

# What each kind cannot do without.
REQUIRED = {
    'client_secret': ('tenant_id', 'client_id', 'client_secret'),
    'certificate': ('tenant_id', 'client_id', 'certificate_path'),
    'managed_identity': (),
    'workload_identity': ('tenant_id', 'client_id', 'federated_token_file'),
}
_FILES = ('certificate_path', 'federated_token_file')


class Renewed:
    """A credential that is made anew when it cannot recover by itself.

    msal 1.39 tells the token service of the errors before. One that is no
    text, as of a gateway that answers in the service's place, is remembered
    as well, and every later login fails on it with a TypeError.

    :param build: makes the credential
    """

    def __init__(self, build: Callable[[], Any]) -> None:
        self._build = build
        self._credential = build()

    def get_token(self, *scopes: str, **options: Any) -> Any:
        """Return a token, as azure-core's ``TokenCredential``."""
        return self._call('get_token', scopes, options)

    def get_token_info(self, *scopes: str, **options: Any) -> Any:
        """Return a token, as azure-core's ``SupportsTokenInfo``."""
        return self._call('get_token_info', scopes, options)

    def _call(
        self, method: str, scopes: tuple[str, ...], options: dict[str, Any]
    ) -> Any:
        credential = self._credential
        try:
            return getattr(credential, method)(*scopes, **options)
        except sdk.ClientAuthenticationError as exc:
            cause: BaseException | None = exc
            while cause is not None and not isinstance(cause, TypeError):
                cause = cause.__cause__ or cause.__context__
            # another thread may have been here before
            if cause is not None and self._credential is credential:
                self._credential = self._build()
            raise


def from_conf(
    conf: Any, cloud: clouds.Cloud, transport: transports.Transport
) -> TokenCredential:
    """Build the configured credential; nothing is sent yet.

    :param conf: the ``[azure]`` option group
    :raises ConfigurationError: names every missing or wrong option at once
    """
    problems = problems_of(conf)
    if problems:
        raise exceptions.ConfigurationError('; '.join(problems))
    options: dict[str, Any] = {'transport': transport}
    if conf.credential != 'managed_identity':
        options['authority'] = cloud.authority
        options['disable_instance_discovery'] = not cloud.instance_discovery
    build = _BUILDERS[conf.credential]
    try:
        return Renewed(lambda: build(conf, options))
    except ValueError as exc:
        # azure-identity checks ids and certificates when it is constructed.
        raise exceptions.ConfigurationError(
            f'[azure] credential = {conf.credential} cannot be used: {exc}'
        ) from exc


def problems_of(conf: Any) -> list[str]:
    """Name each missing or wrong option of the configured kind."""
    if conf.credential not in REQUIRED:
        return [
            f'[azure] credential is {conf.credential!r}; allowed are '
            + ', '.join(REQUIRED)
        ]
    problems = []
    for option in REQUIRED[conf.credential]:
        value = getattr(conf, option)
        if not value:
            problems.append(
                f'[azure] {option} is missing; credential = '
                f'{conf.credential} needs it'
            )
        elif option in _FILES and not os.access(value, os.R_OK):
            problems.append(f'[azure] {option} = {value} cannot be read')
    return problems


def _client_secret(conf: Any, options: dict[str, Any]) -> TokenCredential:
    return identity.ClientSecretCredential(
        conf.tenant_id, conf.client_id, conf.client_secret, **options
    )


def _certificate(conf: Any, options: dict[str, Any]) -> TokenCredential:
    return identity.CertificateCredential(
        conf.tenant_id,
        conf.client_id,
        conf.certificate_path,
        password=conf.certificate_password or None,
        **options,
    )


def _managed_identity(conf: Any, options: dict[str, Any]) -> TokenCredential:
    return identity.ManagedIdentityCredential(
        client_id=conf.client_id or None, **options
    )


def _workload_identity(conf: Any, options: dict[str, Any]) -> TokenCredential:
    return identity.WorkloadIdentityCredential(
        tenant_id=conf.tenant_id,
        client_id=conf.client_id,
        token_file_path=conf.federated_token_file,
        **options,
    )


_BUILDERS: dict[str, Callable[[Any, dict[str, Any]], TokenCredential]] = {
    'client_secret': _client_secret,
    'certificate': _certificate,
    'managed_identity': _managed_identity,
    'workload_identity': _workload_identity,
}
