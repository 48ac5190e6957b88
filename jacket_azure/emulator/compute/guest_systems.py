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

"""What a guest's agent says of its operating system.

Names and versions as instance views of 2024-07-01 had them; those of images
that were not seen are put together alike.
"""

from __future__ import annotations

from jacket_azure.emulator import store

_LINUX = {'canonical': 'ubuntu', 'debian': 'debian', 'openlogic': 'centos',
          'redhat': 'redhat', 'suse': 'sles', 'resf': 'rocky'}
_POINTS = {('debian', '10'): '10.13', ('debian', '11'): '11.11',
           ('debian', '12'): '12.12', ('centos', '7.5'): '7.5.1804',
           ('centos', '7.6'): '7.6.1810'}
# by year: what the kernel calls itself
_WINDOWS = {'2012-R2': '6.3.9600.0', '2012': '6.2.9200.0',
            '2016': '10.0.14393.0', '2019': '10.0.17763.0',
            '2022': '10.0.20348.0', '2025': '10.0.26100.0'}


def of(vm: store.Resource) -> tuple[str, str]:
    """Return name and version of the system in a machine."""
    storage = vm.properties['storageProfile']
    image = storage.get('imageReference') or {}
    sku = str(image.get('sku', ''))
    version = str(image.get('exactVersion', ''))
    if storage['osDisk'].get('osType') == 'Windows':
        year = next((one for one in _WINDOWS
                     if sku.lower().startswith(one.lower())), '2022')
        return (f'Windows Server {year.replace("-", " ")} Datacenter',
                f'Microsoft Windows NT {_WINDOWS[year]}')
    name = _LINUX.get(str(image.get('publisher', '')).lower())
    if name is None:
        return 'ubuntu', '24.04'
    if name == 'debian':
        number = sku.partition('-')[0]
    else:
        number = '.'.join(version.split('.')[:2])
    return name, _POINTS.get((name, number), number)
