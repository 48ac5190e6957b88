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

"""Read what stestr recorded."""

import dataclasses
import io
import subprocess

import subunit
import testtools


@dataclasses.dataclass(frozen=True)
class Result:
    """How a test ended.

    :ivar status: stestr's word; ``inprogress`` when the run ended first
    :ivar reason: last line of the traceback, or why it was skipped
    :ivar traceback: the whole of it, '' for a test that was skipped
    """

    status: str
    reason: str = ''
    traceback: str = ''


def last(stestr):
    """Return test id to :class:`Result` of the last run.

    :param stestr: command line of stestr, without its command
    """
    stream = subprocess.run(
        [*stestr, 'last', '--subunit'], stdout=subprocess.PIPE,
        check=False).stdout
    found = {}

    def note(test):
        found[test['id']] = Result(
            test['status'], _reason(test['details']),
            _traceback(test['details']))

    result = testtools.StreamToDict(note)
    result.startTestRun()
    subunit.ByteStreamToStreamResult(
        io.BytesIO(stream), non_subunit_name='stdout').run(result)
    result.stopTestRun()
    return found


def _reason(details):
    for name in sorted(details):
        if name == 'reason' or name.startswith('traceback'):
            lines = details[name].as_text().strip().splitlines()
            said = [line for line in lines if not line.startswith(' ')]
            return said[-1] if said else lines[-1]
    return ''


def _traceback(details):
    return '\n'.join(
        details[name].as_text() for name in sorted(details)
        if name.startswith('traceback'))
