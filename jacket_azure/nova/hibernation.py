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

"""Make new machines able to hibernate, where they can and it is wanted."""

from __future__ import annotations

import dataclasses
from typing import Any

from oslo_log import log as logging

from jacket_azure.mapping import image_target
from jacket_azure.nova import backend as backends
from jacket_azure.nova import planning
from jacket_azure.payload import hibernation
from jacket_azure.payload import images

LOG = logging.getLogger(__name__)


def prepare(backend: backends.Backend, plan: planning.Plan) -> planning.Plan:
    """Return the plan of a machine that can hibernate, if it is to.

    All that is asked is remembered from planning.
    """
    if not (
        backend.conf.hibernation
        and backend.azure.cloud.capabilities.hibernation
    ):
        return plan
    properties = plan.vm_body['properties']
    size = backend.catalogue.size(properties['hardwareProfile']['vmSize'])
    why = hibernation.hindrance(
        plan.vm_body, size, _facts(backend, properties['storageProfile'])
    )
    if why is not None:
        LOG.info('Virtual machine %s cannot hibernate: %s', plan.vm, why)
        return plan
    return dataclasses.replace(
        plan, vm_body=hibernation.enable(plan.vm_body)
    )


def _facts(backend: backends.Backend, storage: Any) -> Any:
    """Return what the marketplace says of the image; None for others."""
    reference = storage.get('imageReference') or {}
    if not reference.get('publisher'):
        return None
    found: images.ImageFacts = backend.catalogue.image_facts(
        image_target.ImageTarget(os_type=None, **reference)
    )
    return found
