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

"""A blob behind canned answers: for what no server here can show."""

import types

from azure.core.pipeline.policies import SansIOHTTPPolicy
import requests

from jacket_azure.arm import cloud as clouds
from jacket_azure.arm import statistics
from jacket_azure.arm import transport as transports
from jacket_azure.arm import wire as wires
from jacket_azure.blob import address
from jacket_azure.blob import channel
from jacket_azure.blob import page_blobs
from tests.unit.arm import doubles

ENDPOINT = 'https://acct.blob.example.com'
PATH = 'volumes/one.vhd'


def blob(*answers, operation_timeout=1800):
    """Build a blob; an answer is status, headers, text, or an exception.

    :returns: namespace with blob, wire (requests sent), clock, statistics
    """
    clock = doubles.Clock()
    sent = doubles.Wire(*(
        answer if not isinstance(answer, tuple)
        else (answer[0], answer[1], answer[2].encode())
        for answer in answers))
    session = requests.Session()
    session.mount('https://', sent)
    shared = wires.Wire(
        cloud=clouds.from_conf(doubles.options()),
        credential=doubles.Credential(),
        transport=transports.Transport(clock.sleep, session=session),
        statistics=statistics.Statistics(), clock=clock, sleep=clock.sleep,
        operation_timeout=operation_timeout, retry_timeout=180)
    made = page_blobs.PageBlob(
        channel.Channel(shared, SansIOHTTPPolicy()),
        address.of_path(ENDPOINT, PATH))
    return types.SimpleNamespace(
        blob=made, wire=sent, clock=clock, statistics=shared.statistics)


def refusal(status, code, message='As the test wants.', **headers):
    """Build an error as storage accounts send it."""
    return (
        status, {'x-ms-error-code': code, **headers},
        f'<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code>'
        f'<Message>{message}\nRequestId:abc\nTime:2026</Message></Error>')


def head(size_bytes=1024, metadata=None, **headers):
    """Build the answer to a HEAD; ``copy_status=...`` is a header."""
    kept = {f'x-ms-meta-{name}': value
            for name, value in (metadata or {}).items()}
    named = {f'x-ms-{key.replace("_", "-")}': str(value)
             for key, value in headers.items()}
    return (200, {'ETag': '"head"', 'Content-Length': str(size_bytes),
                  'x-ms-blob-type': 'PageBlob', **kept, **named}, '')
