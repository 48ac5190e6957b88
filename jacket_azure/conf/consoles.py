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

"""Options of remote consoles."""

from __future__ import annotations

from oslo_config import cfg

OPTS = [
    cfg.IntOpt(
        'serial_console_sessions',
        default=64,
        min=1,
        help='How many servers of this host may have a serial console at a '
        'time. Each takes a port of [serial_console] port_range and a thread '
        'until its URL is out of date ([consoleauth] token_ttl) and nobody '
        'uses it. More are refused.',
    ),
    cfg.IntOpt(
        'serial_console_idle_timeout',
        default=900,
        min=10,
        help='Seconds after which a serial console on which nothing is typed '
        'and nothing appears is closed.',
    ),
]
