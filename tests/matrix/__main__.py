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

"""``python -m tests.matrix``: walk the matrix, print it, judge it."""

from __future__ import annotations

import argparse
from concurrent import futures
import os
import pathlib
import pickle
import subprocess
import sys
import tempfile
import time

# the services of one process, with native threads, and nobody's time limit
os.environ.update(dict.fromkeys(
    ('OS_NOVA_DISABLE_EVENTLET_PATCHING',
     'OS_CINDER_DISABLE_EVENTLET_PATCHING'), 'true'))
os.environ['OS_TEST_TIMEOUT'] = '0'
os.environ.update(dict.fromkeys(
    ('OS_LOG_CAPTURE', 'OS_STDOUT_CAPTURE', 'OS_STDERR_CAPTURE'), '1'))
# processes one after the other, for each at a time: Nova's fixtures get slower
# with every server they have seen
PARTS = 3
# what is swept: the module of its services, and the disk model
SCENES = {'servers': ('services', 'Services', None),
          'actions': ('actions', 'Actions', None),
          'page-blob-actions': (
              'page_blob_actions', 'PageBlobActions', 'page_blob'),
          'attachments': ('attachments', 'Attachments', None),
          'images': ('images', 'Images', None),
          'volumes': ('volumes', 'Volumes', 'managed'),
          'page-blobs': ('volumes', 'Volumes', 'page_blob')}


def options():
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog='python -m tests.matrix', description=(
            'Every request of what users do, and every way it can go wrong, '
            'through Nova or Cinder to the emulator. The status tells '
            'whether every cell is as it has to be.'))
    parser.add_argument('--of', default='servers', choices=SCENES,
                        help='whose requests (default: %(default)s)')
    parser.add_argument('--row', default='', help='only rows with this text')
    parser.add_argument('--column', default='',
                        help='only these columns, separated by commas')
    parser.add_argument('--sample', action='store_true',
                        help='one cell of 41, as the functional tests do')
    parser.add_argument('--kinds', action='store_true',
                        help='for each request one column of each kind')
    parser.add_argument('--offset', type=int, default=0,
                        help='which sample, or which column of a kind')
    parser.add_argument('--jobs', type=int, default=os.cpu_count() or 1,
                        help='processes (default: one for each processor)')
    parser.add_argument('--rst', type=pathlib.Path, help='write a table here')
    parser.add_argument('--json', type=pathlib.Path, help='and all here')
    parser.add_argument('--part', help=argparse.SUPPRESS)
    parser.add_argument('--results', type=pathlib.Path,
                        help=argparse.SUPPRESS)
    return parser.parse_args()


def walk(wanted):
    """Run this process's part of the cells and keep the results in a file."""
    import importlib
    import logging

    import testtools

    from tests.matrix import cells as cells_module
    from tests.matrix import rules

    results = []
    module, name, model = SCENES[wanted.of]

    class Walk(getattr(
            importlib.import_module(f'tests.matrix.{module}'), name)):

        disk_model = model

        def test_matrix(self):
            if hasattr(self, 'only'):
                self.only(wanted.row)
            cells = cells_module.all_cells(
                self.rows(), wanted.row, wanted.column)
            if wanted.sample:
                cells = cells_module.sample(cells, wanted.offset)
            elif wanted.kinds:
                cells = cells_module.one_of_each_kind(cells, wanted.offset)
            for cell in cells_module.share(cells, wanted.part):
                outcome = self.run_cell(cell)
                results.append((cells.index(cell), cell, outcome))
                # at once, for a sweep that is broken off
                print(f'{outcome.seconds:5.1f} s  {cell}', *rules.problems(
                    cell, outcome), sep='; ', file=out, flush=True)

    logging.getLogger('nova.thread_pool_factory').setLevel(logging.WARNING)
    # the tests' fixtures take the other two
    out = os.fdopen(os.dup(1), 'w')
    result = testtools.TestResult()
    Walk('test_matrix').run(result)
    wanted.results.write_bytes(pickle.dumps(results))
    for _, problem in result.errors + result.failures:
        print(problem[-8000:], file=out)
    return 0 if result.wasSuccessful() else 1


def spread(wanted):
    """Run the parts in processes of their own and return what came of it."""
    parts = wanted.jobs * (
        1 if wanted.sample or wanted.row or wanted.column else PARTS)

    def run(file):
        return subprocess.call([  # noqa: S603 - this very module
            sys.executable, '-m', 'tests.matrix', *sys.argv[1:],
            '--part', f'{file.name}/{parts}', '--results', str(file)])

    with tempfile.TemporaryDirectory() as folder:
        files = [pathlib.Path(folder) / str(number)
                 for number in range(1, parts + 1)]
        with futures.ThreadPoolExecutor(wanted.jobs) as pool:
            failed = list(pool.map(run, files))
        found = [entry for file in files if file.exists()
                 for entry in pickle.loads(  # noqa: S301 - our own file
                     file.read_bytes())]
    found.sort(key=lambda entry: entry[0])
    return {cell: outcome for _, cell, outcome in found}, any(failed)


def main():
    """Run it all."""
    wanted = options()
    if wanted.part:
        return walk(wanted)
    began = time.monotonic()
    results, failed = spread(wanted)
    # imports Nova's test base, which the parts have to do first
    from tests.matrix import report
    from tests.matrix import rules

    print(report.text(results))
    print(f'{time.monotonic() - began:.0f} s, {wanted.jobs} processes')
    for file, render in ((wanted.rst, report.rst),
                         (wanted.json, report.as_json)):
        if file is not None:
            file.write_text(render(results))
    wrong = any(rules.problems(*entry) for entry in results.items())
    return 1 if failed or wrong or not results else 0


if __name__ == '__main__':
    sys.exit(main())
