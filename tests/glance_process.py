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

"""A Glance in a process of its own, shared by the tests of this one."""

import atexit
import functools
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import fixtures
import glanceclient
import requests

from tests import processes

ROOT = pathlib.Path(__file__).parents[1]
SECONDS = 60
ADMIN = 'glance-admin:glance-admin:admin'


@functools.cache
def _start():
    """Start the process; return its endpoint and its log file."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix='jacket-glance-'))
    with open(folder / 'stderr', 'w') as errors:
        process = subprocess.Popen(
            [sys.executable, '-W', 'ignore', '-m', 'tests.glance_service',
             str(folder)],
            cwd=ROOT, text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=errors)
    atexit.register(processes.end, process, folder)
    for line in process.stdout:
        if line.startswith('{'):
            return json.loads(line)['endpoint'], folder / 'glance.log'
    raise RuntimeError(
        'Glance did not start:\n' + (folder / 'stderr').read_text()[-4000:])


def token(user, project, *roles):
    """Return a token that Glance takes for this user's."""
    return f'{user}:{project}:{",".join(roles)}'


def cinders_client(context, netloc, use_ssl, privileged_user=False):
    """In place of Cinder's ``_create_glance_client``, for such tokens."""
    roles = ['admin'] if context.is_admin else ['member']
    if privileged_user:
        roles.append('service')
    return glanceclient.Client(
        '2', f'http://{netloc}',
        token=token(context.user_id, context.project_id, *roles))


class GlanceFixture(fixtures.Fixture):
    """Images of one test; all of them are gone after it.

    :ivar endpoint: base URL of the image API, without a version
    :ivar log_file: what Glance logged
    """

    def _setUp(self):
        # test cases move tempfile's directory, and the process outlives them
        self.useFixture(fixtures.MonkeyPatch(
            'tempfile.tempdir', os.environ.get('TMPDIR') or '/tmp'))
        self.endpoint, self.log_file = _start()
        self._session = requests.Session()
        self.addCleanup(self._session.close)
        self.addCleanup(self._empty)

    def token(self, user, project, *roles):
        """Return a token that Glance takes for this user's."""
        return token(user, project, *roles)

    def ask(self, method, path, token=ADMIN, status=None, **options):
        """Ask Glance; return the answer."""
        headers = {'X-Auth-Token': token, **options.pop('headers', {})}
        answer = self._session.request(
            method, f'{self.endpoint}/v2{path}', headers=headers,
            timeout=SECONDS, **options)
        if status is None:
            answer.raise_for_status()
        elif answer.status_code != status:
            raise AssertionError(f'{answer.status_code}: {answer.text}')
        return answer

    def create(self, name, data=None, token=ADMIN, visibility='public',
               disk_format='raw', **values):
        """Create an image, with its content if *data* is not None."""
        image = self.ask('POST', '/images', token, json={
            'name': name, 'visibility': visibility,
            'disk_format': disk_format, 'container_format': 'bare',
            **values}).json()
        if data is not None:
            self.ask(
                'PUT', f'/images/{image["id"]}/file', token, data=data,
                headers={'Content-Type': 'application/octet-stream'})
        return self.get(image['id'])

    def get(self, image_id):
        """Return an image as an administrator sees it."""
        return self.ask('GET', f'/images/{image_id}').json()

    def list(self):
        """Return all images of everybody."""
        found, path = [], '/images?limit=100'
        while path:
            page = self.ask('GET', path).json()
            found += page['images']
            path = page.get('next', '').removeprefix('/v2')
        return found

    def content(self, image_id, first=None, last=None):
        """Return an image's bytes, or those from *first* to *last*."""
        headers = {}
        if first is not None:
            headers['Range'] = f'bytes={first}-{last}'
        return self.ask(
            'GET', f'/images/{image_id}/file', headers=headers,
            status=200 if first is None else 206).content

    def delete(self, image_id, token=ADMIN):
        """Delete an image."""
        self.ask('DELETE', f'/images/{image_id}', token)

    def _empty(self):
        for image in self.list():
            if image['protected']:
                self.ask(
                    'PATCH', f'/images/{image["id"]}', headers={
                        'Content-Type':
                        'application/openstack-images-v2.1-json-patch'},
                    data=json.dumps([{
                        'op': 'replace', 'path': '/protected',
                        'value': False}]))
            self.delete(image['id'])
