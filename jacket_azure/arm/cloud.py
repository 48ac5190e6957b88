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

"""The cloud we talk to: endpoints and capabilities, chosen once at start.

Code asks for a capability, never for the cloud's name.
"""

from __future__ import annotations

from collections.abc import Mapping
import dataclasses
import types
from typing import Any
from urllib import parse

from jacket_azure import exceptions

CLOUDS = ('public', 'usgovernment', 'china', 'stack_hub', 'custom')
# These have no endpoints of their own that we could know.
_NAMED_BY_OPTIONS = ('stack_hub', 'custom')
_ENDPOINT_OPTIONS = (
    'arm_endpoint',
    'authority',
    'token_scope',
    'storage_suffix',
)


@dataclasses.dataclass(frozen=True)
class Capabilities:
    """What a cloud can do.

    :ivar managed_disks: disks are resources of their own
    :ivar unmanaged_disks: virtual machines start from page blobs
    :ivar attach_detach_data_disks: the action that joins several changes
    :ivar zones: availability zones
    :ivar incremental_snapshots: snapshots that keep only differences
    :ivar disk_access_policies: ``networkAccessPolicy`` and
        ``publicNetworkAccess`` of disks and snapshots
    :ivar cascade_delete: ``deleteOption`` of disks and network interfaces
    :ivar hibernation: memory kept on the OS disk over a deallocation
    :ivar gallery: compute galleries for images
    :ivar unmanaged_disk_gib: size of the largest page blob that a virtual
        machine takes as a disk
    :ivar user_data: ``userData``, which the guest reads while it runs
    :ivar attached_blob_snapshots: snapshots of page blobs that a machine has
        as disks
    :ivar security_types: ``securityProfile``: Trusted Launch, and Standard
        said outright
    :ivar serial_console: Microsoft.SerialConsole
    :ivar standard_addresses: public addresses of SKU Standard; all that
        public Azure makes since Basic ones retired
    """

    managed_disks: bool = True
    unmanaged_disks: bool = False
    unmanaged_disk_gib: int = 4095
    attached_blob_snapshots: bool = True
    attach_detach_data_disks: bool = True
    zones: bool = True
    incremental_snapshots: bool = True
    disk_access_policies: bool = True
    cascade_delete: bool = True
    hibernation: bool = True
    gallery: bool = True
    user_data: bool = True
    security_types: bool = True
    serial_console: bool = True
    standard_addresses: bool = True


@dataclasses.dataclass(frozen=True)
class Cloud:
    """One Azure cloud.

    :ivar name: the value of the option ``cloud``
    :ivar arm_endpoint: base URL of Azure Resource Manager, no final slash
    :ivar authority: base URL of the token service, no final slash
    :ivar token_scope: what tokens are asked for
    :ivar storage_suffix: domain of storage accounts, None when not known
    :ivar instance_discovery: the token service is one Microsoft's directory
        of authorities knows, so it may be asked about it
    :ivar api_versions: resource type to api-version, where the SDK's own is
        too new for this cloud
    :ivar storage_scope: what tokens for blobs are asked for; the same word
        in all clouds that have such tokens
    :ivar blob_version: ``x-ms-version`` of requests to storage accounts
    """

    name: str
    arm_endpoint: str
    authority: str
    token_scope: str
    storage_suffix: str | None
    capabilities: Capabilities
    instance_discovery: bool = True
    api_versions: Mapping[str, str] = dataclasses.field(
        default_factory=lambda: types.MappingProxyType({})
    )
    storage_scope: str = 'https://storage.azure.com/.default'  # noqa: S105
    blob_version: str = '2021-12-02'


# Public Azure has refused virtual machines with page-blob disks since
# 2026-03-31; the sovereign clouds follow the same retirement.
_KNOWN = {
    'public': Cloud(
        name='public',
        arm_endpoint='https://management.azure.com',
        authority='https://login.microsoftonline.com',
        token_scope='https://management.azure.com/.default',  # noqa: S106
        storage_suffix='core.windows.net',
        capabilities=Capabilities(),
    ),
    'usgovernment': Cloud(
        name='usgovernment',
        arm_endpoint='https://management.usgovcloudapi.net',
        authority='https://login.microsoftonline.us',
        token_scope=(  # noqa: S106
            'https://management.core.usgovcloudapi.net/.default'
        ),
        storage_suffix='core.usgovcloudapi.net',
        capabilities=Capabilities(),
    ),
    'china': Cloud(
        name='china',
        arm_endpoint='https://management.chinacloudapi.cn',
        authority='https://login.chinacloudapi.cn',
        token_scope=(  # noqa: S106
            'https://management.chinacloudapi.cn/.default'
        ),
        storage_suffix='core.chinacloudapi.cn',
        capabilities=Capabilities(),
    ),
}

