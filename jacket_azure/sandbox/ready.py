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

"""When the cloud can be used: conditions read from its own APIs."""

from __future__ import annotations

from typing import Any

from jacket_azure.sandbox import render

WORKERS = {'nova-conductor', 'nova-scheduler', 'nova-compute',
           'cinder-scheduler', 'cinder-volume'}


def missing(cloud: Any, since: dict[str, str]) -> str | None:
    """Return what is not ready yet, or None.

    A service counts as up for a minute after its death, and the cells and
    Placement keep what a former run told them, so reports must be newer
    than the start of the process.

    :param since: nova and cinder -> UTC time of the start, as they write it
    """
    for project, services in (
            ('nova', cloud.compute.services()),
            ('cinder', cloud.block_storage.services())):
        fresh = {service.binary for service in services
                 if service.state == 'up'
                 and stamp(service.updated_at) >= since[project]}
        expected = {binary for binary in WORKERS
                    if binary.startswith(project)}
        if expected - fresh:
            return 'no report from ' + ', '.join(sorted(expected - fresh))
    # empty until the scheduler heard from the backend: volumes would fail
    if not list(cloud.block_storage.backend_pools()):
        return 'no volume pool'
    # lists only hosts that are mapped to a cell
    if not list(cloud.compute.hypervisors()):
        return f'host {render.HOST} not mapped to a cell'
    return missing_inventory(cloud)


def missing_inventory(cloud: Any) -> str | None:
    """Return what the compute host has not yet told Placement, or None."""
    for provider in cloud.placement.resource_providers():
        classes = {
            inventory.resource_class for inventory in
            cloud.placement.resource_provider_inventories(provider)}
        if {'VCPU', 'MEMORY_MB', 'DISK_GB'} <= classes:
            return None
    return 'no inventory in Placement'


def stamp(text: str | None) -> str:
    """Return a time as the services print it, cut to whole seconds."""
    return (text or '').replace(' ', 'T')[:19]
