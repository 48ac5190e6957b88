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

"""Managed disks: Microsoft.Compute/disks."""

from __future__ import annotations

from jacket_azure.arm import writes


class Disks(writes.AccessibleResources):
    """Managed disks of our resource group.

    Source: Disk REST API, disks, api-version 2026-03-02.
    """

    NAME = 'disks'
    TYPE = 'Microsoft.Compute/disks'
