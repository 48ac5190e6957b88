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

"""``[azure]``: what clears away resources that belong to nothing any more."""

from oslo_config import cfg
from oslo_config import types

KINDS = ('nic', 'os-disk', 'public-ip', 'temporary', 'upload', 'volume')

OPTS = [
    cfg.IntOpt(
        'janitor_interval',
        default=600,
        help='Seconds between two passes of the janitor of a nova-compute '
        'service, which deletes what failed builds, deletions and calls that '
        'were cut short left in Azure. 0 or less means no passes; '
        '"jacket-azure janitor" then is the only way to find them. A pass '
        'costs one listing of each kind and one of the virtual machines.',
    ),
    cfg.IntOpt(
        'janitor_grace_time',
        default=3600,
        min=300,
        help='Seconds a resource must have been there, or detached, and its '
        'server deleted, before it can count as left over. A few minutes '
        'are added for clocks that differ. Two passes, at least five '
        'minutes apart, must agree on top of that.',
    ),
    cfg.IntOpt(
        'janitor_max_deletions',
        default=50,
        min=1,
        help='Most resources that one pass deletes; the next pass goes on.',
    ),
    cfg.BoolOpt(
        'janitor_dry_run',
        default=False,
        help='Only log what would be deleted, and why.',
    ),
    cfg.ListOpt(
        'janitor_kinds',
        item_type=types.String(choices=KINDS),
        default=[kind for kind in KINDS if kind != 'volume'],
        help='Kinds of resources that the janitor may delete: nic (network '
        'interfaces), os-disk, public-ip, temporary (snapshots that a copy '
        'was made from, after a day), upload (disks of volumes that were '
        'never completed) and volume (disks that no volume of Cinder has). '
        'What is not listed is left alone. upload and volume need [cinder] '
        'with credentials of an administrator; without them they stay. '
        'volume is not among the defaults: after Cinder\'s database was '
        'restored from a backup, its janitor would delete what was made '
        'since.',
    ),
]
