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

"""How a managed disk comes into being, changes and goes.

For the disks people ask for and for those that come with a machine.
Source: Disk REST API, disks; arm-behaviour.md section 4.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING
from typing import Any
import uuid

from jacket_azure.emulator import errors
from jacket_azure.emulator import ids
from jacket_azure.emulator import locations
from jacket_azure.emulator import store
from jacket_azure.emulator.compute import contents
from jacket_azure.emulator.compute import disk_changes
from jacket_azure.emulator.compute import disk_facts
from jacket_azure.emulator.compute import disk_growth
from jacket_azure.emulator.compute import disk_model
from jacket_azure.emulator.compute import disk_rules
from jacket_azure.emulator.compute import disk_skus
from jacket_azure.emulator.compute import disk_source
from jacket_azure.emulator.compute import usages

if TYPE_CHECKING:
    from jacket_azure.emulator import server

TYPE = 'Microsoft.Compute/disks'
_DEFAULTS = {'networkAccessPolicy': 'AllowAll',
             'publicNetworkAccess': 'Enabled'}


def create(emulator: server.Emulator, resource_id: ids.ResourceId,
           body: dict[str, Any]) -> store.Resource:
    """Make a disk in the store; used for the disks of VMs too.

    :param body: as of a PUT: location, sku, zones, tags, properties
    :raises ArmError: the service would refuse it
    """
    disk_model.check_zones(emulator, body, TYPE)
    sku = body.get('sku', {}).get('name') or 'Standard_LRS'
    disk = store.Resource(
        id=str(resource_id), type=TYPE, name=resource_id.name,
        body={}, created=emulator.clock.now())
    source = disk_source.read(emulator, disk, body)
    size_gib = _check(
        emulator, resource_id.subscription, sku, body, source)
    properties = _properties(emulator, sku, size_gib, body, source)
    if disk.private.get('upload_bytes') is not None:
        # shown once the upload has ended
        properties.pop('diskSizeGB', None)
    disk.body.update({
        'name': disk.name, 'id': disk.id, 'type': TYPE,
        'location': locations.normalize(body['location']),
        'sku': {'name': sku, 'tier': disk_skus.tier_name(sku)},
        'properties': properties})
    for key in ('tags', 'zones'):
        if key in body:
            disk.body[key] = copy.deepcopy(body[key])
    disk_source.fill(emulator, source, disk)
    return emulator.store.put(disk)


def _check(emulator: server.Emulator, subscription: str, sku: str,
           body: dict[str, Any], source: disk_facts.Source) -> int:
    """Refuse what cannot be; return the size in GiB."""
    properties = body['properties']
    size_gib: int = properties.get('diskSizeGB') or source.size_gib
    disk_rules.check_size(size_gib, sku)
    if size_gib < source.size_gib:
        raise errors.ArmError(
            400, 'BadRequest',
            f"Provided disk size {size_gib} GB must be greater than or equal "
            f"to the size of the source, {source.size_gib} GB.",
            target='diskSizeGB')
    data = properties['creationData']
    disk_rules.check_creation(sku, size_gib, data, body.get('zones') or [])
    usages.check_disk(emulator, subscription, body['location'], sku, size_gib)
    disk_rules.check(sku, size_gib, properties)
    disk_rules.check_security(properties, source.inherited)
    sector = source.creation_data.get('logicalSectorSize')
    if sector is not None and data.get('logicalSectorSize') not in (
            None, sector):
        raise errors.ArmError(
            400, 'BadRequest',
            'Changing the logical sector size of a disk is not permitted.')
    if sector == disk_skus.SECTOR_SIZES[-1] and (
            sku not in disk_skus.ADJUSTABLE):
        # learn.microsoft.com, disks-incremental-snapshots; unverified text
        raise errors.ArmError(
            400, 'BadRequest',
            f'A disk of Sku {sku} cannot be created from a source with a '
            f'logical sector size of {sector} bytes.')
    return size_gib


def _properties(emulator: server.Emulator, sku: str, size_gib: int,
                body: dict[str, Any],
                source: disk_facts.Source) -> dict[str, Any]:
    properties: dict[str, Any] = copy.deepcopy(body['properties'])
    properties.update(source.inherited)
    data = properties['creationData'] = {
        **properties['creationData'], **source.creation_data}
    if sku in disk_skus.ADJUSTABLE:
        data.setdefault('logicalSectorSize', 4096)
    if sku == 'UltraSSD_LRS':
        # seen at 2023-04-02, 15 disks
        for key, value in (('readOnly', False), ('maxShares', 1),
                           ('diskIOPSReadOnly', 100),
                           ('diskMBpsReadOnly', 13)):
            properties.setdefault(key, value)
    for key, value in {**disk_skus.performance(
            sku, size_gib, properties.get('tier') or '',
            bool(data.get('performancePlus'))), **_DEFAULTS}.items():
        properties.setdefault(key, value)
    properties.setdefault('encryption',
                          {'type': 'EncryptionAtRestWithPlatformKey'})
    size_bytes = source.size_bytes
    if size_bytes is None or size_gib > source.size_gib:
        size_bytes = size_gib * disk_model.GIB
    properties.update({
        'diskSizeGB': size_gib, 'diskSizeBytes': size_bytes,
        'timeCreated': emulator.clock.stamp(),
        'uniqueId': str(uuid.uuid4()), 'provisioningState': 'Succeeded'})
    if properties.get('burstingEnabled'):
        # with the switch, since when it is on (4 seen at 2023-04-02)
        properties['burstingEnabledTime'] = emulator.clock.stamp()
    return properties


def change(emulator: server.Emulator, disk: store.Resource,
           body: dict[str, Any]) -> None:
    """Apply a PUT or PATCH to a disk that exists, tags left out.

    :raises ArmError: the service would refuse it; nothing has changed then
    """
    wanted = body.get('properties') or {}
    sku = (body.get('sku') or {}).get('name') or disk.body['sku']['name']
    size_gib = wanted.get('diskSizeGB') or disk.properties.get('diskSizeGB')
    if wanted.get('creationData'):
        disk_changes.check_creation(
            disk.properties['creationData'], wanted['creationData'])
    disk_changes.check_shares(emulator, disk, wanted)
    disk_changes.check_sku(emulator, disk, sku)
    if size_gib is not None:
        disk_rules.check_size(size_gib, sku)
        disk_rules.check(sku, size_gib, wanted, _known(disk, sku))
        disk_growth.check(emulator, disk, size_gib, sku)
    disk_changes.count(emulator, disk, sku, wanted)
    if size_gib is not None:
        disk_growth.apply(emulator, disk, size_gib)
    tier = wanted.get('tier') or _kept_tier(disk, sku)
    given = disk_skus.performance(
        sku, -(-disk.properties['diskSizeBytes'] // disk_model.GIB), tier,
        bool(disk.properties['creationData'].get('performancePlus')))
    adjustable = sku in disk_skus.ADJUSTABLE and (
        sku == disk.body['sku']['name'])
    disk.body['sku'] = {'name': sku, 'tier': disk_skus.tier_name(sku)}
    for key, value in given.items():
        if not adjustable or key == 'tier':
            disk.properties[key] = value
    if 'tier' not in given:
        disk.properties.pop('tier', None)
    if wanted.get('burstingEnabled') and not disk.properties.get(
            'burstingEnabled'):
        disk.properties['burstingEnabledTime'] = emulator.clock.stamp()
    for key, value in wanted.items():
        if key not in ('creationData', 'diskSizeGB', 'tier') and (
                sku in disk_skus.ADJUSTABLE or not key.startswith(
                    ('diskIOPS', 'diskMBps'))):
            disk.properties[key] = copy.deepcopy(value)


def _known(disk: store.Resource, sku: str) -> dict[str, Any]:
    """What the disk has that stays; performance goes with the SKU."""
    if sku == disk.body['sku']['name'] or sku not in disk_skus.ADJUSTABLE:
        return disk.properties
    return {key: value for key, value in disk.properties.items()
            if not key.startswith(('diskIOPS', 'diskMBps'))}


def _kept_tier(disk: store.Resource, sku: str) -> str:
    """A tier that was bought stays while it is above the disk's own."""
    tier = disk.properties.get('tier', '')
    size_gib = -(-disk.properties['diskSizeBytes'] // disk_model.GIB)
    if not disk_skus.has_tiers(sku) or (
            tier not in disk_skus.tiers(size_gib)):
        return ''
    return str(tier)


def remove(emulator: server.Emulator, disk: store.Resource) -> None:
    """Take a disk and its bytes out of the world."""
    emulator.store.delete(disk.id)
    contents.forget(emulator, disk)
