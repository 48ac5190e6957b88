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

"""The network interfaces of a virtual machine: who they are, and changes."""

from __future__ import annotations

from collections import abc
from dataclasses import dataclass
from typing import Any

from jacket_azure import exceptions
from jacket_azure.payload import names


@dataclass(frozen=True)
class Attached:
    """A network interface as its machine lists it.

    :ivar id: full ARM id
    :ivar primary: the only one is, whatever the machine says
    """

    id: str
    primary: bool


def parse(vm: abc.Mapping[str, Any]) -> tuple[Attached, ...]:
    """Return a machine's network interfaces, in its own order."""
    references = _references(vm)
    return tuple(
        Attached(
            str(one['id']),
            len(references) == 1
            or bool((one.get('properties') or {}).get('primary')),
        )
        for one in references
    )


def find(
    attached: abc.Iterable[Attached], nic_id: str
) -> Attached | None:
    """Return the interface of that id, None when it is not there."""
    for one in attached:
        if names.same_id(one.id, nic_id):
            return one
    return None


def build_attach(
    vm: abc.Mapping[str, Any], nic_id: str, cascade_delete: bool
) -> dict[str, Any]:
    """Build the PATCH body that adds an interface, not as the primary one.

    :param vm: as read; the list is sent whole, so its etag matters
    :param cascade_delete: the interface goes when the machine does

    Source: Compute REST API 2026-04-01, virtual-machines/update.
    """
    added: dict[str, Any] = {'primary': False}
    if cascade_delete:
        added['deleteOption'] = 'Delete'
    others = [one for one in _kept(vm) if not names.same_id(one['id'], nic_id)]
    return _body([*others, {'id': nic_id, 'properties': added}])


def build_detach(vm: abc.Mapping[str, Any], nic_id: str) -> dict[str, Any]:
    """Build the PATCH body that takes an interface away.

    :raises InvalidRequest: it is the last or the primary one
    """
    found = find(parse(vm), nic_id)
    if found is not None and found.primary:
        last = len(_references(vm)) == 1
        raise exceptions.InvalidRequest(
            'A virtual machine on Azure needs at least one network '
            'interface; this is its last.'
            if last
            else 'This is the primary network interface of the virtual '
            'machine, which Azure cannot take away.'
        )
    return _body(
        [one for one in _kept(vm) if not names.same_id(one['id'], nic_id)]
    )


def _references(vm: abc.Mapping[str, Any]) -> list[abc.Mapping[str, Any]]:
    profile = (vm.get('properties') or {}).get('networkProfile') or {}
    return [
        one for one in profile.get('networkInterfaces') or () if one.get('id')
    ]


def _kept(vm: abc.Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what is there, each saying whether it is the primary one."""
    return [
        {
            'id': one.id,
            'properties': {
                **(reference.get('properties') or {}),
                'primary': one.primary,
            },
        }
        for one, reference in zip(parse(vm), _references(vm), strict=True)
    ]


def _body(references: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        'properties': {'networkProfile': {'networkInterfaces': references}}
    }
