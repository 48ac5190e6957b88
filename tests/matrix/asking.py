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

"""Ask Nova's API for something done to a server, and learn how it ended."""

from __future__ import annotations

from nova.tests.functional.api import client as api_client


class Asking:
    """Part of a scene: what a server's actions tell."""

    def asked(self, server, action, event, ask):
        """Ask the API and wait for the compute service.

        :param action: its name among the server's actions
        :param event: the event of it that comes last when all goes well
        :param ask: a function without parameters
        :returns: what a user reads of its failure, '' for none
        """
        known = {each['request_id'] for each in self._actions(server, action)}
        try:
            ask()
        except api_client.OpenStackApiException as exc:
            return str(exc)

        def ended():
            events = [
                each for one in self._actions(server, action)
                if one['request_id'] not in known
                for each in self._events(server, one)]
            over = any(each['event'] == event or each['result'] == 'Error'
                       for each in events)
            return events if over and all(
                each['finish_time'] for each in events) else None

        return ' '.join(
            each['details'] or each['event']
            for each in self.wait_until(ended, f'{action} ended')
            if each['result'] == 'Error')

    def _events(self, server, action):
        return self.admin_api.api_get(
            f'/servers/{server["id"]}/os-instance-actions/'
            f'{action["request_id"]}').body['instanceAction']['events']

    def _actions(self, server, action):
        return [each for each in self.admin_api.get_instance_actions(
            server['id']) if each['action'] == action]
