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

"""What every disk model can do; Nova and Cinder never ask which one runs."""

from __future__ import annotations

import abc
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class OsDiskSpec:
    """The OS disk of a virtual machine that is made from an image.

    :param uuid: the instance's
    :param size_gib: None for as large as the image
    :param sku: kind of storage, e.g. ``StandardSSD_LRS``
    :param caching: host caching, ``None``, ``ReadOnly`` or ``ReadWrite``;
        the Python None chooses by the rules
    :param cascade_delete: whether the disk goes with the machine
    """

    uuid: str
    size_gib: int | None = None
    sku: str = 'StandardSSD_LRS'
    caching: str | None = None
    cascade_delete: bool = True


class DiskModel(abc.ABC):
    """One way to keep disks on Azure."""

    @abc.abstractmethod
    def describe_os_disk(self, spec: OsDiskSpec) -> dict[str, Any]:
        """Build ``storageProfile.osDisk`` for a new machine from an image.

        :raises InvalidRequest: a kind, size or caching the model cannot
        """
