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

"""Contexts to ask Cinder with where no user stands behind the question.

Nova's own tasks, a start of the service or a periodic one, have a context
without token and project. Nova then takes the credentials of ``[cinder]``.
"""

from __future__ import annotations

from nova import conf as nova_conf
from nova import context as nova_context
from nova.volume import cinder as nova_cinder

CONF = nova_conf.CONF


def with_project(
    context: nova_context.RequestContext,
) -> nova_context.RequestContext:
    """Return a context whose project Cinder's address may name.

    :returns: *context* itself where it has one, or where ``[cinder]
        endpoint_template`` is not set; else one of the credentials' project
    :raises Exception: of Keystone, keystoneauth's plug-ins or Nova
    """
    if context.project_id or not CONF.cinder.endpoint_template:
        return context
    client = nova_cinder.cinderclient(
        context, skip_version_check=True
    ).client
    found = context.elevated()
    found.project_id = client.auth.get_project_id(client.session)
    return found
