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

"""What ARM itself checks, and the outside of its answers."""

import json
import uuid

from tests.unit.emulator import base


class GatewayTest(base.EmulatorTestCase):
    """Requests no provider gets to see."""

    def refused(self, answer, status, code):
        self.assertEqual((status, code), (
            answer.status_code, answer.json()['error']['code']), answer.text)
        self.assertEqual('gateway', answer.headers['x-ms-failure-cause'])
        self.assertEqual({'code', 'message'}, set(answer.json()['error']))
        return answer.json()['error']['message']

    def test_no_api_version(self):
        answer = self.call('GET', self.group_path, version=None)
        self.refused(answer, 400, 'MissingApiVersionParameter')

    def test_bad_api_version(self):
        answer = self.call('GET', self.group_path, version='latest')
        self.refused(answer, 400, 'InvalidApiVersionParameter')
        answer = self.call('GET', self.group_path, version='2031-01-01')
        message = self.refused(answer, 400, 'InvalidApiVersionParameter')
        self.assertIn('2025-04-01', message)

    def test_api_version_nobody_has(self):
        path = self.network_path + '/networkInterfaces'
        answer = self.call('GET', path, version='2031-01-01')
        self.refused(answer, 404, 'InvalidResourceType')
        answer = self.call('PUT', path + '/nic1', self.nic_body(),
                           version='2031-01-01')
        message = self.refused(answer, 400, 'NoRegisteredProviderFound')
        self.assertIn("for type 'networkInterfaces'", message)

    def test_older_api_version(self):
        answer = self.call('GET', self.network_path + '/networkInterfaces',
                           version='2020-11-01')
        self.assertEqual(200, answer.status_code)

    def test_other_subscription(self):
        answer = self.call(
            'GET', f'/subscriptions/{uuid.uuid4()}/resourceGroups',
            version=base.RESOURCES_VERSION)
        self.refused(answer, 404, 'SubscriptionNotFound')

    def test_no_subscription(self):
        answer = self.call('GET', '/resourceGroups/jacket',
                           version=base.RESOURCES_VERSION)
        self.refused(answer, 404, 'MissingSubscription')
        answer = self.call('GET', '/subscriptions/mine/resourceGroups',
                           version=base.RESOURCES_VERSION)
        message = self.refused(answer, 400, 'InvalidSubscriptionId')
        self.assertIn("'mine' is malformed or invalid", message)

    def test_missing_group(self):
        path = self.network_path.replace('/jacket/', '/nowhere/')
        for tail in ('', '/nic1'):
            answer = self.call('GET', f'{path}/networkInterfaces{tail}')
            message = self.refused(answer, 404, 'ResourceGroupNotFound')
            self.assertEqual("Resource group 'nowhere' could not be found.",
                             message)

    def test_missing_resource(self):
        answer = self.call('GET', self.network_path + '/networkInterfaces/x')
        message = self.refused(answer, 404, 'ResourceNotFound')
        self.assertIn("'Microsoft.Network/networkInterfaces/x' under "
                      "resource group 'jacket'", message)

    def test_missing_parent(self):
        path = self.network_path + '/virtualNetworks/x/subnets/y'
        message = self.refused(self.call('GET', path), 404,
                               'ResourceNotFound')
        self.assertIn('Microsoft.Network/virtualNetworks/x', message)
        body = {'properties': {'addressPrefix': '10.0.9.0/24'}}
        message = self.refused(self.call('PUT', path, body), 404,
                               'ParentResourceNotFound')
        self.assertIn("type 'virtualNetworks/subnets'", message)

    def test_missing_child(self):
        answer = self.call(
            'GET', self.network_path + '/virtualNetworks/vnet1/subnets/y')
        self.assertEqual('NotFound', answer.json()['error']['code'])
        self.assertNotIn('x-ms-failure-cause', answer.headers)

    def test_deleting_what_is_not_there(self):
        for tail in ('networkInterfaces/x', 'virtualNetworks/x/subnets/y'):
            answer = self.call('DELETE', f'{self.network_path}/{tail}')
            self.assertEqual((204, b''), (answer.status_code,
                                          answer.content))

    def test_unknown_route_is_loud(self):
        answer = self.call('GET', self.network_path + '/vpnGateways/x')
        self.assertEqual(501, answer.status_code)
        self.assertIn('vpnGateways', answer.json()['error']['message'])

    def put_raw(self, data, media_type='application/json'):
        headers = {'Authorization': f'Bearer {self.token()}'}
        if media_type:
            headers['Content-Type'] = media_type
        return self.session.put(
            f'{self.emulator.endpoint}{self.network_path}'
            f'/networkInterfaces/x?api-version={base.NETWORK_VERSION}',
            data=data, timeout=30, headers=headers)

    def test_broken_json(self):
        for data in (b'{"location": ', b'[1]', b'"text"', b'{"a": NaN}',
                     b'{"a": "\xff"}', b'[' * 100000):
            self.refused(self.put_raw(data), 400, 'InvalidRequestContent')

    def test_the_last_of_two_equal_names_counts(self):
        body = json.dumps(self.nic_body())
        answer = self.put_raw('{"location": "westus", ' + body[1:])
        self.assertEqual((201, 'eastus'), (
            answer.status_code, answer.json()['location']))

    def test_media_type(self):
        body = json.dumps(self.nic_body())
        message = self.refused(self.put_raw(body, 'text/plain'), 415,
                               'UnsupportedMediaType')
        self.assertIn("'text/plain'", message)
        message = self.refused(self.put_raw(body, None), 415,
                               'UnsupportedMediaType')
        self.assertIn("'<null>'", message)
        answer = self.put_raw(body, 'Application/JSON; charset=utf-8')
        self.assertEqual(201, answer.status_code)

    def test_arm_checks_before_the_provider_reads_the_body(self):
        broken = {'location': 'eastus', 'properties': {'colour': 'red'}}
        path = self.network_path.replace('/jacket/', '/nowhere/')
        self.refused(self.call('PUT', path + '/networkInterfaces/x', broken),
                     404, 'ResourceGroupNotFound')
        path = self.network_path + '/networkInterfaces/x'
        self.refused(self.call('PUT', path, {'properties': {}}), 400,
                     'LocationRequired')
        self.assertEqual('InvalidRequestFormat', self.call(
            'PUT', path, broken).json()['error']['code'])
        self.assertEqual([False, True, False], [
            record.valid for record in self.emulator.requests])

    def test_white_space(self):
        compute = self.group_path + '/providers/Microsoft.Compute/disks/x'
        body = {'location': 'eastus', 'properties': {
            'creationData': {'createOption': 'Copy',
                             'sourceResourceId': compute}}}
        version = '2024-03-02'
        error = self.call('PUT', compute, body, version)
        self.assertIn('{\n  "error": {\n    "code": "NotFound",', error.text)
        error = self.call('GET', compute, version=version)
        self.assertIn('{"error":{"code":"ResourceNotFound",', error.text)
        error = self.call('PUT', self.network_path + '/networkInterfaces/x', {
            'location': 'eastus', 'properties': {}})
        self.assertIn('{"error":{"code":', error.text)

    def test_locations_in_paths(self):
        path = (f'/subscriptions/{self.emulator.subscription_id}/providers'
                '/Microsoft.Compute/locations/{}/usages')
        version = '2024-07-01'
        message = self.refused(
            self.call('GET', path.format('mars'), version=version), 400,
            'NoRegisteredProviderFound')
        self.assertIn("for type 'locations/usages'", message)
        self.assertEqual(200, self.call(
            'GET', path.format('East US'), version=version).status_code)

    def test_locations(self):
        path = self.network_path + '/networkInterfaces/nic1'
        body = {**self.nic_body(), 'location': 'atlantis'}
        self.refused(self.call('PUT', path, body), 400,
                     'LocationNotAvailableForResourceType')
        self.call('PUT', path, {**self.nic_body(), 'location': 'East US'})
        self.assertEqual('eastus', self.call('GET', path).json()['location'])
        body = {**self.nic_body(), 'location': 'westus'}
        self.refused(self.call('PUT', path, body), 409,
                     'InvalidResourceLocation')

    def test_tags(self):
        path = self.network_path + '/networkInterfaces/nic1'
        for tags, code in (
                ({str(n): '' for n in range(51)}, 'TooManyTags'),
                ({'a/b': ''}, 'InvalidTagNameCharacters'),
                ({'a' * 513: ''}, 'InvalidTagNameLength'),
                ({'a': 'b' * 257}, 'InvalidTagValueLength')):
            body = {**self.nic_body(), 'tags': tags}
            self.refused(self.call('PUT', path, body), 400, code)


