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

"""Cinder's own compliance tests, on our driver."""

from unittest import mock

# its decorator registers it, which those tests look at when imported
from jacket_azure.cinder import driver  # isort: skip
from cinder.interface import volume_group_driver
from cinder.interface import volume_manageable_driver
from cinder.interface import volume_snapshot_revert
from cinder.interface import volume_snapshotmanagement_driver
from cinder.tests.compliance import test_volume_drivers
from oslotest import base

from tests.functional.cinder import base as cinder_base


class ComplianceTest(test_volume_drivers.TestVolumeDrivers):
    """What every volume driver must pass."""

    def setUp(self):
        # the other tests of this process use a file, too
        with mock.patch(
                'cinder.tests.unit.test.Database', cinder_base.FileDatabase):
            super().setUp()

    def test_ours_is_among_those_looked_at(self):
        self.assertIn(
            driver.AzureVolumeDriver,
            [each.cls for each in test_volume_drivers.VOLUME_DRIVERS])


class OptionalInterfacesTest(base.BaseTestCase):

    def test_interfaces(self):
        for interface in (
                volume_manageable_driver.VolumeListManageableDriver,
                volume_manageable_driver.VolumeManagementDriver,
                volume_snapshotmanagement_driver
                .VolumeSnapshotManagementDriver,
                volume_snapshot_revert.VolumeSnapshotRevertDriver,
                volume_group_driver.VolumeGroupDriver):
            self.assertTrue(
                issubclass(driver.AzureVolumeDriver, interface), interface)

    def test_a_cluster_may_use_it(self):
        self.assertTrue(driver.AzureVolumeDriver.SUPPORTS_ACTIVE_ACTIVE)
        self.assertTrue(driver.AzureVolumeDriver.get_driver_options())
