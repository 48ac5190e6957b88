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

"""TCP ports for serial consoles, out of Nova's range."""

from __future__ import annotations

import socket

from nova import exception as nova_exception
import nova.conf
from nova.conf import serial_console
from oslo_log import log as logging

LOG = logging.getLogger(__name__)
CONF = nova.conf.CONF


def listen() -> socket.socket:
    """Listen on a port of Nova's range.

    Not by ``nova.console.serial.acquire_port``, to which a port whose last
    client has just gone is taken, and worth a warning.

    :raises SocketPortRangeExhaustedException: none is free
    """
    host = CONF.serial_console.proxyclient_address
    for port in _ports(CONF.serial_console.port_range) or _ports(
        serial_console.DEFAULT_PORT_RANGE
    ):
        try:
            return socket.create_server((host, port), backlog=4)
        except OSError as exc:
            LOG.debug('Not port %d: %s', port, exc)
    raise nova_exception.SocketPortRangeExhaustedException(host=host)


def _ports(text: str) -> range:
    """Return the ports that an option names; the last is not among them."""
    first, _, end = text.partition(':')
    return range(int(first), int(end))
