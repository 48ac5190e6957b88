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

"""The lists: what passes, which may only grow, and why the rest does not."""

import dataclasses
import fnmatch
import pathlib
import zlib

import yaml

from tests.functional import results as stestr_results

HERE = pathlib.Path(__file__).parent
PASSING = HERE / 'passing'
EXPLAINED = HERE / 'explained'
# one of this many is in the sample that CI runs
SAMPLE = 24
MISSING = stestr_results.Result('missing')


@dataclasses.dataclass(frozen=True)
class Explanation:
    """Why some tests of a suite do not pass.

    :ivar because: ``nova`` (says nothing about our driver), ``fake`` (needs
        the fake driver's insides), ``azure`` (Azure cannot), ``owed``
    :ivar why: a sentence
    :ivar owed_by: issue and row, of what is owed
    :ivar tests: short ids without the suite; ``*`` stands for any text
    """

    because: str
    why: str
    tests: tuple[str, ...]
    owed_by: str | None = None

    def matches(self, suite, test_id):
        """Tell whether the test with that short id is meant."""
        return any(fnmatch.fnmatchcase(test_id, f'{suite}.{pattern}')
                   for pattern in self.tests)


def passing(suite):
    """List the short ids that pass."""
    path = PASSING / f'{suite}.txt'
    return path.read_text().split() if path.exists() else []


def write_passing(suite, ids):
    """Write the list of a suite anew, in order."""
    PASSING.mkdir(exist_ok=True)
    (PASSING / f'{suite}.txt').write_text(
        ''.join(f'{test_id}\n' for test_id in sorted(ids)))


def explained(suite):
    """List the :class:`Explanation` of a suite."""
    path = EXPLAINED / f'{suite}.yaml'
    if not path.exists():
        return []
    return [Explanation(**{**each, 'tests': tuple(each['tests'])})
            for each in yaml.safe_load(path.read_text())]


def sample(ids):
    """Choose some, always the same ones however many there are."""
    return [test_id for test_id in ids
            if zlib.crc32(test_id.encode()) % SAMPLE == 0]


def broken(listed, results):
    """Return what is listed and did not pass: short id to its result.

    :param results: short id to :class:`results.Result`
    """
    found = {test_id: results.get(test_id, MISSING) for test_id in listed}
    return {test_id: result for test_id, result in found.items()
            if result.status != 'success'}


def grown(listed, results):
    """Return the new list: what it had, and what passes now."""
    return sorted({*listed, *(
        test_id for test_id, result in results.items()
        if result.status == 'success')})