class EnvelopeTest(base.EmulatorTestCase):
    """Headers and writing of answers."""

    def test_headers(self):
        answer = self.call('GET', self.group_path,
                           version=base.RESOURCES_VERSION, headers={
                               'x-ms-client-request-id': 'mine',
                               'x-ms-correlation-request-id': 'ours'})
        headers = answer.headers
        self.assertEqual('application/json; charset=utf-8',
                         headers['Content-Type'])
        self.assertEqual('no-cache', headers['Cache-Control'])
        self.assertEqual('mine', headers['x-ms-client-request-id'])
        self.assertEqual('ours', headers['x-ms-correlation-request-id'])
        self.assertRegex(headers['x-ms-routing-request-id'],
                         r'^EASTUS:\d{8}T\d{6}Z:[0-9a-f-]{36}$')
        uuid.UUID(headers['x-ms-request-id'])

    def test_cases_of_names(self):
        nic = self.create_nic('Nic-One')
        path = nic['id'].replace('resourceGroups', 'RESOURCEGROUPS').replace(
            '/jacket/', '/JACKET/').replace('Nic-One', 'nic-one')
        self.assertEqual(nic['id'], self.call('GET', path).json()['id'])
        self.call('PUT', path, self.nic_body())
        self.assertEqual(nic['id'], self.call('GET', path).json()['id'])

    def test_provider_errors_of_network_have_details(self):
        body = self.nic_body(subnet='nowhere')
        answer = self.call(
            'PUT', self.network_path + '/networkInterfaces/nic1', body)
        self.assertEqual([], answer.json()['error']['details'])
        self.assertNotIn('x-ms-failure-cause', answer.headers)
