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

"""Which requests count against which of Azure's rate limits.

Names and sizes are those of 2024-25 (arm-behaviour section 7). Limits of
virtual machines, images and of ARM are token buckets: they hold a burst and
are filled bit by bit. For a virtual machine's own bucket of 12 that is 4 a
minute; that the others of its kind get a third of their size a minute too,
and ARM's a twentieth or a tenth of it a second, is Microsoft's
documentation (request-limits-and-throttling), not observed. Limits of
disks are counted in windows of 3 and 30 minutes.
"""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jacket_azure.emulator import router

# remaining values seen at a first call; the limit is one more
_FIRST = {
    'PutVM': {'SubscriptionMaximum': 1499, 'Resource': 11},
    'UpdateVM': {'SubscriptionMaximum': 1499, 'Resource': 11},
    'DeleteVM': {'SubscriptionMaximum': 1499, 'Resource': 11},
    'AttachDetachVMDisks': {'SubscriptionMaximum': 1499, 'Resource': 11},
    'LowCostGet': {'SubscriptionMaximum': 23999, 'Resource': 35},
    'HighCostGet': {'SubscriptionMaximum': 899},
    'GetOperation': {'SubscriptionMaximum': 14999, 'Resource': 59},
    'CreateUpdateDisks': {'3Min': 2999, '30Min': 24999},
    'DeleteDisks': {'3Min': 2999, '30Min': 23999},
    'LowCostGet ': {'3Min': 14999, '30Min': 119999},
    'HighCostGet ': {'3Min': 239, '30Min': 1919},
    'HighCostDiskHydrate': {'3Min': 999, '30Min': 7999},
    'HighCostSnapshotCreateHydrate': {'3Min': 999, '30Min': 7999},
    'GetOperation ': {'3Min': 49999, '30Min': 399999},
    'CreateImages': {'SubscriptionMaximum': 59},
    'GetImages': {'SubscriptionMaximum': 359},
    'HighCostGetImages': {'SubscriptionMaximum': 89},
    'DeleteImages': {'SubscriptionMaximum': 119},
    'GetSubscriptionInfo': {'SubscriptionMaximum': 359},
    'PutVM shared': {'SubscriptionMaximum': 1499},
    'DeleteVM shared': {'SubscriptionMaximum': 1499},
    'LowCostGet shared': {'SubscriptionMaximum': 23999},
    'PutDeletePPG': {'SubscriptionMaximum': 119},
    'VMGuestPatchOperation': {'SubscriptionMaximum': 599, 'Resource': 5},
    'GetOperationStatus': {'3Min': 4999, '30Min': 14999},
    'ListVMImagesVersionsFromLocation': {'3Min': 15999, '30Min': 43999},
    'GetVMImageFromLocation': {'3Min': 12999, '30Min': 73999},
    'CreateUpdateGallery': {'3Min': 49, '30Min': 299},
    'DeleteGallery': {'3Min': 49, '30Min': 299},
    'GetGallery': {'3Min': 349, '30Min': 2499},
    'ListGalleryInResourceGroup': {'3Min': 99, '30Min': 999},
    'CreateUpdateGalleryImage': {'3Min': 149, '30Min': 749},
    'DeleteGalleryImage': {'3Min': 49, '30Min': 299},
    'GetGalleryImage': {'3Min': 599, '30Min': 2999},
    'ListGalleryImagesInGallery': {'3Min': 1499, '30Min': 9999},
    'CreateUpdateGalleryImageVersion': {'3Min': 374, '30Min': 1199},
    'DeleteGalleryImageVersion': {'3Min': 149, '30Min': 999},
    'GetGalleryImageVersion': {'3Min': 1999, '30Min': 9999},
    'ListGalleryImageVersionsInGalleryImage': {
        '3Min': 1499, '30Min': 9999},
}
# first rule that matches "METHOD path" wins; what follows a blank tells
# buckets of one name apart: the disk provider's, and those of availability
# sets, which have no bucket each
_RULES = tuple((re.compile(pattern, re.IGNORECASE), group) for pattern, group
               in (
    (r'GET .*/diskoperations/', 'GetOperation '),
    (r'GET .*/operations/', 'GetOperation'),
    (r'GET .*/capsoperations/', 'GetOperationStatus'),
    (r'GET .*/artifacttypes/vmimage/.*/versions$',
     'ListVMImagesVersionsFromLocation'),
    (r'GET .*/artifacttypes/vmimage/.*/versions/', 'GetVMImageFromLocation'),
    (r'(PUT|PATCH) .*/galleries/[^/]+$', 'CreateUpdateGallery'),
    (r'DELETE .*/galleries/[^/]+$', 'DeleteGallery'),
    (r'GET .*/galleries/[^/]+$', 'GetGallery'),
    (r'GET .*/galleries$', 'ListGalleryInResourceGroup'),
    (r'(PUT|PATCH) .*/galleries/[^/]+/images/[^/]+$',
     'CreateUpdateGalleryImage'),
    (r'DELETE .*/galleries/[^/]+/images/[^/]+$', 'DeleteGalleryImage'),
    (r'GET .*/galleries/[^/]+/images/[^/]+$', 'GetGalleryImage'),
    (r'GET .*/galleries/[^/]+/images$', 'ListGalleryImagesInGallery'),
    (r'(PUT|PATCH) .*/galleries/.*/versions/',
     'CreateUpdateGalleryImageVersion'),
    (r'DELETE .*/galleries/.*/versions/', 'DeleteGalleryImageVersion'),
    (r'GET .*/galleries/.*/versions/', 'GetGalleryImageVersion'),
    (r'GET .*/galleries/.*/versions$',
     'ListGalleryImageVersionsInGalleryImage'),
    (r'(PUT|DELETE) .*/proximityplacementgroups/', 'PutDeletePPG'),
    (r'GET .*/proximityplacementgroups', 'HighCostGet'),
    (r'PUT .*/availabilitysets/[^/]+$', 'PutVM shared'),
    (r'DELETE .*/availabilitysets/[^/]+$', 'DeleteVM shared'),
    (r'GET .*/availabilitysets/', 'LowCostGet shared'),
    (r'PUT .*/virtualmachines/[^/]+$', 'PutVM'),
    (r'DELETE .*/virtualmachines/[^/]+$', 'DeleteVM'),
    (r'POST .*/virtualmachines/[^/]+/(assess|install)patches$',
     'VMGuestPatchOperation'),
    (r'POST .*/virtualmachines/[^/]+/(deallocate|simulateeviction)$',
     'DeleteVM'),
    (r'POST .*/virtualmachines/[^/]+/attachdetachdatadisks$',
     'AttachDetachVMDisks'),
    (r'POST .*/virtualmachines/[^/]+/retrievebootdiagnosticsdata$',
     'LowCostGet'),
    (r'(PUT|PATCH|POST|DELETE) .*/virtualmachines/', 'UpdateVM'),
    (r'GET .*/(virtualmachines|availabilitysets)$', 'HighCostGet'),
    (r'GET .*/virtualmachines/', 'LowCostGet'),
    (r'GET .*/(usages|vmsizes)$', 'GetSubscriptionInfo'),
    (r'(PUT|PATCH) .*/disks/', 'CreateUpdateDisks'),
    (r'DELETE .*/(disks|snapshots)/', 'DeleteDisks'),
    (r'POST .*/disks/', 'HighCostDiskHydrate'),
    (r'(PUT|PATCH|POST) .*/snapshots/', 'HighCostSnapshotCreateHydrate'),
    (r'GET .*/(disks|snapshots)$', 'HighCostGet '),
    (r'GET .*/(disks|snapshots)/', 'LowCostGet '),
    (r'(PUT|PATCH) .*/images/', 'CreateImages'),
    (r'DELETE .*/images/', 'DeleteImages'),
    (r'GET .*/images$', 'HighCostGetImages'),
    (r'GET .*/microsoft.compute/images/', 'GetImages'),
))
# by verb: first remaining value and what is refilled in a second
_ARM = {
    'read': {'global-reads': (3749, 375), 'reads': (249, 25)},
    'delete': {'global-deletes': (2999, 150), 'deletes': (199, 10)},
    'write': {'global-writes': (2999, 150), 'writes': (199, 10)}}
