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

"""Each answer of Azure becomes the exception that callers decide by."""

from azure.core import exceptions as sdk

from jacket_azure import exceptions
from jacket_azure.arm import errors
from jacket_azure.arm import missing
from tests import timeout
from tests.unit.arm import doubles

IMAGE_MISSING = (
    "The platform image 'Canonical:x:y:latest' is not available.")
SUBNET = (f'{doubles.GROUP}/providers/Microsoft.Network/virtualNetworks/'
          'vnet1/subnets/default')
OTHER_VM = doubles.VM.replace('vm1', 'vm2')

# kind, status, code, message: as observed, see the emulator's sources
KINDS = (
    (exceptions.NoCapacity, 409, 'SkuNotAvailable', 'The requested size ...'),
    (exceptions.NoCapacity, 409, 'AllocationFailed', 'Allocation failed.'),
    (exceptions.NoCapacity, 409, 'ZonalAllocationFailed', ''),
    (exceptions.NoCapacity, 409, 'OverconstrainedAllocationRequest', ''),
    (exceptions.NoCapacity, 409, 'OverconstrainedZonalAllocationRequest', ''),
    (exceptions.NoCapacity, 409, 'OperationNotAllowed',
     "Unable to resize the VM 'vm1' because the requested size X is not "
     'available in the current hardware cluster.'),
    (exceptions.QuotaExceeded, 409, 'OperationNotAllowed',
     'Operation could not be completed as it results in exceeding approved '
     'standardDSv5Family Cores quota. Additional details - ...'),
    (exceptions.QuotaExceeded, 409, 'OperationNotAllowed',
     'Operation could not be completed as it results in exceeding approved '
     'Total Regional Cores quota.'),
    (exceptions.QuotaExceeded, 400, 'QuotaExceeded', ''),
    (exceptions.QuotaExceeded, 409, 'LowPriorityQuotaExceeded', ''),
    (exceptions.QuotaExceeded, 400, 'PublicIPCountLimitReached', ''),
    (exceptions.InUse, 400, 'NicInUse', 'Network Interface ...'),
    (exceptions.InUse, 400, 'NicReservedForAnotherVm', 'Nic(s) in ...'),
    (exceptions.InUse, 400, 'InUseSubnetCannotBeDeleted', ''),
    (exceptions.InUse, 400, 'InUseNetworkSecurityGroupCannotBeDeleted', ''),
    (exceptions.InUse, 400, 'PublicIPAddressCannotBeDeleted', ''),
    (exceptions.InUse, 400, 'PrivateIPAddressIsAllocated', ''),
    (exceptions.InUse, 409, 'AttachDiskWhileBeingDetached', ''),
    (exceptions.InUse, 409, 'OperationNotAllowed',
     f'Disk d1 is attached to VM {doubles.VM}.'),
    (exceptions.InUse, 409, 'Conflict',
     'Access not permitted because disk d1 is currently attached to running '
     f'VM {doubles.VM}.'),
    (exceptions.Conflict, 409, 'Conflict', 'The request failed due to ...'),
    (exceptions.Conflict, 409, 'ConflictingConcurrentWriteNotAllowed', ''),
    (exceptions.Conflict, 409, 'OperationNotAllowed',
     "Operation 'start' is not allowed on VM 'vm1' since the VM is marked "
     'for deletion.'),
    (exceptions.Conflict, 400, 'ParentResourceIsInFailedState', ''),
    (exceptions.PreconditionFailed, 412, 'PreconditionFailed', ''),
    (exceptions.Refused, 400, 'InvalidParameter', ''),
    (exceptions.Refused, 403, 'RequestDisallowedByPolicy', ''),
    (exceptions.Refused, 409, 'PropertyChangeNotAllowed', ''),
    (exceptions.Refused, 400, 'MarketplacePurchaseEligibilityFailed', ''),
    (exceptions.Refused, 400, 'PrivateIPAddressInReservedRange', ''),
    (exceptions.Unauthorized, 403, 'AuthorizationFailed', ''),
    (exceptions.Unauthorized, 401, 'ExpiredAuthenticationToken', ''),
    (exceptions.Unauthorized, 404, 'SubscriptionNotFound', ''),
    (exceptions.NotFound, 404, 'ResourceNotFound', ''),
    (exceptions.NotFound, 400, 'InvalidResourceReference', ''),
)


