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

"""Requests on the wire, polls not counted, beside the budgets.

The budgets are those of the design, and unit tests assert them too; here
they are seen together, against an emulator that is reached over the network.
"""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Count:
    """What one operation sent."""

    operation: str
    requests: int
    budget: int
    polls: int


def counts(compute):
    """Run each operation once, caches warm.

    :returns: a list of :class:`Count`
    """
    driver = compute.driver
    server, ports = compute.order()
    steps = [
        ('create, 2 ports', len(ports) + 1,
         lambda: compute.create(server, ports)),
        ('stop', 1, lambda: driver.power_off(server, timeout=60)),
        ('start', 1,
         lambda: driver.power_on(compute.context, server, ports)),
        ('soft reboot', 1, lambda: driver.reboot(
            compute.context, server, ports, 'SOFT')),
        # off without asking the guest, and on: Azure has no such restart
        ('hard reboot', 2, lambda: driver.reboot(
            compute.context, server, ports, 'HARD')),
        ('delete', 1, lambda: compute.delete(server, ports))]
    found = []
    for operation, budget, step in steps:
        with compute.statistics.record() as attempts:
            step()
        polls = sum(attempt.is_poll for attempt in attempts)
        found.append(
            Count(operation, len(attempts) - polls, budget, polls))
    return found
