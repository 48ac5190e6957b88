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

"""Run Nova's functional tests on our driver, and keep the ratchet.

``python -m tests.functional.upstream.run [options] [suite ...]``

Without an option every test on the lists is run, and each must pass.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

from tests.functional import results
from tests.functional.upstream import classes
from tests.functional.upstream import ratchet
from tests.functional.upstream import suites
from tests.functional.upstream import test_suites

# Nova's environment variable, and what it must be for each model
MODES = {'threading': 'true', 'eventlet': 'false'}
MODE_VARIABLE = 'OS_NOVA_DISABLE_EVENTLET_PATCHING'


def run(ids, mode, concurrency, limit_seconds):
    """Run tests by their short ids.

    :returns: short id to :class:`results.Result`
    """
    with tempfile.TemporaryDirectory(prefix='upstream-') as directory:
        wanted = pathlib.Path(directory) / 'ids'
        wanted.write_text('\n'.join(ids))
        environment = dict(os.environ, **{
            MODE_VARIABLE: MODES[mode],
            test_suites.VARIABLE: str(wanted)})
        for name in ('LOG', 'STDOUT', 'STDERR'):
            environment.setdefault(f'OS_{name}_CAPTURE', '1')
        environment.setdefault('OS_TEST_TIMEOUT', '120')
        environment.setdefault('TZ', 'UTC')
        stestr = [
            sys.executable, '-m', 'stestr', '--top-dir', './',
            '--test-path', './tests/functional/upstream',
            '--repo-url', directory]
        process = subprocess.Popen(
            [*stestr, 'run', '--concurrency', str(concurrency),
             suites.ROOT.replace('.', r'\.')],
            env=environment, start_new_session=True)
        try:
            # threads of a failed test may keep a worker from ending
            process.wait(timeout=limit_seconds)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, 9)
                process.wait()
        # a worker that was ended leaves a note that is no test
        return {
            suites.short(test_id): result for test_id, result
            in results.last(stestr).items() if suites.short(test_id) in ids}


def _parser():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('suites', nargs='*', metavar='suite')
    parser.add_argument('--mode', choices=sorted(MODES), default='threading')
    parser.add_argument('--concurrency', type=int, default=os.cpu_count())
    parser.add_argument('--limit', type=int, default=5400, metavar='SECONDS')
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        '--sample', action='store_true',
        help=f'run one of {ratchet.SAMPLE} of the listed tests')
    what.add_argument(
        '--update', action='store_true',
        help='run all tests, and add to the lists what passes')
    return parser


def _add(chosen, listed, found):
    """Add what passes now; say why the rest does not."""
    for suite in chosen:
        of_suite = {test_id: result for test_id, result in found.items()
                    if suites.suite_of(test_id) == suite}
        new = ratchet.grown(listed[suite], of_suite)
        print(f'{suite}: {len(listed[suite])} -> {len(new)}')
        ratchet.write_passing(suite, new)
        for test_id, result in sorted(of_suite.items()):
            if result.status != 'success':
                print(f'  {test_id}: {result.status}: {result.reason}')


def main():
    """Run, compare, and add what is new if that was asked for."""
    options = _parser().parse_args()
    chosen = options.suites or suites.CHOSEN
    listed = {suite: ratchet.passing(suite) for suite in chosen}
    must_pass = [test_id for suite in chosen for test_id in listed[suite]]
    if options.sample:
        must_pass = ratchet.sample(must_pass)
    ids = must_pass
    if options.update:
        ids = [test_id for suite in chosen
               for test_id in classes.ids_of(suite)]
    found = run(ids, options.mode, options.concurrency, options.limit)
    if options.update:
        _add(chosen, listed, found)
    broken = ratchet.broken(must_pass, found)
    for test_id, result in sorted(broken.items()):
        print(f'{test_id} is on the list and did not pass: '
              f'{result.status} {result.reason}')
    return 1 if broken or not found else 0


if __name__ == '__main__':
    sys.exit(main())
