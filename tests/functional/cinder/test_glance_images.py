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

"""Streams of Glance's that break off, as Cinder's client tells of them."""

import types
from unittest import mock

from cinder import exception as cinder_exception
import fixtures
import glanceclient.exc
import requests

from jacket_azure import exceptions
from jacket_azure.cinder import glance_images
from jacket_azure.imaging import bring
from tests.unit.imaging import images
from tests.unit.imaging import memory
from tests.unit.imaging.images import MIB

CONF = types.SimpleNamespace(image_max_size_gib=2, image_transfer_threads=2)
BROKEN = (
    requests.exceptions.ChunkedEncodingError('cut'),
    glanceclient.exc.CommunicationError('cut'),
    cinder_exception.GlanceConnectionFailed(reason='cut'),
)


class BrokenStreamTest(images.ImageTest):

    def setUp(self):
        super().setUp()
        self.useFixture(fixtures.MockPatchObject(
            glance_images.image_utils.TemporaryImages,
            'for_image_service')).mock.return_value.get.return_value = None
        self.disk = memory.Disk(images.GIB)
        self.data = b''.join(bytes([at + 1]) * 4 * MIB for at in range(3))

    def bring(self, *endings):
        """Bring an image whose streams end so, one after the other."""
        left = list(endings)

        def download(context, image_id):
            for at in range(0, len(self.data), MIB):
                if left and at >= 5 * MIB:
                    raise left.pop(0)
                yield self.data[at:at + MIB]

        image = {
            'id': 'one', 'size': len(self.data), 'disk_format': 'raw',
            'container_format': 'bare', 'properties': {}}
        source = glance_images.source(
            None, image, mock.Mock(download=download))
        with glance_images.broken_off('one'):
            bring.bring(
                source, lambda size_gib: self.disk, self.staging, CONF)

    def test_they_are_read_again_and_sent_once(self):
        for error in BROKEN:
            self.disk = memory.Disk(images.GIB)
            self.bring(error)
            self.assertEqual(
                self.data, self.disk.content(0, len(self.data)))
            self.assertEqual(
                [(at * 4 * MIB, 4 * MIB) for at in range(3)],
                self.disk.did('write'))
            self.assertEqual((1, 0), (self.disk.closed, self.disk.aborted))

    def test_in_the_end_it_is_told(self):
        raised = self.assertRaises(
            exceptions.Unavailable, self.bring, *BROKEN)
        self.assertIn('all bytes of image one: ', str(raised))
        self.assertEqual(1, self.disk.aborted)

    def test_what_glance_refuses_is_asked_for_once(self):
        for error in (glanceclient.exc.HTTPForbidden('no'),
                      cinder_exception.ImageNotAuthorized(image_id='one')):
            self.disk = memory.Disk(images.GIB)
            # a second stream would be whole
            self.assertRaises(exceptions.Unavailable, self.bring, error)
