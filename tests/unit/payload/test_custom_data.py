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

import base64
import email
import gzip
import json
import random

from hypothesis import given
from hypothesis import strategies as st
import yaml

from jacket_azure import exceptions
from jacket_azure.payload import custom_data
from tests import timeout

SCRIPT = b'#!/bin/sh\necho hello\n'
DOCUMENTS = {
    'ec2/latest/meta-data.json': b'{}',
    'openstack/2013-04-04/meta_data.json': b'{}',
    'openstack/latest/meta_data.json': b'{"uuid": "u"}',
    'openstack/latest/user_data': SCRIPT,
    'openstack/content/0000': b'x',
}


def decoded(text):
    data = base64.b64decode(text)
    return gzip.decompress(data) if data.startswith(b'\x1f\x8b') else data


def parts(text):
    """Return (type, content) of each part, as cloud-init walks them."""
    message = email.message_from_bytes(decoded(text))
    return [
        (part.get_content_type(), part.get_payload(decode=True))
        for part in message.walk() if not part.is_multipart()
    ]


def written(text):
    """Return path -> (mode, content) of what cloud-init would write."""
    kind, config = parts(text)[-1]
    assert kind == 'text/cloud-config', kind
    first, _, body = config.partition(b'\n')
    assert first == b'#cloud-config', first
    return {
        entry['path']: (entry['permissions'],
                        base64.b64decode(entry['content']))
        for entry in json.loads(body)['write_files']
    }


class CustomDataTest(timeout.TestCase):

    def test_nothing(self):
        self.assertIsNone(custom_data.build(None))
        self.assertIsNone(custom_data.build(b'', [], {}))
        self.assertIsNone(custom_data.build(None, [], {'ec2/x': b'y'}))

    @given(st.binary(min_size=1, max_size=200))
    def test_user_data_alone_is_untouched(self, data):
        for os_type in ('linux', 'windows'):
            built = custom_data.build(data, os_type=os_type)
            self.assertEqual(data, base64.b64decode(built))

    def test_limit_counts_before_base64(self):
        limit = custom_data.LIMIT_BYTES
        self.assertEqual(65535, limit)
        for size, fine in ((limit - 1, True), (limit, True),
                           (limit + 1, False)):
            data = b'x' * size
            if fine:
                self.assertEqual(
                    data, base64.b64decode(custom_data.build(data)))
                continue
            error = self.assertRaises(
                exceptions.InvalidRequest, custom_data.build, data)
            self.assertIn('65536', str(error))
            self.assertIn('65535', str(error))

    @given(st.integers(0, 120000), st.integers(0, 120000), st.booleans())
    def test_never_more_than_the_limit(self, one, two, packable):
        def fill(size):
            if packable:
                return b'x' * size
            return random.Random(size).randbytes(size)

        try:
            built = custom_data.build(fill(one), [('/f', fill(two))])
        except exceptions.InvalidRequest as exc:
            self.assertIn('65535', str(exc))
            return
        self.assertTrue(len(base64.b64decode(built)) <= 65535)
        self.assertEqual(fill(two), written(built)['/f'][1])

    def test_files_and_documents(self):
        built = custom_data.build(
            SCRIPT, [('/etc/motd', b'\0hi')], DOCUMENTS)
        self.assertEqual({
            '/etc/motd': ('0644', b'\0hi'),
            '/config-drive/openstack/latest/meta_data.json':
                ('0600', b'{"uuid": "u"}'),
            '/config-drive/openstack/latest/user_data': ('0600', SCRIPT),
            '/config-drive/openstack/content/0000': ('0600', b'x'),
        }, written(built))
        self.assertEqual(('text/plain', SCRIPT), parts(built)[0])

    def test_a_users_write_files_survives(self):
        built = custom_data.build(b'#cloud-config\nwrite_files: []\n',
                                  [('/f', b'x')])
        message = email.message_from_bytes(decoded(built))
        theirs, ours = message.get_payload()
        # rules of the later part decide how it is merged into the earlier
        self.assertIn('list(append)', ours['Merge-Type'])
        self.assertIn('recurse_list', ours['Merge-Type'])
        self.assertIsNone(theirs['Merge-Type'])

    def test_gzipped_user_data(self):
        packed = gzip.compress(SCRIPT)
        built = custom_data.build(packed, [('/f', b'x')])
        self.assertEqual(('application/gzip', packed), parts(built)[0])

    def test_multipart_user_data(self):
        theirs = (b'MIME-Version: 1.0\nContent-Type: multipart/mixed; '
                  b'boundary="b"\n\n--b\nContent-Type: text/x-shellscript\n'
                  b'\n' + SCRIPT + b'\n--b--\n')
        built = custom_data.build(theirs, [('/f', b'x')])
        self.assertEqual(['text/x-shellscript', 'text/cloud-config'],
                         [kind for kind, _ in parts(built)])
        self.assertEqual(SCRIPT, parts(built)[0][1])

    def test_multipart_user_data_keeps_its_line_ends(self):
        theirs = (b'MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n'
                  b'a\r\n\xff\r\n')
        data = decoded(custom_data.build(theirs, [('/f', b'x')]))
        self.assertIn(theirs, data)

    @given(st.binary(max_size=60), st.booleans())
    def test_no_user_data_hides_our_part(self, data, mime):
        if mime:
            data = b'MIME-Version: 1.0\n' + data
        built = custom_data.build(data, [('/f', b'x')])
        self.assertEqual({'/f': ('0644', b'x')}, written(built))

    def test_same_input_same_output(self):
        one, two = (custom_data.build(SCRIPT, [('/f', b'y' * 60000)])
                    for _ in range(2))
        self.assertEqual(one, two)

    def test_windows(self):
        error = self.assertRaises(
            exceptions.InvalidRequest, custom_data.build,
            None, [('C:\\f', b'x')], os_type='windows')
        self.assertIn('Windows', str(error))
        built = custom_data.build(b'rem', [], DOCUMENTS, os_type='windows')
        self.assertEqual(b'rem', base64.b64decode(built))

    def test_paths_must_be_absolute(self):
        for path in ('etc/motd', '', '/a\nb'):
            self.assertRaises(exceptions.InvalidRequest,
                              custom_data.build, None, [(path, b'')])

    def test_keys_for_a_guest_azure_gives_none(self):
        built = base64.b64decode(custom_data.build(
            b'#!/bin/sh', authorized_keys=['ssh-ed25519 AAAA demo']))
        message = email.message_from_bytes(built)
        user, ours = message.get_payload()
        self.assertEqual(b'#!/bin/sh', user.get_payload(decode=True))
        config = yaml.safe_load(ours.get_payload())
        self.assertEqual(
            {'ssh_authorized_keys': ['ssh-ed25519 AAAA demo']}, config)
