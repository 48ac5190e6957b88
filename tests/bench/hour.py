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

"""``python -m tests.bench.hour N``: what an hour of N quiet servers costs.

A Nova in this process with real periodic tasks at their default intervals;
prints the number of requests by task as JSON.
"""

import json
import os
import sys

os.environ['OS_NOVA_DISABLE_EVENTLET_PATCHING'] = 'true'
os.environ['OS_TEST_TIMEOUT'] = '0'
os.environ.update(dict.fromkeys(
    ('OS_LOG_CAPTURE', 'OS_STDOUT_CAPTURE', 'OS_STDERR_CAPTURE'), '1'))


def measure(servers):
    """Return requests by periodic task."""
    import testtools

    from tests.functional.nova import base
    from tests.functional.nova import hour

    found = {}

    class Measure(hour.AnHour, base.AzureServersTestCase):

        def test_hour(self):
            self.plant(self.create_server(), servers - 1)
            self.restart_compute()
            found.update(self.hour())

    result = testtools.TestResult()
    Measure('test_hour').run(result)
    for _, problem in result.errors + result.failures:
        raise RuntimeError(problem[-8000:])
    return found


if __name__ == '__main__':
    # the tests' fixtures take the other one
    out = os.fdopen(os.dup(1), 'w')
    print(json.dumps(measure(int(sys.argv[1]))), file=out)
