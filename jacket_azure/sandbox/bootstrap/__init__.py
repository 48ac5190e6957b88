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

"""What a fresh cloud lacks: users, endpoints, images, networks, flavors.

Everything is made only if it is not there, so that ``up`` can be repeated.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jacket_azure.sandbox.settings import Settings


def connect(settings: Settings) -> Any:
    """Return an openstacksdk connection as the administrator."""
    import openstack

    connection = openstack.connect(
        # neither the environment nor a clouds.yaml of the user's
        load_envvars=False, load_yaml_config=False,
        auth_url=settings.url('keystone') + '/v3', username='admin',
        password=settings.password, project_name='admin',
        user_domain_name='Default', project_domain_name='Default',
        region_name='RegionOne', app_name='jacket-azure-sandbox')
    connection.session.session.trust_env = False
    return connection


def ensure(
    find: Callable[[str], Any], create: Callable[..., Any], name: str,
    **attributes: Any,
) -> Any:
    """Return the resource called *name*, made if it is not there."""
    return find(name) or create(name=name, **attributes)
