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

"""Soft delete, restore, and the reclaim that ends it."""

import datetime

from nova import context
from oslo_utils import timeutils

from tests.functional.nova import base
from tests.functional.nova import with_cinder

HOUR_SECONDS = 3600


class SoftDelete:
    """With ``reclaim_instance_interval`` a deleted server waits."""

    def setUp(self):
        super().setUp()
        self.flags(reclaim_instance_interval=HOUR_SECONDS)

    def soft_delete(self):
        server = self.create_server()
        self.api.delete_server(server['id'])
        return self._wait_for_state_change(server, 'SOFT_DELETED')

    def reclaim(self):
        self.compute.manager._reclaim_queued_deletes(
            context.get_admin_context())

    def test_n19_soft_deleted_server_costs_no_compute(self):
        server = self.soft_delete()
        self.assertEqual('deallocated', self.power_state(server))

    def test_n19_restored_server_runs_again(self):
        server = self.soft_delete()
        self.action(server, 'restore')
        self._wait_for_state_change(server, 'ACTIVE')
        self.assertEqual('running', self.power_state(server))

    def test_n09_force_delete_does_not_wait(self):
        server = self.soft_delete()
        self.action(server, 'forceDelete')
        self._wait_until_deleted(server)
        self.assertEqual([], self.left())

    def test_n33_reclaim_deletes_when_the_time_is_up(self):
        server = self.soft_delete()
        self.reclaim()
        self.assertNotEqual([], self.left())
        self.set_instance(server, deleted_at=timeutils.utcnow()
                          - datetime.timedelta(seconds=HOUR_SECONDS + 60))
        self.reclaim()
        self._wait_until_deleted(server)
        self.assertEqual([], self.left())


class SoftDeleteTest(SoftDelete, base.AzureServersTestCase):
    """With managed disks."""


class PageBlobSoftDeleteTest(
        with_cinder.OnPageBlobs, SoftDelete, base.AzureServersTestCase):
    """On Azure Stack Hub with page blobs."""
