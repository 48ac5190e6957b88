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

"""What Cinder asks for groups, which it handles volume by volume."""

from __future__ import annotations

from typing import Any

from jacket_azure.cinder import errors
from jacket_azure.cinder import groups as group_rules


class Groups:
    """Part of :class:`..driver.AzureVolumeDriver`; Cinder itself does them."""

    def create_group(self, context: Any, group: Any) -> None:
        with errors.as_cinder_errors():
            group_rules.leave_to_cinder(group)

    def delete_group(self, context: Any, group: Any, volumes: Any) -> None:
        raise NotImplementedError

    def update_group(
        self,
        context: Any,
        group: Any,
        add_volumes: Any = None,
        remove_volumes: Any = None,
    ) -> None:
        raise NotImplementedError

    def create_group_snapshot(
        self, context: Any, group_snapshot: Any, snapshots: Any
    ) -> None:
        with errors.as_cinder_errors():
            group_rules.leave_to_cinder(group_snapshot)

    def delete_group_snapshot(
        self, context: Any, group_snapshot: Any, snapshots: Any
    ) -> None:
        raise NotImplementedError

    def create_group_from_src(
        self,
        context: Any,
        group: Any,
        volumes: Any,
        group_snapshot: Any = None,
        snapshots: Any = None,
        source_group: Any = None,
        source_vols: Any = None,
    ) -> None:
        with errors.as_cinder_errors():
            group_rules.leave_to_cinder(group)
