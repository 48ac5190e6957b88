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

"""The Azure role we ship has the rights the driver needs, and no more."""

import json
import pathlib

import fixtures
from nova import exception

from jacket_azure.emulator import identity
from jacket_azure.nova import janitorops
from jacket_azure.nova import startup
from tests.unit.nova import base
from tests.unit.nova import test_public_addresses

ROLE = (pathlib.Path(__file__).parents[3]
        / 'etc/jacket_azure/azure-role.json')
# Azure asks for these when a write refers to such a resource, or makes it or
# takes it along. Source: Azure permissions for Compute and Networking.
LINKED = {
    'microsoft.compute/disks/delete',
    'microsoft.compute/disks/write',
    'microsoft.network/networkinterfaces/join/action',
    'microsoft.network/networksecuritygroups/join/action',
    'microsoft.network/publicipaddresses/join/action',
    'microsoft.network/virtualnetworks/subnets/join/action',
}
# Of images; the tests of the managed disk model compare them.
IMAGES = {
    'microsoft.compute/galleries/images/versions/read',
    'microsoft.compute/images/delete',
    'microsoft.compute/images/write',
    'microsoft.compute/images/read',
}
# Asked with the machine itself, by $expand.
VIEWS = {'microsoft.compute/virtualmachines/instanceview/read'}
# Polls of operations; the service wants them for some kinds. An operation
# whose address is lost is followed by reading its resource.
POLLS = {
    'microsoft.compute/locations/diskoperations/read',
    'microsoft.compute/locations/operations/read',
    'microsoft.compute/virtualmachines/extensions/read',
    'microsoft.network/locations/operationresults/read',
    'microsoft.network/locations/operations/read',
}
# What Cinder does, and a page blob's account; its own tests compare these.
VOLUMES = {
    'microsoft.compute/disks/begingetaccess/action',
    'microsoft.compute/disks/endgetaccess/action',
    'microsoft.compute/snapshots/begingetaccess/action',
    'microsoft.compute/snapshots/delete',
    'microsoft.compute/snapshots/endgetaccess/action',
    'microsoft.compute/snapshots/read',
    'microsoft.compute/snapshots/write',
    'microsoft.storage/storageaccounts/listkeys/action',
    'microsoft.storage/storageaccounts/read',
}


class RoleTest(base.NovaTestCase):

    contents = True
    mapping = test_public_addresses.MAPPING

    def setUp(self):
        super().setUp()
        self.asked = set()
        authorize = identity.Identity.authorize

        def noting(self_, action, scope):
            self.asked.add(action.lower())
            return authorize(self_, action, scope)

        self.useFixture(fixtures.MonkeyPatch(
            'jacket_azure.emulator.identity.Identity.authorize', noting))

    def use_everything(self):
        """Take a server through its life, and one that fails to build."""
        self.azure.patch_connect()
        startup.start(
            self.conf.azure, base.HOST, lambda seconds: True)
        instance, network_info = self.spawn()
        driver = self.driver
        driver.list_instance_uuids()
        driver.get_console_output(self.context, instance)
        driver.get_serial_console(self.context, instance)
        driver._backend.azure.serial_console.is_disabled()
        driver.set_admin_password(instance, 'An0ther-one')
        # of a rescue, which sets a password as well
        driver._backend.azure.virtual_machine_extensions.delete(
            instance.uuid, 'enablevmaccess')
        driver.power_off(instance)
        driver.power_on(self.context, instance, network_info)
        for kind in ('SOFT', 'HARD'):
            driver.reboot(self.context, instance, network_info, kind)
        # of a cold migration to the same host
        driver._backend.azure.virtual_machines.redeploy(instance.uuid)
        driver.destroy(self.context, instance, network_info)
        # leftovers are read before they are deleted; janitors list them
        janitorops.JanitorOps(driver._backend).sweep.run()
        driver._backend.azure.public_ip_addresses.delete('left-over')
        driver.destroy(self.context, instance, network_info)
        self.azure.emulator.faults.fail(
            'PUT', 'virtualMachines', 409, 'SkuNotAvailable')
        self.assertRaises(exception.ComputeResourcesUnavailable, self.spawn)

    def test_role_allows_what_is_asked_and_no_more(self):
        self.use_everything()
        allowed = {action.lower()
                   for action in json.loads(ROLE.read_text())['Actions']}
        self.assertEqual(set(), self.asked - allowed)
        self.assertEqual(
            set(),
            allowed - self.asked - LINKED - IMAGES - VIEWS - POLLS
            - VOLUMES)
