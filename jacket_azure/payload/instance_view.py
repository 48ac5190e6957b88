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

"""Instance view statuses to power and provisioning state."""

from __future__ import annotations

from collections import abc
from dataclasses import dataclass
import enum
from typing import Any


class Power(enum.StrEnum):
    """Power state of a virtual machine, in Azure's words."""

    RUNNING = 'running'
    STARTING = 'starting'
    STOPPING = 'stopping'
    STOPPED = 'stopped'
    DEALLOCATING = 'deallocating'
    DEALLOCATED = 'deallocated'
    UNKNOWN = 'unknown'


@dataclass(frozen=True)
class VmError:
    """Why a virtual machine is in state failed."""

    code: str
    message: str


@dataclass(frozen=True)
class VmState:
    """What an instance view tells.

    :param power: UNKNOWN when Azure does not say or says a new word; never
        to be read as stopped
    :param provisioning: lower case, e.g. ``creating``, ``succeeded``,
        ``failed``, ``updating``, ``deleting``, ``unknown``
    :param hibernated: the memory is on the OS disk; the machine is then
        deallocated as well
    :param error: set only when provisioning failed
    """

    power: Power = Power.UNKNOWN
    provisioning: str = 'unknown'
    hibernated: bool = False
    error: VmError | None = None


def parse(vm: abc.Mapping[str, Any]) -> VmState:
    """Read the state of a virtual machine.

    Tolerates a missing view, unknown codes and unknown kinds of status:
    Azure adds new ones without notice.

    :param vm: as read with ``$expand=instanceView``

    Source: Compute REST API 2026-04-01, VirtualMachineInstanceView.statuses.
    """
    properties = vm.get('properties') or {}
    provisioning = str(properties.get('provisioningState') or 'unknown')
    state: dict[str, Any] = {'provisioning': provisioning.lower()}
    view = properties.get('instanceView') or {}
    for status in view.get('statuses') or ():
        kind, _, rest = str(status.get('code') or '').partition('/')
        word, _, detail = rest.partition('/')
        if kind == 'PowerState':
            state['power'] = _power(word)
        elif kind == 'HibernationState':
            state['hibernated'] = word.lower() == 'hibernated'
        elif kind == 'ProvisioningState' and word:
            state['provisioning'] = word.lower()
            if word.lower() == 'failed':
                state['error'] = VmError(
                    detail or 'ProvisioningFailed',
                    str(
                        status.get('message')
                        or status.get('displayStatus')
                        or 'Provisioning failed'
                    ),
                )
    return VmState(**state)


def _power(word: str) -> Power:
    try:
        return Power(word.lower())
    except ValueError:
        return Power.UNKNOWN
