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

"""Volumes as Cinder's driver makes them, without Cinder."""

import uuid

from jacket_azure.disks import models
from jacket_azure.payload import tags
from tests import world


def make(disks, conf, size_gib=4, sku='StandardSSD_LRS', zone=None,
         volume_id=None, **kind):
    """Make a volume's disk; return its ``connection_info``.

    :param disks: the disk model
    :param conf: the ``[azure]`` options
    """
    volume_id = volume_id or str(uuid.uuid4())
    wanted, _ = tags.build(
        world.OWNER, tags.KIND_VOLUME, volume_id, 'project',
        '2026-01-01T00:00:00Z')
    disk = disks.create(models.VolumeSpec(
        disks.volume_name(volume_id), size_gib,
        models.Kind(sku, zone=zone, **kind), wanted))
    return connection_info(disk, conf, volume_id)


def connection_info(disk, conf, volume_id, **data):
    """Return what Cinder tells of a disk."""
    return {
        'driver_volume_type': 'azure',
        'serial': volume_id,
        'data': {
            'volume_id': volume_id,
            'disk_name': disk.name,
            'disk_id': disk.id,
            'disk_model': conf.disk_model,
            'size_gib': disk.size_gib,
            'sku': disk.kind.sku,
            'zone': disk.kind.zone,
            'caching': disk.kind.caching,
            'shared': disk.kind.max_shares > 1,
            'location': conf.location,
            'subscription_id': conf.subscription_id,
            'os_type': disk.os_type,
            'generation': disk.generation,
            'access_mode': 'rw',
            **data,
        },
    }