_CAPABILITIES = {
    # Its newest API profile is 2020-09-01-hybrid.
    'stack_hub': Capabilities(
        unmanaged_disks=True,
        unmanaged_disk_gib=1023,
        # Source: "Azure Stack Hub storage: Differences and considerations"
        attached_blob_snapshots=False,
        attach_detach_data_disks=False,
        zones=False,
        incremental_snapshots=False,
        disk_access_policies=False,
        cascade_delete=False,
        hibernation=False,
        gallery=False,
        user_data=False,
        security_types=False,
        serial_console=False,
        standard_addresses=False,
    ),
    # What an unknown endpoint lacks, it refuses by itself.
    'custom': Capabilities(unmanaged_disks=True),
}

# The versions of profile 2020-09-01-hybrid.
_STACK_HUB_VERSIONS = types.MappingProxyType(
    {
        'Microsoft.Compute': '2020-06-01',
        'Microsoft.Compute/disks': '2019-07-01',
        'Microsoft.Compute/snapshots': '2019-07-01',
        'Microsoft.Compute/skus': '2019-04-01',
        'Microsoft.Network': '2018-11-01',
        'Microsoft.Resources': '2019-10-01',
        'Microsoft.Storage': '2019-06-01',
    }
)
_STACK_HUB_BLOB_VERSION = '2019-07-07'


def from_conf(conf: Any) -> Cloud:
    """Build the cloud the options describe.

    :param conf: the ``[azure]`` option group
    :raises ConfigurationError: names every missing or wrong option at once
    """
    problems = problems_of(conf)
    if problems:
        raise exceptions.ConfigurationError('; '.join(problems))
    if conf.cloud in _KNOWN:
        return _KNOWN[conf.cloud]
    return _from_endpoints(conf)


def problems_of(conf: Any) -> list[str]:
    """Name each missing or wrong option this module reads."""
    if conf.cloud not in CLOUDS:
        return [
            f'[azure] cloud is {conf.cloud!r}; allowed are '
            + ', '.join(CLOUDS)
        ]
    if conf.cloud in _NAMED_BY_OPTIONS:
        return [
            *_url_problems(conf, 'arm_endpoint'),
            *_url_problems(conf, 'authority'),
        ]
    return [
        f'[azure] {option} is only allowed with cloud = '
        f'{" or ".join(_NAMED_BY_OPTIONS)}, but cloud is {conf.cloud}'
        for option in _ENDPOINT_OPTIONS
        if getattr(conf, option)
    ]


def _from_endpoints(conf: Any) -> Cloud:
    endpoint = conf.arm_endpoint.rstrip('/')
    older = conf.cloud == 'stack_hub'
    return Cloud(
        name=conf.cloud,
        arm_endpoint=endpoint,
        authority=conf.authority.rstrip('/'),
        token_scope=conf.token_scope or f'{endpoint}/.default',
        storage_suffix=conf.storage_suffix or None,
        capabilities=_CAPABILITIES[conf.cloud],
        instance_discovery=False,
        api_versions=(
            _STACK_HUB_VERSIONS
            if older
            else types.MappingProxyType({})
        ),
        blob_version=(
            _STACK_HUB_BLOB_VERSION if older else Cloud.blob_version
        ),
    )


def _url_problems(conf: Any, option: str) -> list[str]:
    value = getattr(conf, option)
    if not value:
        return [
            f'[azure] {option} is missing; cloud = {conf.cloud} needs a URL '
            'that starts with https://'
        ]
    url = parse.urlsplit(value)
    if url.scheme != 'https' or not url.hostname:
        # Tokens are never sent over anything but TLS.
        return [f'[azure] {option} must be a URL that starts with https://']
    return []
