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

"""The log of a test as one text, and the search for secrets in it."""

import base64
import json
import logging

import fixtures


class DebugLog(fixtures.Fixture):
    """Everything that is logged, from debug up, as one text."""

    def _setUp(self):
        # one handler beside those that are there: others capture too
        self._lines = []
        handler = logging.Handler()
        handler.setLevel(logging.DEBUG)
        handler.setFormatter(logging.Formatter('%(name)s %(message)s'))
        handler.emit = lambda record: self._lines.append(
            handler.format(record))
        root = logging.getLogger()
        self.addCleanup(root.setLevel, root.level)
        self.addCleanup(root.removeHandler, handler)
        root.setLevel(logging.DEBUG)
        root.addHandler(handler)

    def clear(self):
        """Forget all lines so far."""
        self._lines.clear()

    @property
    def text(self):
        """All lines so far, with the stack traces."""
        return '\n'.join(list(self._lines))

    def secrets_found(self, secrets, loggers_without=None):
        """List which *secrets* the log holds, as they are or in base64.

        :param loggers_without: leave out loggers of this prefix
        """
        text = '\n'.join(
            line for line in list(self._lines)
            if loggers_without is None
            or not line.startswith(loggers_without))
        found = []
        for secret in secrets:
            if not secret:
                raise ValueError('an empty secret would be everywhere')
            forms = {
                secret, json.dumps(secret)[1:-1],
                base64.b64encode(secret.encode()).decode().rstrip('=')}
            if any(form in text for form in forms):
                found.append(secret)
        return found
