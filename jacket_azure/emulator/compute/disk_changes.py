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

"""What a disk cannot become once it is there.

Source: learn.microsoft.com, virtual-machines/disks-convert-types and
disks-shared; texts about a changed source are the service's, others are
unverified.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import profiles
from jacket_azure.emulator import store
from jacket_azure.emulator.compute import disk_model
from jacket_azure.emulator.compute import disk_skus

if TYPE_CHECKING:
    from jacket_azure.emulator import server

_DAY_SECONDS = 86400
# of IOPS and MB/s of one disk, and of its SKU
_MOST_ADJUSTMENTS = 4
_MOST_CONVERSIONS = 2
_PERFORMANCE = ('diskIOPSReadWrite', 'diskMBpsReadWrite')


def check_creation(known: dict[str, Any], wanted: dict[str, Any]) -> None:
    """Refuse a PUT whose source is not the one the disk was made from.

    :param known: ``creationData`` of the disk or snapshot that is there
    :param wanted: that of the request; what it leaves out is no wish
    :raises ArmError: 409 PropertyChangeNotAllowed
    """
    for name, value in wanted.items():
        if not _differs(known.get(name), value):
            continue
        # the service says sourceUri of any source
        target = 'sourceUri' if name.startswith('source') else 'creationData'
        raise errors.ArmError(
            409, 'PropertyChangeNotAllowed',
            f"Changing property '{target}' is not allowed.", target=target)


def _differs(known: Any, wanted: Any) -> bool:
    """Compare; what Azure has filled in since does not count."""
    if isinstance(wanted, dict):
        return any(_differs((known or {}).get(name), value)
                   for name, value in wanted.items())
    if isinstance(known, str) and isinstance(wanted, str):
        return not f'{known.lower()}/'.startswith(f'{wanted.lower()}/')
    return bool(known != wanted)


def check_sku(emulator: server.Emulator, disk: store.Resource,
              sku: str) -> None:
    """Refuse another SKU.

    :raises ArmError: 409
    """
    old = disk.body['sku']['name']
    if sku == old:
        return
    reason = _why_not(emulator, disk, old, sku)
    if reason is not None:
        raise errors.ArmError(
            409, 'OperationNotAllowed', f'The Sku of disk {disk.name} cannot '
            f'be changed from {old} to {sku}{reason}.')
    vm = disk_model.running_owner(emulator, disk)
    if vm is not None:
        raise errors.ArmError(
            409, 'OperationNotAllowed', f'The Sku of disk {disk.name} cannot '
            f'be changed while it is attached to running VM {vm.id}.')


def _why_not(emulator: server.Emulator, disk: store.Resource, old: str,
             new: str) -> str | None:
    if 'UltraSSD_LRS' in (old, new) or old == 'PremiumV2_LRS':
        return ''
    if old.endswith('_ZRS') != new.endswith('_ZRS'):
        return ', which is redundant in another way'
    if new != 'PremiumV2_LRS':
        return None
    if disk.properties.get('osType'):
        return ', for it has an operating system'
    if profiles.zones(emulator, disk.location) and not disk.body.get('zones'):
        return ', for it is in no zone'
    return None


def count(emulator: server.Emulator, disk: store.Resource, sku: str,
          wanted: dict[str, Any]) -> None:
    """Refuse one change too many within a day; the last check of all.

    :raises ArmError: 409
    """
    if sku != disk.body['sku']['name']:
        _count(emulator, disk, 'conversions', _MOST_CONVERSIONS,
               'The Sku of a disk')
    elif sku in disk_skus.ADJUSTABLE and any(
            wanted.get(name) not in (None, disk.properties.get(name))
            for name in _PERFORMANCE):
        _count(emulator, disk, 'adjustments', _MOST_ADJUSTMENTS,
               'The performance of a disk')


def check_shares(emulator: server.Emulator, disk: store.Resource,
                 wanted: dict[str, Any]) -> None:
    """Refuse another ``maxShares`` while a machine runs with the disk.

    :raises ArmError: 409
    """
    shares = wanted.get('maxShares')
    if shares in (None, disk.properties.get('maxShares') or 1):
        return
    vm = disk_model.running_owner(emulator, disk)
    if vm is not None:
        raise errors.ArmError(
            409, 'OperationNotAllowed', f'maxShares of disk {disk.name} '
            f'cannot be changed while it is attached to running VM {vm.id}.')


def _count(emulator: server.Emulator, disk: store.Resource, what: str,
           most: int, words: str) -> None:
    now = emulator.clock.time()
    recent = [when for when in disk.private.get(what, ())
              if now - when < _DAY_SECONDS]
    if len(recent) >= most:
        raise errors.ArmError(
            409, 'OperationNotAllowed', f'{words} can be changed {most} '
            f'times in 24 hours. Retry later for disk {disk.name}.')
    disk.private[what] = [*recent, now]