class Case(timeout.TestCase):

    def failure(self, *answers, method='get'):
        """Return what a call raises when Azure answers like this."""
        made = doubles.connect(*answers)
        call = {
            'get': lambda: made.azure.virtual_machines.get('vm1'),
            'put': lambda: made.azure.virtual_machines.create_or_update(
                'vm1', {'properties': {'osProfile': {
                    'adminPassword': 'Passw0rd-of-vm'}}}),
            'nic': lambda: made.azure.network_interfaces.create_or_update(
                'nic1', {}),
            'subnet': lambda: made.azure.subnets.get('vnet1', 'default'),
            'start': lambda: made.azure.virtual_machines.start('vm1'),
        }[method]
        return self.assertRaises(exceptions.AzureError, call)


class KindTest(Case):

    def test_answers(self):
        for kind, status, code, message in KINDS:
            found = self.failure(
                doubles.error(status, code, message), method='put')
            self.assertIs(kind, type(found), (code, message))
            self.assertEqual((code, status), (found.code, found.status))

    def test_failed_operations(self):
        for kind, _, code, message in KINDS[:8] + KINDS[14:15]:
            found = self.failure(
                doubles.answer(201, {'properties': {}},
                               azure_asyncoperation=doubles.OPERATION),
                doubles.answer(200, {
                    'status': 'Failed',
                    'error': {'code': code, 'message': message}}),
                method='put')
            self.assertIs(kind, type(found), code)
            self.assertEqual(code, found.code)

    def test_network_hides_the_reason_in_details(self):
        found = self.failure(doubles.error(
            412, 'PreconditionFailed', 'Precondition failed.',
            [{'code': 'PreconditionFailedEtagMismatch',
              'message': 'Etag provided in if-match header a does not ...'}]),
            method='nic')
        self.assertIs(exceptions.PreconditionFailed, type(found))
        self.assertIn('Etag provided in', str(found))

    def test_throttled_whatever_the_code(self):
        found = self.failure(doubles.error(
            429, 'OperationNotAllowed', 'The server rejected the request.',
            [{'code': 'TooManyRequests', 'target': 'PutVM3Min'}],
            retry_after=5000), method='put')
        self.assertIs(exceptions.Throttled, type(found))
        self.assertEqual(5000, found.retry_after)

    def test_every_status_has_a_kind(self):
        for status, kind in (
            (400, exceptions.Refused), (401, exceptions.Unauthorized),
            (403, exceptions.Unauthorized), (404, exceptions.NotFound),
            (405, exceptions.Refused), (409, exceptions.Conflict),
            (412, exceptions.PreconditionFailed),
            (429, exceptions.Throttled), (500, exceptions.Unavailable),
            (501, exceptions.Refused),
            (502, exceptions.Unavailable), (503, exceptions.Unavailable),
            (504, exceptions.Unavailable), (302, exceptions.Unavailable),
        ):
            found = self.failure((status, {}, b'<html>gateway</html>'))
            self.assertIs(kind, type(found), status)

    def test_success_that_is_no_json_is_no_usable_answer(self):
        found = self.failure((200, {}, b'<html>Please log in</html>'))
        self.assertIs(exceptions.Unavailable, type(found))
        self.assertIn('proxy', str(found))

    def test_untrusted_certificate_names_the_option(self):
        found = self.failure(doubles.UNTRUSTED)
        self.assertIs(exceptions.Unavailable, type(found))
        self.assertIn('[azure] ca_file', str(found))


