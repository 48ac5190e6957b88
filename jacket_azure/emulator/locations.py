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

"""The regions this emulator has."""

from __future__ import annotations

# short name: display name, geography, paired region, has zones
REGIONS = {
    'eastus': ('East US', 'US', 'westus', True),
    'eastus2': ('East US 2', 'US', 'centralus', True),
    'westus': ('West US', 'US', 'eastus', False),
    'westus2': ('West US 2', 'US', 'westcentralus', True),
    'centralus': ('Central US', 'US', 'eastus2', True),
    'westcentralus': ('West Central US', 'US', 'westus2', False),
    'northeurope': ('North Europe', 'Europe', 'westeurope', True),
    'westeurope': ('West Europe', 'Europe', 'northeurope', True),
    'uksouth': ('UK South', 'UK', 'ukwest', True),
    'ukwest': ('UK West', 'UK', 'uksouth', False),
    'swedencentral': ('Sweden Central', 'Europe', 'swedensouth', True),
    'southeastasia': ('Southeast Asia', 'Asia Pacific', 'eastasia', True),
    'eastasia': ('East Asia', 'Asia Pacific', 'southeastasia', True),
    'southcentralus': ('South Central US', 'US', 'northcentralus', True),
    'northcentralus': ('North Central US', 'US', 'southcentralus', False),
    'westus3': ('West US 3', 'US', 'eastus', True),
    'canadacentral': ('Canada Central', 'Canada', 'canadaeast', True),
    'canadaeast': ('Canada East', 'Canada', 'canadacentral', False),
    'brazilsouth': ('Brazil South', 'South America', 'southcentralus', True),
    'francecentral': ('France Central', 'Europe', 'francesouth', True),
    'germanywestcentral': (
        'Germany West Central', 'Europe', 'germanynorth', True),
    'norwayeast': ('Norway East', 'Europe', 'norwaywest', True),
    'switzerlandnorth': (
        'Switzerland North', 'Europe', 'switzerlandwest', True),
    'southafricanorth': (
        'South Africa North', 'Africa', 'southafricawest', True),
    'uaenorth': ('UAE North', 'Middle East', 'uaecentral', True),
    'centralindia': ('Central India', 'Asia Pacific', 'southindia', True),
    'southindia': ('South India', 'Asia Pacific', 'centralindia', False),
    'japaneast': ('Japan East', 'Asia Pacific', 'japanwest', True),
    'japanwest': ('Japan West', 'Asia Pacific', 'japaneast', True),
    'koreacentral': ('Korea Central', 'Asia Pacific', 'koreasouth', True),
    'australiaeast': (
        'Australia East', 'Asia Pacific', 'australiasoutheast', True),
    'australiasoutheast': (
        'Australia Southeast', 'Asia Pacific', 'australiaeast', False),
    'eastus2euap': (
        'East US 2 EUAP', 'US', 'centraluseuap', True),
    'centraluseuap': (
        'Central US EUAP (Canary)', 'US', 'eastus2euap', True),
}


def normalize(text: str) -> str:
    """Write a region as its short name: ``East US`` is ``eastus``."""
    return text.replace(' ', '').lower()


def view(subscription: str, name: str) -> dict[str, object]:
    """Return a region as the list of locations shows it."""
    display, geography, pair, zones = REGIONS[name]
    base = f'/subscriptions/{subscription}/locations'
    found: dict[str, object] = {
        'id': f'{base}/{name}', 'name': name, 'type': 'Region',
        'displayName': display,
        'regionalDisplayName': f'({geography}) {display}',
        'metadata': {
            'regionType': 'Physical', 'regionCategory': 'Recommended',
            'geography': geography, 'geographyGroup': geography,
            'pairedRegion': [{'name': pair, 'id': f'{base}/{pair}'}]}}
    if zones:
        found['availabilityZoneMappings'] = [
            {'logicalZone': zone, 'physicalZone': f'{name}-az{zone}'}
            for zone in ('1', '2', '3')]
    return found
