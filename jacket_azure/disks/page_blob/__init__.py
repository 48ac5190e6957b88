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

"""Disks as fixed VHDs in page blobs of one storage account.

Public Azure has refused to start virtual machines with such disks since
2026-03-31; Azure Stack Hub runs them.
"""

from __future__ import annotations

from collections.abc import Callable
import datetime
from typing import Any

from jacket_azure import exceptions
from jacket_azure.arm import azure as arm_azure
from jacket_azure.arm import cloud as clouds
from jacket_azure.blob import account as accounts
from jacket_azure.disks import models
from jacket_azure.disks.page_blob import boots
from jacket_azure.disks.page_blob import descriptions
from jacket_azure.disks.page_blob import names

REFUSED_SINCE = '2026-03-31'


class PageBlobDisks(boots.Boots):
    """The model for clouds whose machines take unmanaged disks."""

    def describe_os_disk(self, spec: models.OsDiskSpec) -> dict[str, Any]:
        url = self.disk_id(names.os_disk(spec.disk_name))
        return descriptions.os_disk(spec, url, self._max_size_gib)

    def describe_boot_volume(
        self, disk_id: str, os_type: str, caching: str | None
    ) -> dict[str, Any]:
        return descriptions.boot_volume(disk_id, os_type, caching)

    def describe_data_disk(
        self, disk_id: str, lun: int, caching: str | None
    ) -> dict[str, Any]:
        return descriptions.data_disk(disk_id, lun, caching)


def connect(
    conf: Any,
    azure: arm_azure.Azure,
    now: Callable[[], datetime.datetime] | None = None,
) -> PageBlobDisks:
    """Build the model from the options; nothing is sent yet.

    :param conf: the ``[azure]`` option group
    :param now: aware time, for footers and tags
    :raises ConfigurationError: an option is missing, or the cloud does not
        run machines with such disks
    """
    problems = problems_of(conf, azure.cloud)
    if problems:
        raise exceptions.ConfigurationError(
            '; '.join(f'[azure] {problem}' for problem in problems)
        )
    return PageBlobDisks(
        accounts.Account(azure, conf.storage_account, conf.storage_credential),
        conf.owner,
        azure.cloud.capabilities,
        now or _now,
    )


def problems_of(conf: Any, cloud: clouds.Cloud) -> list[str]:
    """Name what stops a service that is to keep disks so.

    :param conf: the ``[azure]`` option group
    :returns: sentences that begin with an option
    """
    if not cloud.capabilities.unmanaged_disks:
        return [
            f'disk_model = page_blob cannot work with cloud = {cloud.name}: '
            f'since {REFUSED_SINCE} this cloud refuses to start virtual '
            f'machines with page-blob disks; set disk_model = managed'
        ]
    if not conf.storage_account:
        return [
            'storage_account is missing; disk_model = page_blob keeps all '
            'disks in it'
        ]
    return []


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
