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

"""From connection properties to an open volume.

They name the option group of the backend, so that any process with the same
configuration file can open the volume: cinder-volume of another backend,
cinder-backup.
"""

from __future__ import annotations

from collections.abc import Mapping
import functools
import threading
from typing import Any

from oslo_config import cfg

from jacket_azure import conf as azure_conf
from jacket_azure import exceptions
from jacket_azure.arm import azure as arm_azure
from jacket_azure.brick import volume_file
from jacket_azure.disks import interface
from jacket_azure.disks import loader
from jacket_azure.disks import models
from jacket_azure.payload import tags

_lock = threading.Lock()
_models: dict[str, interface.DiskModel] = {}


def provide(group: str, disks: interface.DiskModel) -> None:
    """Use a disk model that this process has connected already."""
    with _lock:
        _models[group] = disks


def open_file(properties: Mapping[str, Any]) -> volume_file.VolumeFile:
    """Open a volume, or a snapshot to read.

    :param properties: the ``data`` of ``initialize_connection``; with
        ``blank`` the volume may be made anew before it is written, with
        ``fresh`` it holds nothing but zeros
    """
    disks = _model(properties['config_group'])
    size_bytes = properties['size_gib'] * models.GIB
    if 'snapshot_name' in properties:
        read = functools.partial(
            disks.open_snapshot_reader, properties['snapshot_name']
        )
        return volume_file.VolumeFile(size_bytes, read)
    name = properties['disk_name']
    write = functools.partial(_rewrite, disks, dict(properties))
    if properties.get('blank'):
        return volume_file.VolumeFile(
            size_bytes, None, write, fresh=properties.get('fresh', False)
        )
    return volume_file.VolumeFile(
        size_bytes, functools.partial(disks.open_reader, name)
    )


def _model(group: str) -> interface.DiskModel:
    with _lock:
        found = _models.get(group)
        if found is None:
            options = azure_conf.register_opts(cfg.CONF, group)
            found = loader.connect(options, arm_azure.connect(options))
            _models[group] = found
        return found


def _rewrite(
    disks: interface.DiskModel, properties: dict[str, Any]
) -> models.RangedWriter:
    """Replace a disk by one that is written.

    Only what Cinder calls blank comes here: the target of a migration or of
    a restore, none of whose bytes anybody needs. After a failure there may
    be no disk, but still somebody who tries once more.
    """
    name = properties['disk_name']
    try:
        disk = disks.get(name)
        kind, known_tags = disk.kind, disk.tags
    except exceptions.NotFound:
        kind = models.Kind(**properties['kind'])
        known_tags = properties['tags']
    spec = models.VolumeSpec(
        name=name,
        size_gib=properties['size_gib'],
        kind=kind,
        # an upload that was cut off has left it marked as temporary
        tags={**known_tags, tags.KIND: tags.KIND_VOLUME},
        os_type=properties.get('os_type'),
        generation=properties.get('generation'),
    )
    return disks.open_writer(spec, anew=True)
