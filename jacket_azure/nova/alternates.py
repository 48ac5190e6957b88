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

"""Whether Nova has another host to try when Azure has no room here.

Of a build that ran out of hosts nova 34 tells its user that it ran out of
hosts, and not why (conductor/manager.py, ``build_instances``). So the host
that knows itself to be the last one ends the build with Azure's own words.
"""

from __future__ import annotations

from typing import Any

from nova import objects
from nova import servicegroup
import nova.conf
from oslo_log import log as logging

CONF = nova.conf.CONF
LOG = logging.getLogger(__name__)

# In the instance's system metadata, which travels with it from host to host
TRIED = 'azure_tried_hosts'
# The column holds 255 characters
_LONGEST = 255


def note_tried(instance: Any, host: str) -> list[str]:
    """Remember on the instance that a host had no room for it.

    The compute manager saves it with the instance.

    :returns: all hosts that had none so far, this one the last
    """
    before = instance.system_metadata.get(TRIED, '').split(',')
    hosts = [each for each in before if each and each != host] + [host]
    text = ','.join(hosts)
    if len(text) <= _LONGEST:
        instance.system_metadata[TRIED] = text
    return hosts


def forget_tried(instance: Any) -> None:
    """Remove the note once there is a server."""
    instance.system_metadata.pop(TRIED, None)


def remain(context: Any, tried: list[str]) -> bool:
    """Tell whether a host is left that Nova may try.

    Every nova-compute of the cell that is enabled and up counts, also one of
    another hypervisor: which of them the scheduler chose as alternates
    nobody tells the driver. Nova tries ``[scheduler] max_attempts`` hosts at
    most.

    :param tried: hosts that had no room
    """
    if len(tried) >= CONF.scheduler.max_attempts:
        return False
    try:
        services = objects.ServiceList.get_by_binary(
            context.elevated(), 'nova-compute'
        )
        group = servicegroup.API()
        return any(
            service.host not in tried
            and not service.disabled
            and group.service_is_up(service)
            for service in services
        )
    except Exception:
        # Nova's own way, for want of a better one
        LOG.exception('Cannot tell whether another host could be tried')
        return True
