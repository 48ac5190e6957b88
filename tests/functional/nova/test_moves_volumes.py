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

"""N13, N14, N29 with volumes of Cinder's: they stay where they are."""

from tests.functional.nova import test_moves
from tests.functional.nova import test_resize
from tests.functional.nova import test_volumes_cinder
from tests.functional.nova import with_cinder


class VolumeMoveTest(test_moves.MoveTestCase, with_cinder.CinderTestCase):
    """A server that boots from a volume, and has another."""

    boot_size = 2
    boot_options = {}
    device = test_volumes_cinder.BootTest.device

    def boots(self, server):
        return with_cinder.CinderTestCase.os_disk(self, server)

    def assert_attached_on(self, host, server, boot, data):
        """Expect that Azure, Nova and Cinder agree."""
        self.assertEqual(boot, self.boots(server))
        self.assertEqual({data: 0}, self.data_disks(server))
        self.assertEqual('running', self.power_state(server))
        for volume_id in (boot, data):
            volume = self.wait_for_volume(volume_id, 'in-use')
            self.assertEqual(
                [host], [each['host_name'] for each in volume['attachments']])

    def test_n13_n29_volumes_stay_attached(self):
        self.flags(allow_resize_to_same_host=False)
        boot, data = self.make_bootable(self.boot_size), self.make()
        server = self.create_server(
            imageRef='', block_device_mapping_v2=[
                self.device(boot), self.device(data, -1)],
            **self.boot_options)
        # the root disk of the flavor is not this server's
        self.resize(server, disk_gb=128)
        self.assertEqual(test_resize.BIG, self.size(server))
        self.assert_attached_on(test_moves.OTHER, server, boot, data)
        self.assertEqual(self.boot_size, self.volume(boot)['size'])
        self.revert(server)
        self.assertEqual(test_resize.SMALL, self.size(server))
        self.assert_attached_on(test_moves.base.HOST, server, boot, data)
        self.evacuate(server)
        self.assert_attached_on(test_moves.OTHER, server, boot, data)
        self.detach(server, data)
        self._delete_server(server)
        for volume_id in (boot, data):
            self.wait_for_volume(volume_id, 'available')


class PageBlobVolumeMoveTest(with_cinder.OnPageBlobs, VolumeMoveTest):
    """On Azure Stack Hub with page blobs."""
