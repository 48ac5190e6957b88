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

"""Service users, the catalogue and its endpoints."""

from __future__ import annotations

from typing import Any

from jacket_azure.sandbox import render
from jacket_azure.sandbox.bootstrap import ensure
from jacket_azure.sandbox.settings import Settings

PATHS = {'nova': '/v2.1', 'cinder': '/v3'}
INTERFACES = ('public', 'internal', 'admin')


def ensure_identity(cloud: Any, settings: Settings) -> None:
    """Make one user, service and set of endpoints per project."""
    identity = cloud.identity
    roles = {role.name: role for role in identity.roles()}
    project = ensure(identity.find_project, identity.create_project,
                     'service', domain_id='default')
    for name, (_, service_type) in render.FILES.items():
        if name == 'keystone':      # made by keystone-manage bootstrap
            continue
        user = ensure(identity.find_user, identity.create_user, name,
                      password=settings.password, domain_id='default')
        for role in ('admin', 'service'):
            identity.assign_project_role_to_user(
                project.id, user.id, roles[role].id)
        service = ensure(identity.find_service, identity.create_service,
                         name, type=service_type)
        _ensure_endpoints(identity, service,
                          settings.url(name) + PATHS.get(name, ''))


def _ensure_endpoints(identity, service, url):
    there = {endpoint.interface
             for endpoint in identity.endpoints(service_id=service.id)}
    for interface in INTERFACES:
        if interface not in there:
            identity.create_endpoint(
                service_id=service.id, interface=interface, url=url,
                region_id='RegionOne')
