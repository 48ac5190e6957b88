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

"""Two volume workers in one cluster, killed at random while users work.

``tox -e cluster``. Afterwards every volume must hold what was written, no
order may be lost or carried out twice, and Azure must be empty once all is
deleted.
"""

import argparse
import collections
import concurrent.futures
import contextlib
import pathlib
import random
import signal
import sys
import tempfile
import threading
import time

from tests.cluster import user as users
from tests.cluster import world as worlds

NUMBERS = (signal.SIGKILL, signal.SIGKILL, signal.SIGTERM)


class Killer(threading.Thread):
    """Ends one worker after the other, and starts it again."""

    def __init__(self, world, seed):
        super().__init__(name='killer')
        self._world = world
        self._random = random.Random(seed)  # noqa: S311 - no secret
        self._stopping = threading.Event()
        self.kills = 0

    def run(self):
        while not self._stopping.wait(self._random.uniform(0.5, 4)):
            name = self._random.choice(worlds.WORKERS)
            self._world.kill(name, self._random.choice(NUMBERS))
            self.kills += 1
            self._stopping.wait(self._random.uniform(0, 1))
            self._world.start(name)
            self._world.wait_for(name)

    def stop(self):
        """Leave both workers running."""
        self._stopping.set()
        self.join()


def sweep(world, options):
    """Let the users work; returns them and how often a worker was ended."""
    crowd = [users.User(world.api, world.guest, options.seed + number)
             for number in range(options.users)]
    each = -(-options.operations // options.users)

    def work(user):
        while len(user.done) < each:
            user.step()

    killer = Killer(world, options.seed)
    killer.start()
    try:
        with concurrent.futures.ThreadPoolExecutor(options.users) as pool:
            list(pool.map(work, crowd))
    finally:
        killer.stop()
    return crowd, killer.kills


def problems(world, crowd):
    """List what was lost, done twice or left."""
    found = [each for user in crowd for each in user.lost()]
    known = {id_ for user in crowd for id_ in user.volumes}
    found += [f'volume {each["id"]} was not ordered' for each in
              world.api.call('GET', '/volumes')['volumes']
              if each['id'] not in known]
    if known and not world.left():
        found.append('Azure looks empty while there are volumes')
    for user in crowd:
        user.clear()
    return found + [f'Azure: {each}' for each in world.left()]


def _folder(kept, model):
    if kept is None:
        return tempfile.TemporaryDirectory()
    (kept / model).mkdir(parents=True)
    return contextlib.nullcontext((kept / model).absolute())


def main():
    """Sweep, print, judge."""
    parser = argparse.ArgumentParser(prog='python -m tests.cluster')
    parser.add_argument('--operations', type=int, default=300)
    parser.add_argument('--users', type=int, default=6)
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--model', action='append',
                        choices=('managed', 'page_blob'))
    parser.add_argument('--folder', type=pathlib.Path,
                        help='where configuration and logs stay')
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    wrong = []
    for model in options.model or ('managed', 'page_blob'):
        began = time.monotonic()
        with _folder(options.folder, model) as folder, worlds.World(
                folder, model) as world:
            crowd, kills = sweep(world, options)
            found = problems(world, crowd)
        done = collections.Counter(
            name for user in crowd for name in user.done)
        mended = [each for user in crowd for each in user.mended]
        print(f'{model}: {sum(done.values())} operations ('
              + ', '.join(f'{count} {name}' for name, count
                          in sorted(done.items()))
              + f'), {kills} times a worker ended, {len(mended)} asked for '
              f'again, {len(found)} wrong, '
              f'{time.monotonic() - began:.0f} s', flush=True)
        for each in (*mended, *(f'WRONG {each}' for each in found)):
            print(f'  {each}', flush=True)
        wrong += found
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
