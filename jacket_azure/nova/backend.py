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

"""What every part of the driver works with, put together once at start."""

from __future__ import annotations

from collections.abc import Callable
import dataclasses
import functools
import os
import time
from typing import Any

import nova.conf

from jacket_azure.disks import interface
from jacket_azure.disks import loader
from jacket_azure.nova import attachments as attaching
from jacket_azure.nova import catalogue as catalogues
from jacket_azure.nova import power_states as states
from jacket_azure.nova import shortages


@dataclasses.dataclass(frozen=True)
class Backend:
    """The Azure side of one nova-compute host.

    :ivar conf: the ``[azure]`` options
    :ivar host: ``CONF.host``, also the name of the only node
    :ivar azure: the client layer
    :ivar mapping_file: the operator's mapping file, followed as it changes
    :ivar disks: the disk model
    :ivar attachments: data disks of machines, joined
    """

    conf: Any
    host: str
    azure: Any
    mapping_file: Any
    catalogue: catalogues.Catalogue
    power_states: states.PowerStates
    shortages: shortages.Shortages
    disks: interface.DiskModel
    attachments: attaching.Attachments

    @property
    def owner(self) -> str:
        """Deployment id in the ownership tag of all we make."""
        return self.conf.owner

    @functools.cached_property
    def image_cache(self) -> Any:
        """Images that were brought from Glance, and stay for a while."""
        # loaded where somebody brings one
        from jacket_azure.imaging import cache
        from jacket_azure.imaging import staging

        return cache.ImageCache(
            self.disks,
            self.conf,
            staging.Staging(
                self.conf.image_staging_directory
                or os.path.join(nova.conf.CONF.state_path, 'azure-images'),
                self.conf.image_staging_size_gib * staging.GIB,
            ),
        )

    @property
    def mapping(self) -> Any:
        """The mapping now in force."""
        return self.mapping_file.current()


def build(
    conf: Any,
    host: str,
    azure: Any,
    mapping_file: Any,
    clock: Callable[[], float] = time.monotonic,
) -> Backend:
    """Put the caches around a connected client layer.

    :param clock: monotonic seconds by which the caches grow old
    """
    disks = loader.connect(conf, azure)
    power_states = states.PowerStates(
        azure.virtual_machines,
        conf.owner,
        host,
        conf.power_state_cache_seconds,
        clock,
    )
    return Backend(
        conf=conf,
        host=host,
        azure=azure,
        mapping_file=mapping_file,
        catalogue=catalogues.Catalogue(
            conf, azure, power_states, host, clock
        ),
        power_states=power_states,
        shortages=shortages.Shortages(conf.capacity_memory_seconds, clock),
        disks=disks,
        attachments=attaching.Attachments(azure, disks),
    )
