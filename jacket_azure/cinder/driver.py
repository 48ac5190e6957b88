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

"""AzureVolumeDriver, put together from the methods that Cinder calls.

Methods that are nowhere in ``methods/`` are those Azure does not need.
"""

from __future__ import annotations

from cinder import interface
from cinder.volume import driver

from jacket_azure.brick import connector as brick
from jacket_azure.cinder.methods import attachments
from jacket_azure.cinder.methods import groups
from jacket_azure.cinder.methods import images
from jacket_azure.cinder.methods import managing
from jacket_azure.cinder.methods import service
from jacket_azure.cinder.methods import snapshots
from jacket_azure.cinder.methods import volumes

# Cinder's own copies of volumes attach them to this host
brick.register()


@interface.volumedriver
class AzureVolumeDriver(
    service.Service,
    volumes.Volumes,
    images.Images,
    snapshots.Snapshots,
    attachments.Attachments,
    managing.Managing,
    groups.Groups,
    driver.VolumeDriver,
):
    """Keeps volumes as disks in one region of Azure.

    .. code-block:: none

      Version history:
          1.0.0 - managed disks and page blobs
    """

    VERSION = '1.0.0'
    CI_WIKI_NAME = 'jacket_azure_CI'
    # all that is known of a volume is in Cinder's database and in Azure
    SUPPORTS_ACTIVE_ACTIVE = True
