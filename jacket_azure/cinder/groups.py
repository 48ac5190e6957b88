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

"""Groups of volumes: plain ones; no promise that Azure does not keep.

Azure takes snapshots disk by disk, a moment apart. A group type that wants
them consistent is refused; for the others Cinder itself does what is needed,
volume by volume, when a driver says that it does not.
"""

from __future__ import annotations

from typing import Any

from cinder.volume import volume_utils

from jacket_azure import exceptions


def leave_to_cinder(group: Any) -> None:
    """Refuse consistent groups, and let Cinder handle the others.

    :param group: a group, or a snapshot of one
    :raises InvalidRequest: the group type wants consistent snapshots
    :raises NotImplementedError: how Cinder is told to do it itself
    """
    if volume_utils.is_group_a_cg_snapshot_type(group):
        raise exceptions.InvalidRequest(
            'Azure takes the snapshots of several disks one after the '
            'other, so a group type with consistent_group_snapshot_enabled '
            'is not supported; without it groups work.'
        )
    raise NotImplementedError
