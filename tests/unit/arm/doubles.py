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

"""Stand-ins below the SDK: canned answers, a clock, a credential, options."""

import collections
import io
import json
import types

from azure.core.credentials import AccessTokenInfo
import requests
from requests import adapters
import urllib3

from jacket_azure.arm import azure
from jacket_azure.arm import client as clients
from jacket_azure.arm import cloud as clouds
from jacket_azure.arm import operations
from jacket_azure.arm import statistics
from jacket_azure.arm import transport as transports
from jacket_azure.arm import wire as wires
from jacket_azure.conf import azure as azure_conf

SUBSCRIPTION = '3f1c2a52-9c4e-4f7e-8a5b-0d1f7a6b9c10'
GROUP = f'/subscriptions/{SUBSCRIPTION}/resourceGroups/jacket'
VM = f'{GROUP}/providers/Microsoft.Compute/virtualMachines/vm1'
NIC = f'{GROUP}/providers/Microsoft.Network/networkInterfaces/nic1'
ENDPOINT = 'https://arm.example.com'
OPERATION = (
    f'{ENDPOINT}/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Compute/'
    'locations/eastus/operations/11111111-2222-3333-4444-555555555555'
    '?p=1&api-version=2026-04-01&t=638&c=MIIsigned&s=s1gnature&h=hash'
)
TOKEN = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJ0b2tlbi1vZi10ZXN0In0.c2lnbmF0dXJl'

# A connection that was never made, one that broke before the answer, and an
# answer that took too long, as requests raises them.
REFUSED = requests.exceptions.ConnectionError(
    urllib3.exceptions.MaxRetryError(
        None, '/', urllib3.exceptions.NewConnectionError(
            None, '[Errno 111] Connection refused')))
LOST = requests.exceptions.ConnectionError(
    urllib3.exceptions.ProtocolError('Connection aborted.'))
SLOW = requests.exceptions.ReadTimeout('Read timed out.')
UNTRUSTED = requests.exceptions.SSLError(
    '[SSL: CERTIFICATE_VERIFY_FAILED] self-signed certificate')


class Clock:
    """A clock that only moves when somebody sleeps."""

    def __init__(self):
        self.now = 1000.0
        self.slept = []

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        assert seconds >= 0, seconds
        self.slept.append(seconds)
        self.now += seconds


def answer(status=200, body=None, **headers):
    """Build a canned answer; ``retry_after=3`` is the header Retry-After."""
    text = b'' if body is None else json.dumps(body).encode()
    named = {key.replace('_', '-'): str(value)
             for key, value in headers.items()}
    if body is not None:
        named['Content-Type'] = 'application/json; charset=utf-8'
    return status, named, text


def error(status, code, message='As the test wants.', details=None,
          target=None, **headers):
    """Build a canned ARM error."""
    inside = {'code': code, 'message': message}
    if details is not None:
        inside['details'] = details
    if target is not None:
        inside['target'] = target
    return answer(status, {'error': inside}, **headers)


class Wire(adapters.BaseAdapter):
    """Answers requests from a list; the last answer stays.

    An exception in the list is raised, a callable is asked.

    :ivar requests: what was sent
    """

    def __init__(self, *answers):
        super().__init__()
        self._answers = collections.deque(answers)
        self.requests = []

    @property
    def lines(self):
        """Method and last part of the path of each request."""
        return [f'{sent.method} {sent.path_url.split("?")[0].split("/")[-1]}'
                for sent in self.requests]

    def send(self, request, **_options):
        self.requests.append(request)
        found = (self._answers.popleft() if len(self._answers) > 1
                 else self._answers[0])
        if callable(found):
            found = found(request)
        if isinstance(found, Exception):
            raise found
        status, headers, text = found
        response = requests.Response()
        response.request = request
        response.url = request.url
        response.status_code = status
        response.reason = 'Reason'
        response.headers.update(headers)
        response.raw = urllib3.HTTPResponse(
            body=io.BytesIO(text), headers=headers, status=status,
            preload_content=False, request_method=request.method)
        return response

    def close(self):
        pass


class Credential:
    """Gives a token, or raises what it was given."""

    def __init__(self, failure=None):
        self.failure = failure

    def get_token_info(self, *_scopes, options=None):
        if self.failure is not None:
            raise self.failure
        return AccessTokenInfo(TOKEN, 4102444800)

    def close(self):
        pass


def options(**changes):
    """Build an ``[azure]`` group that is complete, then change it."""
    values = {
        'cloud': 'custom', 'arm_endpoint': ENDPOINT,
        'authority': 'https://login.example.com',
        'credential': 'client_secret',
        'tenant_id': '9d7f4e0a-53b8-4c26-b8f5-1e2d3c4b5a69',
        'client_id': '5b6a7988-1c2d-4e3f-9a0b-c1d2e3f4a5b6',
        'client_secret': 'Th1s-1s-Secret', 'location': 'eastus',
        'subscription_id': SUBSCRIPTION, 'resource_group': 'jacket',
    }
    defaults = {option.dest: option.default for option in azure_conf.OPTS}
    return types.SimpleNamespace(**{**defaults, **values, **changes})


def connect(*answers, credential=None, operation_timeout=1800.0,
            interval=1.0, sleep=None, cloud='custom'):
    """Build the client layer over canned answers.

    :param sleep: instead of moving the clock
    :param cloud: of the options
    :returns: namespace with azure, wire, clock
    """
    clock, wire = Clock(), Wire(*answers)
    retry_timeout = options().retry_timeout
    sleep = sleep or clock.sleep
    session = requests.Session()
    session.mount('https://', wire)
    described = clouds.from_conf(options(cloud=cloud))
    shared = wires.Wire(
        cloud=described, credential=credential or Credential(),
        transport=transports.Transport(sleep, session=session),
        statistics=statistics.Statistics(), clock=clock, sleep=sleep,
        operation_timeout=operation_timeout, retry_timeout=retry_timeout,
        poll_interval=interval)
    compute, network, resource = clients.sdk_clients(shared, SUBSCRIPTION)
    client = clients.Client(
        cloud=described, subscription_id=SUBSCRIPTION, resource_group='jacket',
        compute=compute, network=network, resource=resource,
        waiter=operations.Waiter(clock, sleep, interval),
        operation_timeout=operation_timeout, retry_timeout=retry_timeout)
    return types.SimpleNamespace(
        azure=azure.Azure(client, 'eastus', shared), wire=wire, clock=clock)
