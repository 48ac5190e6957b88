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

"""Run the functional tests of Nova and Cinder in both threading models.

``python -m tests.functional.run [--mode threading|eventlet]
[--suite nova|cinder] [--all] [stestr args]``

Some of them are left to ``--all``, or to a mode or tests that are named; see
``CHOSEN``.
"""

import argparse
import os
import subprocess
import sys

from tests.functional import results

# The environment variables of the services, and their value in each model
MODES = {'threading': 'true', 'eventlet': 'false'}
VARIABLES = (
    'OS_NOVA_DISABLE_EVENTLET_PATCHING', 'OS_CINDER_DISABLE_EVENTLET_PATCHING')
# a process for each: Nova and Cinder register options of the same names
SUITES = ('nova', 'cinder')
# What of a suite is run unless all of it is asked for, within half an hour. In
# the model that a service starts with: all but repetitions on the other disk
# model of what differs little there, or takes long. In the other one: what
# shows whether threads, locks and sockets work there.
CHOSEN = {
    ('nova', 'threading'): [
        '--exclude-regex',
        '|'.join((
            'PageBlob(Budget|Bytes|ConsoleOutput|Deleted|Diagnostics|Events|'
            'FailedImages|Image|Migrate|Move|OwnImages|Password|PeriodicTasks|'
            'PowerSync|Refused|RestartForInterfaces|VolumeJanitor|VolumeMove|'
            'VolumePassword)Test',
            r'PageBlobAttachTest\.test_n20_a_disk_that_is_gone',
            r'PageBlobRescueTest\.test_n21_(an_unrescue|a_service|'
            'without_room)',
            r'PageBlobRescueVolumesTest\.test_n21_deleted',
            r'PageBlobResizeTest\.test_(n29|n33|n13_(refused|without|'
            'a_resized)|n14_a_service)',
            r'PageBlobVolumeRebuildTest\.test_n12_when',
            r'ManagedBytesTest\.test_n02_raw_content',
            r'ManagedVolumeRebuildTest\.test_n12_(a_volume|once|rebuilt|'
            'resized)'))],
    ('nova', 'eventlet'): [
        r'test_(life|power|secrets|serial_console|startup)\.'],
    ('cinder', 'eventlet'): [
        '--exclude-regex',
        '|'.join((
            '(BadVolume|CindersCache|Claim|FailedUpload|History|Manage|Others|'
            'Reason|RefusedImage|Restore|SignedImage|Types)Test_page_blob',
            r'VolumeToImageTest_\w+\.test_conversion',
            r'VolumeToImageTest_page_blob\.test_every_format'))],
    ('cinder', 'threading'): [
        r'test_(compliance|glance_images|lifecycle|progress)\.'],
}
# a service that does not stop must not keep the run from ending
LIMIT_SECONDS = 1800
SUCCESSES = ('success', 'skip', 'xfail')


def run(suite, mode, arguments):
    """Run stestr once.

    :returns: its exit status, and what to say at the end of tests that did
        not pass
    """
    print(f'functional tests of {suite}, {mode}', flush=True)
    environment = dict(os.environ)
    environment.update(dict.fromkeys(VARIABLES, MODES[mode]))
    environment.setdefault('OS_TEST_TIMEOUT', '300')
    stestr = [
        sys.executable, '-m', 'stestr',
        '--test-path', f'./tests/functional/{suite}', '--top-dir', './']
    process = subprocess.Popen(
        [*stestr, 'run', '--suppress-attachments', *arguments],
        env=environment, start_new_session=True)
    try:
        status = process.wait(timeout=LIMIT_SECONDS)
    except BaseException:
        os.killpg(process.pid, 9)
        process.wait()
        raise
    if not status:
        return 0, []
    return status, [
        f'{suite}, {mode}: {test_id}: {result.status}\n{result.traceback}'
        for test_id, result in sorted(results.last(stestr).items())
        if result.status not in SUCCESSES]


def main():
    """Run what was asked for; the first failure decides the status."""
    parser = argparse.ArgumentParser()
    parser.add_argument('--mode', choices=sorted(MODES), action='append')
    parser.add_argument('--suite', choices=SUITES, action='append')
    parser.add_argument('--all', action='store_true')
    options, arguments = parser.parse_known_args()
    is_whole = options.all or options.mode or arguments
    ends = [
        run(suite, mode, arguments if is_whole else CHOSEN[suite, mode])
        for suite in options.suite or SUITES
        for mode in options.mode or MODES]
    # again, and last: between these suites much else is printed
    for _, failures in ends:
        for failure in failures:
            print(failure)
    return max(status for status, _ in ends)


if __name__ == '__main__':
    sys.exit(main())
