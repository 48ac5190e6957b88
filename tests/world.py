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

"""What every test finds in Azure, and the mapping file that fits it."""

RESOURCE_GROUP = 'jacket'
LOCATION = 'eastus'
OWNER = 'jacket-tests'
VIRTUAL_NETWORK = 'vnet1'
SUBNETS = {'private': '192.168.1.0/24', 'backend': '192.168.2.0/24'}
STORAGE_ACCOUNT = 'jacketblobs'
SECURITY_GROUPS = ('nsg-default', 'nsg-web')

MAPPING = """\
flavors:
  m1.tiny: Standard_B1s
  m1.small: Standard_D2s_v5
  m1.medium: Standard_D4s_v5
  m1.large: Standard_D8s_v5
  azure.small: Standard_D2s_v5
images:
  ubuntu:
    publisher: Canonical
    offer: ubuntu-24_04-lts
    sku: server
    version: latest
    os_type: linux
  windows:
    publisher: MicrosoftWindowsServer
    offer: WindowsServer
    sku: 2022-datacenter-g2
    version: latest
    os_type: windows
networks:
  private:
    virtual_network: vnet1
    subnets: {192.168.1.0/24: private}
  backend:
    virtual_network: vnet1
    subnet: backend
security_groups:
  default: nsg-default
  web: nsg-web
  open: null
zones:
  az1: "1"
  az2: "2"
  az3: "3"
"""
