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

"""The regions of a gallery image version, and how far they are."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import locations
from jacket_azure.emulator import store
from jacket_azure.emulator.compute import instance_view

if TYPE_CHECKING:
    from jacket_azure.emulator import server


def complete(location: str, profile: dict[str, Any]) -> dict[str, Any]:
    """Fill in what a publishing profile leaves open.

    :param location: region of the version, which is always among its own
    :raises ArmError: 400, a region is unknown or the version's is missing
    """
    profile = copy.deepcopy(profile)
    count = profile.setdefault('replicaCount', 1)
    kind = profile.setdefault('storageAccountType', 'Standard_LRS')
    profile.setdefault('excludeFromLatest', False)
    regions = profile.get('targetRegions') or [{'name': location}]
    shown, seen = [], []
    for region in regions:
        place = locations.normalize(region['name'])
        if place not in locations.REGIONS:
            raise errors.invalid_parameter(
                'galleryImageVersion.properties.publishingProfile.'
                'targetRegions', f"The target region '{region['name']}' is "
                f"not a region of Azure.")
        seen.append(place)
        shown.append({
            **region, 'name': locations.REGIONS[place][0],
            'regionalReplicaCount': region.get('regionalReplicaCount')
            or count,
            'storageAccountType': region.get('storageAccountType') or kind})
    if location not in seen or len(set(seen)) < len(seen):
        raise errors.invalid_parameter(
            'galleryImageVersion.properties.publishingProfile.targetRegions',
            f'The target regions name each region once, and the region of '
            f'the gallery image version, {location}, among them.')
    profile['targetRegions'] = shown
    return profile


def status(emulator: server.Emulator,
           version: store.Resource) -> dict[str, Any]:
    """``replicationStatus``: one entry for each region."""
    failed = version.properties['provisioningState'] == 'Failed'
    done = instance_view.progress(emulator, version)
    state = 'Failed' if failed else (
        'Completed' if done >= 1 else 'Replicating')
    return {
        'aggregatedState': {'Replicating': 'InProgress'}.get(state, state),
        'summary': [
            {'region': region['name'], 'state': state, 'details': '',
             'progress': int(100 * done)}
            for region in version.properties['publishingProfile'][
                'targetRegions']]}
