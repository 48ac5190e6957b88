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

"""Steps with compute galleries."""

import copy

from tests.unit.emulator.compute import base

VERSION = '2026-03-03'


class GalleryMixin:
    """For test cases of the Compute provider."""

    def gallery(self, name='gallery'):
        return self.compute.galleries.begin_create_or_update(
            base.GROUP, name, {'location': base.LOCATION}).result()

    def definition(self, name='image', state='Generalized', generation='V2',
                   gallery='gallery', os_type='Linux', **properties):
        return self.compute.gallery_images.begin_create_or_update(
            base.GROUP, gallery, name, {
                'location': base.LOCATION, 'properties': {
                    'osType': os_type, 'osState': state,
                    'hyperVGeneration': generation, 'identifier': {
                        'publisher': 'us', 'offer': 'linux', 'sku': name},
                    **properties}}).result()

    def version(self, storage, name='1.0.0', image='image',
                gallery='gallery', profile=None, **properties):
        body = {'location': base.LOCATION, 'properties': {
            'storageProfile': copy.deepcopy(storage), **properties}}
        if profile:
            body['properties']['publishingProfile'] = profile
        return self.compute.gallery_image_versions.begin_create_or_update(
            base.GROUP, gallery, image, name, body).result()

    def of_disk(self, disk):
        return {'osDiskImage': {'source': {'id': disk.id}}}
