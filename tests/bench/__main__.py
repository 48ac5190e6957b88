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

"""Measure what the driver adds to Azure: ``python -m tests.bench``.

Against the emulator with the durations that were observed on Azure, and with
its rate limits. The exit status is 1 when a figure is over its limit.
"""

import argparse
import contextlib
from importlib import metadata
import json
import os
import pathlib
import platform
import subprocess
import sys
import tempfile

from tests.bench import azure
from tests.bench import bare as bare_module
from tests.bench import compute as compute_module
from tests.bench import creates
from tests.bench import images
from tests.bench import plot
from tests.bench import report
from tests.bench import requests
from tests.bench import scale

PARTS = ('creates', 'scale', 'hour', 'images')
# Azure's own requests, of all periodic tasks of a service together
MOST_PER_MINUTE = 10


@contextlib.contextmanager
def _world(latency, throttling):
    with azure.emulated(latency, throttling) as options:
        bare = bare_module.Bare(options)
        bare.make_network(
            azure.RESOURCE_GROUP, options['location'],
            compute_module.Compute.cidrs)
        with compute_module.Compute(options) as compute:
            yield compute, bare


def measure_creates(rounds, servers, picture):
    """Yield the rows of one server and of many, and draw them."""
    with _world('observed', throttling=True) as (compute, bare):
        compute.warm()
        counts = requests.counts(compute)
        yield from (
            report.Row(f'{count.operation}: requests', count.requests,
                       count.budget) for count in counts)
        made, gone = creates.pairs(compute, bare, rounds)
        yield from _pair_rows('create', made)
        yield from _pair_rows('delete', gone)
        orders = [compute.order() for _ in range(servers)]
        one = sorted(pair.driver for pair in made)[rounds // 2]
        crowd = creates.crowd(compute, compute.create, orders)
        yield from _crowd_rows(f'create {servers} at once', crowd, one)
        one = sorted(pair.driver for pair in gone)[rounds // 2]
        left = creates.crowd(compute, compute.delete, orders)
        yield from _crowd_rows(f'delete {servers} at once', left, one)
    one = sorted(pair.driver for pair in made)[rounds // 2]
    plot.draw(picture, made, gone, crowd, one, counts)


def _pair_rows(name, found):
    middle = len(found) // 2
    for who in ('bare', 'driver'):
        seconds = sorted(getattr(pair, who) for pair in found)
        yield report.Row(f'{name}: {who}, median', seconds[middle], unit='s')
    yield report.Row(f'{name}: driver / bare', creates.overhead(found),
                     creates.MOST_OVERHEAD)


def _crowd_rows(name, crowd, one):
    yield report.Row(f'{name}: the last', crowd.last,
                     creates.limit_seconds(crowd, one), 's')
    yield report.Row(f'{name}: the last / one alone', crowd.last / one)
    yield report.Row(f'{name}: least by rate limits', crowd.forced, unit='s')
    yield report.Row(f'{name}: answers 429', crowd.throttled, 0)
    yield report.Row(f'{name}: requests', crowd.requests)


def measure_scale(servers):
    """Yield the rows of Nova's periodic tasks with many servers."""
    with _world('none', throttling=False) as (compute, bare):
        orders = scale.fill(compute, bare, servers)
        # as after a restart: who made them remembers more
        with compute_module.Compute(compute.options) as restarted:
            for cost in scale.costs(restarted, orders):
                name = f'{cost.task}, {servers} servers'
                yield report.Row(
                    f'{name}: requests', cost.requests, cost.limit)
                yield report.Row(f'{name}: time', cost.seconds, unit='s')


def measure_hour(servers):
    """Yield the rows of an hour of a real Nova, all its tasks included."""
    # a process of its own: the tests' fixtures want one that is new
    answer = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, '-W', 'ignore', '-m', 'tests.bench.hour',
         str(servers)],
        stdout=subprocess.PIPE, text=True, check=True).stdout
    counts = json.loads(answer.splitlines()[-1])
    for task, count in sorted(counts.items()):
        if count:
            yield report.Row(f'{task}: requests an hour', count)
    yield report.Row(
        f'periodic tasks, {servers} servers: requests a minute',
        sum(counts.values()) / 60, MOST_PER_MINUTE)


def measure_images(rounds):
    """Yield the rows of images, on their way to Azure and back."""
    with azure.emulated(
            'none', throttling=False, contents=True) as options:
        with tempfile.TemporaryDirectory(prefix='jacket-bench-') as folder:
            yield from images.measure(options, pathlib.Path(folder), rounds)


def main():
    """Run all, print and write the table, and judge it."""
    parser = argparse.ArgumentParser(
        prog='bench', description=__doc__.partition('\n')[0])
    parser.add_argument('--rounds', type=int, default=5, metavar='N',
                        help='servers made one by one (%(default)s)')
    parser.add_argument('--creates', type=int, default=50, metavar='N',
                        help='servers made at once (%(default)s)')
    parser.add_argument('--servers', type=int, default=1000, metavar='N',
                        help='servers of the periodic tasks (%(default)s)')
    parser.add_argument('--output', type=pathlib.Path,
                        default='.bench', metavar='FOLDER',
                        help='where table and picture go (%(default)s)')
    parser.add_argument('--only', choices=PARTS, action='append',
                        help='one part; may be repeated (all)')
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    parts = {
        'creates': lambda: measure_creates(
            options.rounds, options.creates, options.output / 'bench.png'),
        'scale': lambda: measure_scale(options.servers),
        'hour': lambda: measure_hour(options.servers),
        'images': lambda: measure_images(options.rounds)}
    rows = []
    for part in options.only or PARTS:
        rows.extend(_shown(parts[part]()))
    about = {
        'jacket_azure': metadata.version('jacket_azure'),
        'Python': platform.python_version(), 'processors': os.cpu_count()}
    report.write(options.output, rows, about)
    print(f'\n{report.table(rows)}\n\nAlso in {options.output}.')
    return 0 if all(row.is_good for row in rows) else 1


def _shown(rows):
    for row in rows:
        print('  '.join(filter(None, row.cells())), flush=True)
        yield row


if __name__ == '__main__':
    sys.exit(main())
