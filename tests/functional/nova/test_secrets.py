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

"""No secret in any log, whatever happens, with everything at debug."""

import base64
import logging

from tests.functional.nova import base

PASSWORD = 'Corr3ct-Horse-Battery'
USER_DATA = '#!/bin/sh\necho the-launch-code-is-4711\n'
# Nova's own log has the bodies of requests to its API, user data with them;
# what we and the Azure SDK log must be free of that as well.
NOVAS_OWN = 'nova.'


class SecretsTest(base.AzureServersTestCase):
    """Passwords, tokens, client secret and custom data stay out of logs."""

    def test_whole_life_of_a_server(self):
        encoded = base64.b64encode(USER_DATA.encode()).decode()
        # fails late, so the failure is described at length
        self.azure.fail('PUT', 'virtualMachines', 409, 'AllocationFailed')
        failed = self.create_server(
            expected_state='ERROR', adminPass=PASSWORD, user_data=encoded,
            config_drive=True)
        self.azure.emulator.faults.clear()
        server = self.create_server(
            adminPass=PASSWORD, user_data=encoded, config_drive=True)
        custom_data = self.os_profile(server)['customData']
        self._stop_server(server)
        self._start_server(server)
        self._reboot_server(server)
        self.run_periodic('_sync_power_states')
        # a token that Azure no longer takes is renewed
        self.azure.emulator.identity.expire_tokens()
        self.restart_compute()
        self._run_periodics()
        self._delete_server(server)
        self._delete_server(failed)

        self.assertNotEqual([], self.azure.tokens)
        everywhere = [PASSWORD, self.azure.emulator.client_secret,
                      *self.azure.tokens]
        self.assertEqual([], self.log.secrets_found(everywhere))
        self.assertEqual([], self.log.secrets_found(
            ['the-launch-code-is-4711', encoded, custom_data],
            loggers_without=NOVAS_OWN))
        # it is no empty log that has no secrets in it
        self.assertIn('azure', self.log.text)
        self.assertNotIn(PASSWORD, str(failed['fault']))

    def test_the_search_finds_what_it_looks_for(self):
        logging.getLogger('jacket_azure.x').debug('%s', {'a': PASSWORD})
        logging.getLogger('nova.api').debug('data %s', USER_DATA)
        self.assertEqual(
            [PASSWORD], self.log.secrets_found([PASSWORD, 'not there']))
        self.assertEqual(
            ['4711'], self.log.secrets_found(['4711']))
        self.assertEqual(
            [], self.log.secrets_found(['4711'], loggers_without='nova.'))
