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

"""How long servers take: one beside the bare SDK, and many at once."""

from concurrent import futures
import dataclasses
import statistics
import time

from jacket_azure.arm import gates

# what one server may cost over the bare SDK, and many over one
MOST_OVERHEAD = 1.10
MOST_SPREAD = 1.3


@dataclasses.dataclass(frozen=True)
class Pair:
    """Seconds the same request took, by the SDK alone and by the driver."""

    bare: float
    driver: float


@dataclasses.dataclass(frozen=True)
class Crowd:
    """Many at once.

    :ivar seconds: after which each was there, sorted
    :ivar forced: seconds in which Azure's rate limits let that many through
    :ivar throttled: answers 429
    :ivar requests: all, polls included
    """

    seconds: list[float]
    forced: float
    throttled: int
    requests: int

    @property
    def last(self):
        return self.seconds[-1]


def timed(function, *arguments):
    """Call, and return the seconds it took."""
    start = time.monotonic()
    function(*arguments)
    return time.monotonic() - start


def pairs(compute, bare, rounds):
    """Create and delete a server in turns, by the SDK and by the driver.

    :returns: pairs of the creations, pairs of the deletions
    """
    made, gone = [], []
    for _ in range(rounds):
        by_driver, plan = compute.order(), compute.plan(*compute.order())
        made.append(Pair(timed(bare.create, plan),
                         timed(compute.create, *by_driver)))
        gone.append(Pair(timed(bare.delete, plan),
                         timed(compute.delete, *by_driver)))
    return made, gone


def overhead(found):
    """Return the median ratio of the driver's time to the SDK's."""
    return statistics.median(pair.driver / pair.bare for pair in found)


def crowd(compute, work, orders):
    """Do something to many servers at once.

    :param work: called with a server and its ports
    """
    with compute.statistics.record() as attempts:
        start = time.monotonic()

        def one(order):
            work(*order)
            return time.monotonic() - start

        with futures.ThreadPoolExecutor(len(orders)) as pool:
            seconds = sorted(pool.map(one, orders))
    return Crowd(
        seconds, forced_seconds(attempts),
        sum(attempt.status == 429 for attempt in attempts), len(attempts))


def limit_seconds(found, one):
    """Return how long many may take.

    :param one: seconds that one takes alone
    """
    return one * MOST_SPREAD + max(0, found.forced - one)


def forced_seconds(attempts):
    """Return how long Azure's limits of a subscription make them last."""
    kinds = {'GET': 'read', 'DELETE': 'delete'}
    counts = dict.fromkeys(gates.SUBSCRIPTION, 0)
    for attempt in attempts:
        counts[kinds.get(attempt.method, 'write')] += 1
    return max(
        max(0, counts[kind] - limit.burst) / limit.per_second
        for kind, limit in gates.SUBSCRIPTION.items())
