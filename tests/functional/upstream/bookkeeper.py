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

"""Keeps the mapping file, as an operator would.

Nova's tests make flavors, images and networks of their own. Each gets its
line in the mapping file as it is made, so that the driver finds what it
would find in a deployment: its own parser reads the file.
"""

import threading

import yaml

IMAGE_NAME = 'nova-tests'
# vCPUs of a flavor, at most, and the VM size that stands for it
SIZES = ((2, 'Standard_D2s_v5'), (4, 'Standard_D4s_v5'),
         (8, 'Standard_D8s_v5'), (16, 'Standard_D16s_v5'),
         (1 << 30, 'Standard_D32s_v5'))


class Bookkeeper:
    """Writes one mapping file.

    :param path: of the file
    :param image_id: full id of the Azure image behind each Glance image
    :param virtual_network: Azure's network
    :param subnet: of that network, for every Neutron subnet
    """

    def __init__(self, path, image_id, virtual_network, subnet):
        self._path = path
        self._image = {'id': image_id, 'os_type': 'linux'}
        self._network = {
            'virtual_network': virtual_network, 'subnet': subnet}
        self._lock = threading.Lock()
        self._tables = {
            'flavors': {}, 'images': {}, 'networks': {},
            'security_groups': {'default': 'nsg-default'}}
        self._write()

    def flavor(self, name, vcpus):
        """Map a flavor to the smallest size with as many vCPUs."""
        size = next(size for limit, size in SIZES if vcpus <= limit)
        self._add('flavors', name, size)

    def image(self, uuid):
        """Map an image that somebody uploaded."""
        self._add('images', uuid, self._image)

    def network(self, uuid):
        """Map a network."""
        self._add('networks', uuid, self._network)

    def _add(self, section, key, value):
        with self._lock:
            if key not in self._tables[section]:
                self._tables[section][key] = value
                self._write()

    def _write(self):
        # in one step: the service may read it at any time
        new = self._path.with_suffix('.new')
        new.write_text(yaml.safe_dump(
            {name: table for name, table in self._tables.items() if table}))
        new.replace(self._path)
