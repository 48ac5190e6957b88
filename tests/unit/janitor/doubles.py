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

"""A Nova API that is a table, for the command's questions."""

import json


class Answer:
    """One HTTP answer."""

    def __init__(self, status_code, body):
        self.status_code = status_code
        self._text = body if isinstance(body, str) else json.dumps(body)

    def json(self):
        return json.loads(self._text)


class NovaAdapter:
    """Answers as Nova's API answers an administrator.

    :ivar servers: shown and listed, by id
    :ivar deleted: in lists of deleted ones only, by id
    :ivar answers: what to answer instead, by path
    """

    def __init__(self):
        self.servers = {}
        self.deleted = {}
        self.answers = {}
        self.asked = []

    def add(self, uuid, **values):
        self.servers[uuid] = {'id': uuid, 'status': 'ACTIVE', **values}

    def delete(self, uuid, at='2026-05-01T00:00:00', **values):
        self.servers.pop(uuid, None)
        self.deleted[uuid] = {
            'id': uuid, 'status': 'DELETED', 'updated': f'{at}Z',
            'OS-EXT-STS:vm_state': 'deleted',
            'OS-SRV-USG:terminated_at': f'{at}.000000', **values}

    def get(self, url, params, microversion, raise_exc):
        assert not raise_exc
        self.asked.append((url, params, microversion))
        if url in self.answers:
            answer = self.answers[url]
            if isinstance(answer, Exception):
                raise answer
            return answer
        if url == '/servers/detail':
            assert params['all_tenants'] == '1', params
            assert params['deleted'] == 'true', params
            found = self.deleted.get(params['uuid'])
            return Answer(200, {'servers': [found] if found else []})
        found = self.servers.get(url.rpartition('/')[2])
        return Answer(200, {'server': found}) if found else Answer(404, {})
