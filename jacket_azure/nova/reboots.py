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

"""Reboots through the guest that take too long become hard ones."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nova import context as nova_context
from nova import exception as nova_exception
from nova.compute import api as compute_api
from oslo_log import log as logging

LOG = logging.getLogger(__name__)


def force(instances: Iterable[Any]) -> None:
    """Ask Nova to reboot servers hard, as a user would.

    :param instances: rebooting for longer than ``[DEFAULT] reboot_timeout``

    Source: nova 34 ``ComputeManager._poll_rebooting_instances``.
    """
    context = nova_context.get_admin_context()
    api = compute_api.API()
    for instance in instances:
        LOG.warning(
            'The reboot takes too long and becomes a hard one',
            instance=instance,
        )
        try:
            api.reboot(context, instance, 'HARD')
        except (
            nova_exception.InstanceInvalidState,
            nova_exception.InstanceNotFound,
            nova_exception.UnexpectedTaskStateError,
        ) as exc:
            # it ended meanwhile, one way or another
            LOG.info('No hard reboot: %s', exc, instance=instance)
