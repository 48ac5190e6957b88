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

"""What Nova, or a host that copies bytes, needs to attach a volume.

Identifiers only: Cinder and Nova keep it in their databases and show it in
their APIs. No request is made; whether the disk is free is Azure's to say
when the virtual machine is changed.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from cinder import exception as cinder_exception

from jacket_azure.brick import connector as brick
from jacket_azure.cinder import backend as backends
from jacket_azure.cinder import facts
from jacket_azure.cinder import kinds
from jacket_azure.cinder import volume_names
from jacket_azure.payload import disk_rules
from jacket_azure.payload import tags
from jacket_azure.payload import volume_kind

# in a connector that nova-compute made with our driver
VIRTUAL_MACHINE = 'azure_vm_id'

# the bytes of such a volume will all be written: what is there may go
# (a rebuild from a snapshot, which Cinder copies, is called downloading)
_BLANK_STATUS = ('restoring-backup', 'downloading')
# made a moment ago, to restore a backup into it
_FRESH_STATUS = ('creating',)


class Connections:
    """Attachments to volumes of one backend."""

    def __init__(self, backend: backends.Backend) -> None:
        self._backend = backend
        self._disks = backend.disks

    def describe(
        self, volume: Any, connector: dict[str, Any]
    ) -> dict[str, Any]:
        """Build the ``connection_info`` of a volume."""
        name = volume_names.of_volume(self._disks, volume)
        known = facts.of_volume(volume, self._disks, name)
        wanted = kinds.of_type(
            self._backend, volume.volume_type_id, volume.size, known.sku
        )
        data = {
            **self._place(),
            'volume_id': volume.id,
            'disk_name': name,
            'disk_id': self._disks.disk_id(name),
            'size_gib': volume.size,
            'sku': known.sku,
            'zone': known.zone,
            'caching': disk_rules.caching_of(wanted.kind, volume.size),
            'shared': known.shares > 1,
            'os_type': known.os_type,
            'generation': known.generation,
            'security_type': known.security_type,
            'access_mode': 'rw',
            'qos_specs': None,
        }
        if VIRTUAL_MACHINE not in connector:
            data.update(
                self._for_host(
                    volume,
                    dataclasses.replace(
                        wanted.kind,
                        sku=known.sku,
                        zone=known.zone,
                        max_shares=known.shares,
                    ),
                )
            )
        return {'driver_volume_type': brick.PROTOCOL, 'data': data}

    def _for_host(
        self, volume: Any, kind: volume_kind.Kind
    ) -> dict[str, Any]:
        """Return what a process needs that reads or writes the bytes."""
        fresh = (
            kinds.is_migration_target(volume) or volume.status in _FRESH_STATUS
        )
        return {
            'config_group': self._backend.group,
            'blank': fresh or volume.status in _BLANK_STATUS,
            'fresh': fresh,
            # to make the disk with, if an earlier try has left none
            'kind': dataclasses.asdict(kind),
            'tags': self._backend.tags(
                tags.KIND_VOLUME, volume.id, volume.project_id
            ),
        }

    def describe_snapshot(self, snapshot: Any) -> dict[str, Any]:
        """Build the ``connection_info`` of a snapshot, which is only read."""
        data = {
            **self._place(),
            'snapshot_name': volume_names.of_snapshot(self._disks, snapshot),
            'size_gib': snapshot.volume_size,
            'access_mode': 'ro',
            'config_group': self._backend.group,
        }
        return {'driver_volume_type': brick.PROTOCOL, 'data': data}

    def _place(self) -> dict[str, Any]:
        return {
            'disk_model': self._backend.conf.disk_model,
            'location': self._backend.azure.location,
            'subscription_id': self._backend.azure.subscription_id,
        }


def check_connector(connector: dict[str, Any]) -> None:
    """Refuse who cannot attach a disk of Azure.

    :raises InvalidConnectorException: neither an instance of ours nor a
        host whose os-brick knows our protocol
    """
    if VIRTUAL_MACHINE in connector or brick.KEY in connector:
        return
    raise cinder_exception.InvalidConnectorException(
        missing=f'{VIRTUAL_MACHINE} (only instances that run on Azure can '
        f'attach a disk of Azure)'
    )
