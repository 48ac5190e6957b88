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

"""Free TCP ports on loopback for the services of one sandbox."""

from __future__ import annotations

from collections.abc import Iterable
import random
import socket

from jacket_azure.sandbox import errors

HOST = '127.0.0.1'

# Below the range from which Linux takes the ports of outgoing connections
# (32768 to 60999), so that no client steals a port while we are stopped.
FIRST, LAST = 20000, 32000


def is_free(port: int) -> bool:
    """Return whether a server could listen on *port* of loopback now."""
    with socket.socket() as probe:
        # as servers do: a port in TIME_WAIT counts as free
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def choose(names: Iterable[str], first: int | None = None) -> dict[str, int]:
    """Choose one free port per name, next to each other where possible.

    :param first: where to begin to look; by default at random, so that two
        sandboxes started at the same moment do not take the same ports
    :raises SandboxError: there are not enough free ports
    """
    if first is None:
        first = random.randrange(FIRST, LAST - 200)  # noqa: S311
    candidates = iter(range(first, LAST))
    chosen = {}
    for name in names:
        for port in candidates:
            if is_free(port):
                chosen[name] = port
                break
        else:
            raise errors.SandboxError(
                f'no free port for {name} between {first} and {LAST}')
    return chosen
