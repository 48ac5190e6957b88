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

"""What every part of the driver works with, put together once at start."""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any

from jacket_azure.disks import interface
from jacket_azure.payload import tags


@dataclasses.dataclass(frozen=True)
class Backend:
    """The Azure side of one Cinder backend; holds nothing that changes.

    :ivar group: name of the option group, ``azure_config_group``
    :ivar conf: its options
    :ivar azure: the client layer
    :ivar disks: the disk model
    :ivar mapping_file: the operator's mapping file, followed as it changes
    """

    group: str
    conf: Any
    azure: Any
    disks: interface.DiskModel
    mapping_file: Any

    @property
    def owner(self) -> str:
        """Deployment id in the ownership tag of all we make."""
        return str(self.conf.owner)

    @property
    def mapping(self) -> Any:
        """The mapping now in force."""
        return self.mapping_file.current()

    @property
    def location_info(self) -> str:
        """Say which Azure this is: where equal, a volume need not move."""
        return ':'.join(
            (
                'jacket_azure',
                self.azure.subscription_id,
                self.azure.resource_group,
                self.azure.location,
                self.conf.disk_model,
                self.conf.storage_account or '',
                self.owner,
            )
        )

    def tags(
        self, kind: str, uuid: str, project: str | None
    ) -> dict[str, str]:
        """Build the tags of something made now."""
        created = datetime.datetime.now(datetime.UTC)
        built, _ = tags.build(
            self.owner,
            kind,
            uuid,
            project,
            created.isoformat(timespec='seconds'),
        )
        return built

    def is_ours(self, found: dict[str, str]) -> bool:
        """Say whether tags name this deployment."""
        return tags.is_owned({'tags': found}, self.owner)
