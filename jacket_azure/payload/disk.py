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

"""Managed disks as ARM's JSON: what is sent to make one, and what comes back.

Source: Disk REST API, disks/create-or-update, DiskProperties, CreationData.
"""

from __future__ import annotations

from collections.abc import Mapping
import dataclasses
from typing import Any

from jacket_azure.payload import disk_skus
from jacket_azure.payload import volume_kind

# a VHD's last bytes, which count for an upload
FOOTER_BYTES = 512
GIB = 1024**3
# CreationData.uploadSizeBytes, in whole GiB
MAX_UPLOAD_GIB = 32767
# nobody reads or writes the bytes but through a machine
CLOSED: Mapping[str, str] = {
    'networkAccessPolicy': 'DenyAll',
    'publicNetworkAccess': 'Disabled',
}
# whoever has a signed URL does
OPEN: Mapping[str, str] = {
    'networkAccessPolicy': 'AllowAll',
    'publicNetworkAccess': 'Enabled',
}


@dataclasses.dataclass(frozen=True)
class DiskSpec:
    """A managed disk that is to be made.

    :param creation: from :func:`empty`, :func:`copy_of` and their like
    :param size_gib: None leaves the size to the source
    :param access: :data:`CLOSED`, :data:`OPEN`, or nothing where the cloud
        does not know such properties
    :param os_type: ``Linux`` or ``Windows`` of an uploaded system disk
    :param generation: ``V1`` or ``V2``, of the same
    :param security_type: ``TrustedLaunch`` for machines that have it
    """

    location: str
    kind: volume_kind.Kind
    creation: Mapping[str, Any]
    tags: Mapping[str, str]
    size_gib: int | None = None
    access: Mapping[str, str] = dataclasses.field(default_factory=dict)
    os_type: str | None = None
    generation: str | None = None
    security_type: str | None = None


def empty() -> dict[str, Any]:
    """Return ``creationData`` of a disk of zeros."""
    return {'createOption': 'Empty'}


def copy_of(resource_id: str) -> dict[str, Any]:
    """Return ``creationData`` of a copy of a disk or snapshot."""
    return {'createOption': 'Copy', 'sourceResourceId': resource_id}


def from_platform_image(image_id: str) -> dict[str, Any]:
    """Return ``creationData`` of the system disk of a marketplace image.

    :param image_id: full id of the version, see :func:`platform_image_id`
    """
    return {'createOption': 'FromImage', 'imageReference': {'id': image_id}}


def from_gallery_image(reference: Mapping[str, str]) -> dict[str, Any]:
    """Return ``creationData`` of the system disk of a gallery's image.

    :param reference: ``id``, ``sharedGalleryImageId`` or
        ``communityGalleryImageId``
    """
    return {
        'createOption': 'FromImage',
        'galleryImageReference': dict(reference),
    }


def upload(size_gib: int) -> dict[str, Any]:
    """Return ``creationData`` of a disk whose bytes are written to it."""
    return {
        'createOption': 'Upload',
        'uploadSizeBytes': size_gib * GIB + FOOTER_BYTES,
    }


def from_blob(url: str, account_id: str) -> dict[str, Any]:
    """Return ``creationData`` of a disk with the content of a VHD.

    :param url: of the page blob, without a signature
    :param account_id: full id of its storage account
    """
    return {
        'createOption': 'Import',
        'sourceUri': url,
        'storageAccountId': account_id,
    }


def platform_image_id(
    subscription: str,
    location: str,
    publisher: str,
    offer: str,
    sku: str,
    version: str,
) -> str:
    """Return the id of a marketplace image's version, as disks name it.

    A disk, unlike a machine, cannot name it by its four words.
    """
    return (
        f'/Subscriptions/{subscription}/Providers/Microsoft.Compute'
        f'/Locations/{location}/Publishers/{publisher}'
        f'/ArtifactTypes/VMImage/Offers/{offer}/Skus/{sku}'
        f'/Versions/{version}'
    )


def build(spec: DiskSpec) -> dict[str, Any]:
    """Build the body that makes a disk."""
    kind = spec.kind
    creation = dict(spec.creation)
    if kind.sector_bytes is not None:
        creation['logicalSectorSize'] = kind.sector_bytes
    properties: dict[str, Any] = {'creationData': creation, **spec.access}
    optional = {
        'osType': spec.os_type,
        'hyperVGeneration': spec.generation,
        'maxShares': kind.max_shares if kind.max_shares > 1 else None,
        **_performance(kind),
    }
    # an upload says its size in creationData
    if creation['createOption'] != 'Upload':
        optional['diskSizeGB'] = spec.size_gib
    properties.update({k: v for k, v in optional.items() if v is not None})
    if spec.security_type is not None:
        properties['securityProfile'] = {'securityType': spec.security_type}
    if kind.encryption_set is not None:
        properties['encryption'] = {
            'type': 'EncryptionAtRestWithCustomerKey',
            'diskEncryptionSetId': kind.encryption_set,
        }
    body: dict[str, Any] = {
        'location': spec.location,
        'sku': {'name': kind.sku},
        'tags': dict(spec.tags),
        'properties': properties,
    }
    if kind.zone is not None:
        body['zones'] = [kind.zone]
    return body


def build_change(
    old: volume_kind.Kind,
    new: volume_kind.Kind,
    size_gib: int,
    tags: Mapping[str, str],
) -> dict[str, Any]:
    """Build the PATCH that gives a disk another SKU, performance and tags.

    Zone, sector and encryption are not among what can change. IOPS and MB/s
    that the new kind does not tell stay as they are.
    """
    properties = {k: v for k, v in _performance(new).items() if v is not None}
    if new.tier is None and old.tier is not None and (
        disk_skus.has_tiers(new.sku)
    ):
        properties['tier'] = disk_skus.own_tier(size_gib)
    if new.max_shares != old.max_shares:
        properties['maxShares'] = new.max_shares
    body: dict[str, Any] = {'tags': dict(tags)}
    if properties:
        body['properties'] = properties
    if new.sku != old.sku:
        body['sku'] = {'name': new.sku}
    return body


def kind_of(body: Mapping[str, Any]) -> volume_kind.Kind:
    """Read from a disk as Azure shows it what kind it is.

    Performance counts only where it is provisioned, a tier only where it is
    above the disk's own.
    """
    sku = str((body.get('sku') or {}).get('name') or 'Standard_LRS')
    properties = body['properties']
    adjustable = sku in disk_skus.ADJUSTABLE
    zones = list(body.get('zones') or ())
    tier = properties.get('tier')
    if tier and (
        not disk_skus.has_tiers(sku)
        or tier == disk_skus.own_tier(properties.get('diskSizeGB') or 1)
    ):
        tier = None
    creation = properties.get('creationData') or {}
    encryption = properties.get('encryption') or {}
    return volume_kind.Kind(
        sku=sku,
        zone=str(zones[0]) if len(zones) == 1 else None,
        iops=properties.get('diskIOPSReadWrite') if adjustable else None,
        mbps=properties.get('diskMBpsReadWrite') if adjustable else None,
        tier=tier,
        max_shares=properties.get('maxShares') or 1,
        sector_bytes=creation.get('logicalSectorSize'),
        encryption_set=encryption.get('diskEncryptionSetId'),
    )


def _performance(kind: volume_kind.Kind) -> dict[str, Any]:
    return {
        'diskIOPSReadWrite': kind.iops,
        'diskMBpsReadWrite': kind.mbps,
        'tier': kind.tier,
    }
