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

"""What Cinder knows of volumes, asked as nova-compute asks it."""

from __future__ import annotations

from typing import Any

from keystoneauth1 import adapter as keystone_adapter
from nova import conf as nova_conf
from nova import context as nova_context
from nova.volume import cinder as nova_cinder

from jacket_azure.janitor import cinder_api
from jacket_azure.janitor import facts
from jacket_azure.nova import cinder_contexts

CONF = nova_conf.CONF


def volumes() -> tuple[facts.Volume, ...] | None:
    """Return all volumes there are.

    With the credentials of ``[cinder]``, since no user stands behind a
    periodic task.

    :returns: None when there are no such credentials
    :raises Unanswered: Cinder does not answer, or not whole
    """
    if not CONF.cinder.auth_type:
        return None
    return cinder_api.CinderApi(_adapter()).volumes()


def _adapter() -> Any:
    try:
        client = nova_cinder.cinderclient(
            cinder_contexts.with_project(nova_context.get_admin_context()),
            microversion=cinder_api.VERSION,
            skip_version_check=True,
        ).client
    except Exception as exc:
        # of Keystone, keystoneauth's plug-ins or Nova itself
        raise facts.Unanswered(f'Cinder cannot be asked: {exc}') from exc
    # as the client would, without its own translation of failures
    return keystone_adapter.Adapter(
        session=client.session,
        auth=client.auth,
        service_type='block-storage',
        service_name=client.service_name,
        interface=client.interface,
        region_name=client.region_name,
        endpoint_override=client.endpoint_override or client.get_endpoint(),
        connect_retries=client.connect_retries,
    )