class MessageTest(Case):

    def test_one_sentence_with_code_and_request_id(self):
        found = self.failure(doubles.error(
            409, 'Conflict', 'The request failed due to conflict.',
            x_ms_request_id='8c1f', target='vmSize'))
        self.assertEqual(
            'Conflict: The request failed due to conflict (Azure answered '
            'virtual_machines.get with HTTP 409, request id 8c1f)',
            str(found))
        self.assertEqual('8c1f', found.request_id)
        self.assertEqual('vmSize', found.target)

    def test_what_was_secret_in_the_request_is_in_no_message(self):
        found = self.failure(doubles.error(
            400, 'InvalidParameter',
            "The value 'Passw0rd-of-vm' is not allowed; see "
            'https://a/b?sig=abc%3D&sv=1'), method='put')
        self.assertNotIn('Passw0rd-of-vm', str(found))
        self.assertNotIn('abc%3D', str(found))
        self.assertIn('is not allowed', str(found))

    def test_missing_right_is_named_with_a_hint(self):
        found = self.failure(doubles.error(
            403, 'AuthorizationFailed', "The client 'x' does not have "
            'authorization to perform action '
            "'Microsoft.Compute/virtualMachines/read'"))
        self.assertIn('virtualMachines/read', str(found))
        self.assertIn('give the role the right', str(found))

    def test_wrong_clock_is_told_from_the_answer_s_date(self):
        found = self.failure(doubles.error(
            401, 'InvalidAuthenticationToken', 'The token is not valid yet.',
            date='Mon, 04 May 2020 08:00:00 GMT'))
        self.assertIn("this machine's clock is", str(found))
        self.assertIn('seconds ahead', str(found))

    def test_broken_connection_in_words_of_an_operator(self):
        reason = errors.reason_of(sdk.ServiceResponseError(
            "('Connection aborted.', RemoteDisconnected('Remote end'))"))
        self.assertEqual(
            'the connection broke before the answer came', reason)

    def test_very_long_messages_are_cut(self):
        found = self.failure(doubles.error(400, 'Bad', 'size ' * 1000))
        self.assertLess(len(str(found)), 700)


class MissingTest(Case):

    def check(self, code, message, resource_id, resource_type,
              method='get', status=404):
        found = self.failure(
            doubles.error(status, code, message), method=method)
        self.assertIs(exceptions.NotFound, type(found))
        self.assertEqual(
            (resource_id, resource_type),
            (found.resource_id, found.resource_type))

    def test_the_resource_itself(self):
        self.check(
            'ResourceNotFound',
            "The Resource 'Microsoft.Compute/virtualMachines/vm1' under "
            "resource group 'jacket' was not found.",
            doubles.VM, 'Microsoft.Compute/virtualMachines')

    def test_a_disk_the_machine_shall_have(self):
        disk = doubles.VM.replace('virtualMachines/vm1', 'disks/volume-1')
        found = self.failure(doubles.error(
            404, 'NotFound', 'Disk volume-1 is not found.', target=disk))
        # not the machine, which is there
        self.assertEqual(
            (disk, 'Microsoft.Compute/disks'),
            (found.resource_id, found.resource_type))

    def test_gone_underneath(self):
        self.check('NotFound',
                   'The entity was not found in this Azure location.',
                   doubles.VM, 'Microsoft.Compute/virtualMachines', 'start')

    def test_the_group(self):
        self.check('ResourceGroupNotFound',
                   "Resource group 'jacket' could not be found.",
                   doubles.GROUP, 'Microsoft.Resources/resourceGroups')

    def test_the_parent(self):
        vnet = SUBNET.rpartition('/subnets')[0]
        kind = 'Microsoft.Network/virtualNetworks'
        self.check('ResourceNotFound', f"The Resource '{kind}/vnet1' under "
                   "resource group 'jacket' was not found.", vnet, kind,
                   'subnet')
        self.check('ParentResourceNotFound', 'Can not perform requested '
                   "operation on nested resource. Parent resource 'vnet1' "
                   'not found.', vnet, kind, 'subnet')

    def test_the_child(self):
        self.check('NotFound', f'Resource {SUBNET} not found.', SUBNET,
                   'Microsoft.Network/virtualNetworks/subnets', 'subnet')

    def test_what_the_request_refers_to(self):
        self.check(
            'InvalidResourceReference',
            f'Resource {SUBNET} referenced by resource {doubles.NIC} was '
            'not found. Please make sure that the referenced resource '
            'exists, and that both resources are in the same region.',
            SUBNET, 'Microsoft.Network/virtualNetworks/subnets', 'nic', 400)
        self.check('NotFound', 'Resource other is not found.', None, None,
                   'put')
        self.check('PlatformImageNotFound', IMAGE_MISSING, None,
                   missing.IMAGE_TYPE, 'put')

    def test_no_words_at_all(self):
        found = self.failure((404, {}, b''))
        self.assertEqual(doubles.VM, found.resource_id)
