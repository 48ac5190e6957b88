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

"""Nova's waiting helpers, more patient, and looking more often.

Nova's own look every half second, ten times: long when all goes well, and
short for a real driver, HTTPS and a machine that others use as well.
"""

import re
import time

from nova.tests.functional.api import client as api_client

PATIENCE_SECONDS = 20
LOOK_SECONDS = 0.1
# of a server nobody works on: what is waited for will not come
STILL_SECONDS = 6


def _sign_of_life(server):
    """Return what stays as it is when nobody works on a server."""
    if server.get('OS-EXT-STS:task_state') or server['status'] == 'BUILD':
        return time.monotonic()
    return server['status'], server.get('updated')


class Waiting:
    """Goes before ``InstanceHelperMixin`` and means the same."""

    def _until(self, look, complain):
        """Return what *look* returns once it is no longer None."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            found = look()
            if found is not None:
                return found
            if time.monotonic() > deadline:
                self.fail(complain())
            time.sleep(LOOK_SECONDS)

    def _wait_for_server_parameter(
            self, server, expected_params, max_retries=10, api=None,
            wait_for_fault_key=True):
        api = api or getattr(self, 'admin_api', self.api)
        wants_error = expected_params.get('status') == 'ERROR'
        last = {}
        still_since = [time.monotonic(), None]

        def as_expected():
            found = api.get_server(server['id'])
            last.update(found)
            if all(found[key] == value
                   for key, value in expected_params.items()):
                waits = wants_error and wait_for_fault_key
                return found if not waits or 'fault' in found else None
            if (found['status'] == 'ERROR' and found.get('fault')
                    and not wants_error and server.get('status') != 'ERROR'):
                # nothing leads out of it; the reason is in the fault
                self.fail(f'{expected_params}: {found["fault"]}')
            if _sign_of_life(found) != still_since[1]:
                still_since[:] = time.monotonic(), _sign_of_life(found)
            elif time.monotonic() - still_since[0] > STILL_SECONDS:
                self.fail(f'{expected_params}: nothing happens to {found}')
            return None

        return self._until(
            as_expected, lambda: f'{expected_params} never came: {last}')

    def _wait_until_deleted(self, server):
        in_error = server.get('status') == 'ERROR'

        def is_gone():
            try:
                found = self.api.get_server(server['id'])
            except api_client.OpenStackApiNotFoundException:
                return True
            if not in_error and found['status'] == 'ERROR':
                self.fail(f'Not deleted: {found.get("fault")}')
            return None

        self._until(is_gone, lambda: 'Server failed to delete.')

    def _wait_for_migration_status(self, server, expected_statuses):
        api = getattr(self, 'admin_api', self.api)
        wanted = [status.lower() for status in expected_statuses]
        seen = []

        def as_wanted():
            for each in api.api_get('/os-migrations').body['migrations']:
                if each['instance_uuid'] == server['id']:
                    seen.append(each['status'])
                    if each['status'].lower() in wanted:
                        return each
            return None

        return self._until(
            as_wanted, lambda: f'wanted {wanted}, got {seen[-1:]}')

    def _wait_for_instance_action_event(
            self, server, action_name, event_name, event_result):
        api = getattr(self, 'admin_api', self.api)

        def finished():
            for action in api.get_instance_actions(server['id']):
                if action['action'] != action_name:
                    continue
                details = api.get_instance_action_details(
                    server['id'], action['request_id'])
                for event in details['events']:
                    result = event['result'] or ''
                    if (event['event'] == event_name
                            and result.lower() == event_result.lower()):
                        return event
            return None

        return self._until(
            finished,
            lambda: f'no {event_result} of {action_name}/{event_name}')

    def _wait_for_log(self, log_line_regex):
        self._until(
            lambda: re.search(log_line_regex, self.stdlog.logger.output),
            lambda: f'{log_line_regex!r} did not appear in the log')

    def _wait_for_assert(self, assert_func, max_retries=10, sleep=0.5):
        deadline = time.monotonic() + max_retries * sleep
        while True:
            try:
                return assert_func()
            except AssertionError:
                if time.monotonic() > deadline:
                    raise
            time.sleep(LOOK_SECONDS)
