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

"""What an instance view tells a person about a virtual machine."""

from __future__ import annotations

from collections import abc
from dataclasses import dataclass
from typing import Any

from jacket_azure.payload import instance_view

# of the status that all parts have
_STATE = 'provisioningstate'


@dataclass(frozen=True)
class Part:
    """The agent, an extension or a disk.

    :ivar name: of an extension ``publisher.type``
    :ivar state: in Azure's words, e.g. ``Ready``, ``Provisioning succeeded``
    :ivar time: when it came to that state, ISO 8601
    """

    name: str
    state: str
    message: str = ''
    version: str = ''
    time: str = ''


@dataclass(frozen=True)
class Diagnostics:
    """A virtual machine as Azure sees it from outside.

    :ivar agent: None while the guest does not run or tells nothing
    :ivar system: name and version of the guest's system, as its agent says
    :ivar nic_ids: full ARM ids, the primary one first
    :ivar created: ISO 8601
    :ivar changed: when it last came to its provisioning state
    """

    state: instance_view.VmState
    size: str
    generation: str
    host_name: str
    system: str
    agent: Part | None
    extensions: tuple[Part, ...]
    disks: tuple[Part, ...]
    nic_ids: tuple[str, ...]
    created: str
    changed: str

    @property
    def is_agent_ready(self) -> bool:
        """Say whether the agent in the guest does what it is told."""
        return self.agent is not None and self.agent.state.lower() == 'ready'


def parse(vm: abc.Mapping[str, Any]) -> Diagnostics:
    """Read a virtual machine; what Azure leaves out is empty.

    :param vm: as read with ``$expand=instanceView``

    Source: Compute REST API 2026-04-01, VirtualMachineInstanceView.
    """
    properties = vm.get('properties') or {}
    view = properties.get('instanceView') or {}
    own = _status(view)
    return Diagnostics(
        state=instance_view.parse(vm),
        size=_text(properties.get('hardwareProfile') or {}, 'vmSize'),
        generation=_text(view, 'hyperVGeneration'),
        host_name=_text(view, 'computerName'),
        system=f'{_text(view, "osName")} {_text(view, "osVersion")}'.strip(),
        agent=_agent(view.get('vmAgent')),
        extensions=tuple(
            _part(each, _text(each, 'type') or _text(each, 'name'))
            for each in view.get('extensions') or ()
        ),
        disks=tuple(
            _part(each, _text(each, 'name'))
            for each in view.get('disks') or ()
        ),
        nic_ids=_nic_ids(properties.get('networkProfile') or {}),
        created=_text(properties, 'timeCreated'),
        changed=_text(own, 'time'),
    )


def flatten(found: Diagnostics) -> dict[str, Any]:
    """Name each fact, as the older form of Nova's answer wants it.

    :returns: keys such as ``agent_state``, ``disk0_name``
    """
    flat: dict[str, Any] = {
        'power_state': str(found.state.power),
        'provisioning_state': found.state.provisioning,
        'hibernated': found.state.hibernated,
        'vm_size': found.size,
        'generation': found.generation,
        'host_name': found.host_name,
        'guest_system': found.system,
        'created': found.created,
        'changed': found.changed,
    }
    if found.state.error:
        flat['error_code'] = found.state.error.code
        flat['error_message'] = found.state.error.message
    if found.agent:
        flat |= _named('agent', found.agent)
    for kind, parts in (
        ('extension', found.extensions),
        ('disk', found.disks),
    ):
        for index, part in enumerate(parts):
            flat |= _named(f'{kind}{index}', part)
    return flat


def _named(prefix: str, part: Part) -> dict[str, str]:
    facts = {
        'name': part.name,
        'state': part.state,
        'message': part.message,
        'version': part.version,
        'time': part.time,
    }
    return {f'{prefix}_{key}': fact for key, fact in facts.items() if fact}


def _agent(agent: abc.Mapping[str, Any] | None) -> Part | None:
    return _part(agent, '', 'vmAgentVersion') if agent else None


def _part(
    seen: abc.Mapping[str, Any],
    name: str,
    version: str = 'typeHandlerVersion',
) -> Part:
    status = _status(seen)
    return Part(
        name=name,
        state=_text(status, 'displayStatus') or _text(status, 'code'),
        message=_text(status, 'message'),
        version=_text(seen, version),
        time=_text(status, 'time'),
    )


def _status(seen: abc.Mapping[str, Any]) -> abc.Mapping[str, Any]:
    """Return the status that says how it was set up, else the first."""
    statuses = [one for one in seen.get('statuses') or () if one]
    for status in statuses:
        if _text(status, 'code').lower().startswith(_STATE):
            return dict(status)
    return dict(statuses[0]) if statuses else {}


def _nic_ids(profile: abc.Mapping[str, Any]) -> tuple[str, ...]:
    references = [
        each for each in profile.get('networkInterfaces') or ()
        if each.get('id')
    ]
    references.sort(
        key=lambda each: not (each.get('properties') or {}).get('primary')
    )
    return tuple(str(each['id']) for each in references)


def _text(seen: abc.Mapping[str, Any], key: str) -> str:
    return str(seen.get(key) or '')
