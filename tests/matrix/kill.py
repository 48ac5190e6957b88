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

"""``python -m tests.matrix.kill``: end Nova with SIGKILL at every request.

A real Nova process of a sandbox, a real SIGKILL, before Azure gets the
request or after it has acted on it and before the answer arrives; then a new
process. The server must become ACTIVE or be told as failed, a delete must
take all of it away, and a delete that was cut off must end.
"""

from __future__ import annotations

import argparse
import dataclasses
import itertools
import signal
import sys
import tempfile
import time

from tests.matrix import cloud as clouds

MOMENTS = ('before', 'after')
KILL_SECONDS = 60
SETTLE_SECONDS = 60
LOOK_SECONDS = 0.05


@dataclasses.dataclass(frozen=True)
class Killer:
    """What strikes at a request; see :class:`tests.matrix.wire.Wire`."""

    cloud: clouds.Cloud
    moment: str
    at_client = spreads = False

    def strike(self, exchange, forward):
        """Kill, before or after the request has reached Azure."""
        if self.moment == 'after':
            forward(exchange)
        self.cloud.kill()
        exchange.cut()


class Sweep:
    """All points of one cloud."""

    def __init__(self, cloud):
        self._cloud = cloud
        api = cloud.api
        self._compute = api.compute
        self._wanted = {
            'flavor_id': api.compute.find_flavor(clouds.FLAVOR).id,
            'image_id': api.image.find_image(clouds.IMAGE).id,
            'networks': [{'uuid': api.network.find_network(name).id}
                         for name in clouds.NETWORKS],
            'availability_zone': clouds.ZONE, 'key_name': 'kill'}
        api.compute.create_keypair(name='kill')

    def points(self):
        """Go through create and delete once; return what can be killed."""
        self._cloud.wire.disarm()
        rows = []
        self._cloud.wire.step = 'create'
        server = self._create()
        self._until(server, 'ACTIVE')
        rows += self._cloud.wire.rows
        self._cloud.wire.disarm()
        self._cloud.wire.step = 'delete'
        self._compute.delete_server(server)
        self._until_gone(server)
        rows += self._cloud.wire.rows
        self._fresh()
        return list(itertools.product(rows, MOMENTS))

    def run(self, row, moment):
        """Kill at one point; return what came of the server, and what not.

        :returns: status after the restart, list of problems, seconds
        """
        began = time.monotonic()
        server = None
        if row.step == 'delete':
            server = self._create()
            self._until(server, 'ACTIVE')
        self._cloud.wire.disarm()
        self._cloud.wire.step = row.step
        self._cloud.wire.arm(row, Killer(self._cloud, moment), False)
        if server is None:
            server = self._create()
        else:
            self._compute.delete_server(server)
        if not self._cloud.killed.wait(KILL_SECONDS):
            raise TimeoutError('the request was never made')
        # this Nova has asked Azure for nothing yet but what it asks at start
        self._cloud.restart()
        status = self._until(server, 'ACTIVE', 'ERROR', None)
        if status is not None:
            self._compute.delete_server(server)
            self._until_gone(server)
        return (status or 'deleted', self._cloud.left(),
                time.monotonic() - began)

    def start_over(self):
        """Have a new Nova, without servers."""
        self._fresh()
        for server in self._compute.servers():
            self._compute.delete_server(server, force=True)
            self._until_gone(server.id)

    def _fresh(self):
        """Have a Nova that has asked Azure for nothing since its start."""
        self._cloud.wire.disarm()
        self._cloud.kill()
        self._cloud.restart()

    def _create(self):
        return self._compute.create_server(name='kill', **self._wanted).id

    def _until(self, server, *statuses):
        """Wait until a server has one of *statuses*, None for gone."""
        deadline = time.monotonic() + SETTLE_SECONDS
        while True:
            found = self._compute.find_server(server)
            status = found and found.status
            if status in statuses and (
                    found is None or found.task_state is None):
                return status
            if time.monotonic() > deadline:
                raise TimeoutError(
                    f'{server} is {status}, {found and found.task_state}, '
                    f'not {statuses}')
            time.sleep(LOOK_SECONDS)

    def _until_gone(self, server):
        self._until(server, None)


def main():
    """Sweep, print, judge."""
    parser = argparse.ArgumentParser(prog='python -m tests.matrix.kill')
    parser.add_argument('--row', default='', help='only rows with this text')
    parser.add_argument('--every', type=int, default=1,
                        help='only each n-th point')
    options = parser.parse_args()
    # so that the sandbox is taken down by an end from outside as well
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    began = time.monotonic()
    wrong = 0
    with tempfile.TemporaryDirectory() as folder, clouds.Cloud(
            folder) as cloud:
        sweep = Sweep(cloud)
        points = [(row, moment) for row, moment in sweep.points()
                  if options.row.lower() in str(row).lower()][
                      ::options.every]
        width = max(len(str(row)) for row, _ in points)
        for row, moment in points:
            try:
                status, problems, seconds = sweep.run(row, moment)
            except Exception as exc:
                status, problems, seconds = 'stuck', [repr(exc)], 0.0
                sweep.start_over()
            wrong += bool(problems)
            print(f'{row!s:{width}}  {moment:6}  {status:8} {seconds:5.1f} s'
                  f'  {"; ".join(problems) or "nothing left"}', flush=True)
    print(f'{len(points)} points, {wrong} wrong, '
          f'{time.monotonic() - began:.0f} s')
    return 1 if wrong or not points else 0


if __name__ == '__main__':
    sys.exit(main())
