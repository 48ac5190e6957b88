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

"""What Azure refuses ends in Azure's words, and leaves nothing behind."""

from tests.functional.nova import test_bad_input

GONE = {
    'subnet': ('virtualNetworks/vnet1/subnets/private', 'subnets/private'),
    'group': ('networkSecurityGroups/nsg-default', 'nsg-default'),
}
# what Azure says to the PUT of a machine: status, code, text, what else
REFUSALS = (
    (403, 'RequestDisallowedByPolicy',
     "Resource 'x' was disallowed by policy 'allowed-sizes'.",
     'allowed-sizes'),
    (400, 'MarketplacePurchaseEligibilityFailed',
     'Marketplace purchase eligibility check returned errors.',
     'accept the terms'),
    (409, 'ReadOnlyDisabledSubscription',
     'The subscription is disabled and therefore marked as read only.',
     'read only'),
    (409, 'SkuNotAvailable',
     'The requested size is currently not available in location eastus.',
     'not available in location'),
    (409, 'OperationNotAllowed',
     'Operation could not be completed as it results in exceeding approved '
     'Total Regional Cores quota.', 'Total Regional Cores'),
    (401, 'InvalidAuthenticationToken', 'The access token is invalid.',
     'access token'),
    (404, 'SubscriptionNotFound', 'The subscription could not be found.',
     '[azure] subscription_id'),
)
RIGHTS = (
    'Microsoft.Network/networkInterfaces/write',
    'Microsoft.Compute/virtualMachines/write',
    'Microsoft.Network/virtualNetworks/subnets/read',
    'Microsoft.Network/networkSecurityGroups/read',
)


class RefusedByAzureTest(test_bad_input.BadInputTestCase):

    def cold(self):
        """Let the driver ask Azure again for what it remembers."""
        self.restart_compute()

    def test_refusals_of_the_machine(self):
        for status, code, text, word in REFUSALS:
            with self.subTest(code):
                fault = self.azure.fail(
                    'PUT', 'virtualMachines', status, code, text)
                self.refuse(code, word)
                self.assertTrue(fault.fired)
                self.azure.emulator.faults.clear()

    def test_missing_rights_at_each_step(self):
        for action in RIGHTS:
            with self.subTest(action):
                self.cold()
                self.azure.emulator.faults.deny(action)
                self.refuse('AuthorizationFailed')
                self.azure.emulator.faults.clear()

    def test_subnet_and_security_group_that_are_gone(self):
        store = self.azure.emulator.store
        for path, word in GONE.values():
            with self.subTest(path):
                self.cold()
                [found] = [each for each in store.ids()
                           if each.lower().endswith(path.lower())]
                resource = store.delete(found)
                self.refuse(word.rpartition('/')[2])
                store.put(resource)

    def test_outages(self):
        faults = self.azure.emulator.faults
        for strike, sentence in (
                (lambda: faults.drop_request('*', '*'), 'No usable answer'),
                (lambda: faults.fail(
                    'PUT', '*', 503, 'ServerTimeout', 'Try later.'),
                 'Try later'),
                (lambda: faults.throttle('PUT', 'networkInterfaces'),
                 'too many requests')):
            with self.subTest(sentence):
                self.refuse_after(strike, sentence)

    def refuse_after(self, strike, sentence):
        strike()
        server = self.create_server(expected_state='ERROR')
        self.assertIn(sentence, server['fault']['message'])
        self.azure.emulator.faults.clear()
        self._delete_server(server)
        self.assertEqual([], self.azure.resource_ids())
