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

"""What Nova's periodic tasks cost with many servers."""

from concurrent import futures
import dataclasses
import math
import time

PAGE = 250
CONNECTIONS = 8
# no listing that the start of the service made answers after this
OLD_SECONDS = 61


@dataclasses.dataclass(frozen=True)
class Cost:
    """What one task took.

    :ivar limit: most requests it may send
    """

    task: str
    requests: int
    limit: int
    seconds: float


def fill(compute, bare, servers):
    """Make servers as the driver would, past its rate limits.

    :returns: server and ports of each
    """
    orders = [compute.order() for _ in range(servers)]
    plans = [compute.plan(*order) for order in orders]
    with futures.ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(bare.create, plans))
    return orders


def costs(compute, orders):
    """Run the tasks one after the other, and count.

    :returns: a list of :class:`Cost`
    """
    pages = math.ceil(len(orders) / PAGE)
    driver = compute.driver

    def sync():
        driver.get_num_instances()
        with futures.ThreadPoolExecutor(CONNECTIONS) as pool:
            list(pool.map(lambda order: driver.get_info(order[0]), orders))

    tasks = [
        ('power sync of all servers', sync, pages),
        ('list of instance uuids', driver.list_instance_uuids, pages),
        ('resource tracker, caches warm', lambda: driver
            .get_available_resource(driver.host), 0),
        # interfaces, disks and machines
        ('janitor pass', driver.janitorops.sweep.run,
         math.ceil(len(orders) * len(compute.cidrs) / PAGE) + 2 * pages)]
    time.sleep(OLD_SECONDS)
    driver.get_available_resource(driver.host)
    found = []
    for task, function, limit in tasks:
        with compute.statistics.record() as attempts:
            start = time.monotonic()
            function()
            seconds = time.monotonic() - start
        found.append(Cost(task, len(attempts), limit, seconds))
    return found
