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

from jacket_azure import exceptions
from jacket_azure.blob import leases
from tests.unit.blob import base
from tests.unit.blob.base import GIB


class LeaseTest(base.BlobTestCase):

    def setUp(self):
        super().setUp()
        self.blob = self.account.blob('volumes/one.vhd')
        self.blob.create(GIB, {})

    def test_only_the_holder_changes_a_blob(self):
        lease = leases.Lease(self.blob)
        lease.acquire()
        self.assertTrue(self.blob.properties().is_leased)
        for change in (
                lambda: self.blob.write(0, b'x' * 512),
                lambda: self.blob.clear(0, 512),
                lambda: self.blob.resize(2 * GIB),
                lambda: self.blob.tag({}),
                self.blob.delete,
                leases.Lease(self.blob).acquire):
            self.assertRaises(exceptions.InUse, change)
        lease.blob.write(0, b'x' * 512)
        lease.blob.resize(2 * GIB)
        lease.blob.tag({'a': 'b'})
        # nobody needs it for a snapshot
        self.blob.snapshot({})
        lease.release()
        lease.release()
        self.assertFalse(self.blob.properties().is_leased)
        self.blob.write(0, b'y' * 512)

    def test_taking_it_again_after_a_lost_reply_takes_the_same(self):
        lease = leases.Lease(self.blob)
        self.faults.drop_reply('PUT', 'blobs/lease', times=1)
        operations, _ = self.counting(lease.acquire)
        self.assertEqual(['leases.acquire'] * 2, operations)
        lease.blob.write(0, b'x' * 512)
        lease.release()

    def test_it_is_renewed_now_and_then(self):
        lease = leases.Lease(self.blob)
        lease.acquire()
        operations, _ = self.counting(lease.keep)
        self.assertEqual([], operations)
        self.azure.sleep(leases.RENEW_SECONDS)
        operations, _ = self.counting(lease.keep)
        self.assertEqual(['leases.renew'], operations)
        operations, _ = self.counting(lease.keep)
        self.assertEqual([], operations)

    def test_a_lease_that_is_lost_is_noticed(self):
        lease = leases.Lease(self.blob)
        lease.acquire()
        self.assertIs(True, leases.break_lease(self.blob))
        self.assertIs(False, leases.break_lease(self.account.blob(
            self.free())))
        other = leases.Lease(self.blob)
        other.acquire(leases.INFINITE)
        self.assertRaises(exceptions.InUse, lease.renew)
        self.assertRaises(exceptions.InUse, lease.blob.write, 0, b'x' * 512)
        lease.release()
        self.assertTrue(self.blob.properties().is_leased)

    def free(self):
        self.account.blob('volumes/free.vhd').create(GIB, {})
        return 'volumes/free.vhd'