_VERBS = {'GET': 'read', 'HEAD': 'read', 'DELETE': 'delete'}
_WINDOW_SECONDS = {'3Min': 180, '30Min': 1800}


@dataclasses.dataclass(frozen=True)
class Bucket:
    """One limit that a request counts against.

    :ivar scope: what shares it
    :ivar first: what remains after a first request, the limit less one
    :ivar window: seconds after which it is full again, for one of windows
    :ivar per_second: what is refilled, for one of tokens
    """

    name: str
    scope: str
    first: int
    window: int = 0
    per_second: float = 0.0


def of_arm(request: router.ArmRequest,
           limits: dict[str, int]) -> list[Bucket]:
    """List ARM's own limits: of a subscription, and of whoever asks there.

    :param limits: first remaining values that differ, by bucket name
    """
    verb = _VERBS.get(request.method, 'write')
    scope = request.subscription.lower()
    return [Bucket(name, scope, limits.get(name, first), 0, float(rate))
            for name, (first, rate) in _ARM[verb].items()]


def verb(request: router.ArmRequest) -> str:
    """Name what a request does as ARM's refusal does."""
    return _VERBS.get(request.method, 'write')


def of_compute(request: router.ArmRequest,
               limits: dict[str, int]) -> list[Bucket]:
    """List the Compute provider's limits; none for other providers."""
    path = request.path.rstrip('/').lower()
    if '/providers/microsoft.compute/' not in path:
        return []
    line = f'{request.method} {path}'
    group = next((group for pattern, group in _RULES
                  if pattern.search(line)), None)
    if group is None:
        return []
    shared = f'{request.subscription.lower()}/{_region(request)}'
    # a machine's extensions and actions count as the machine's
    own = str(request.id.top if request.id else path).lower()
    found = []
    for tail, first in _FIRST[group].items():
        name = group.partition(' ')[0] + tail
        first = limits.get(name, first)
        window = _WINDOW_SECONDS.get(tail, 0)
        found.append(Bucket(
            name, own if tail == 'Resource' else shared, first, window,
            0.0 if window else (first + 1) / 180))
    return found


def _region(request: router.ArmRequest) -> str:
    """Return the region a request is about: of path, body or resource."""
    named = request.params.get('location')
    if named is None and isinstance(request.body, dict):
        named = request.body.get('location')
    if named is None and request.id is not None:
        found = request.emulator.store.get(request.id.top)
        named = found.location if found is not None else None
    return str(named or request.emulator.location).lower()
