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

"""Read what a deployment is to do, and write what it says of itself."""

from __future__ import annotations

import hashlib
import json
from typing import Any
import uuid

from jacket_azure.emulator import deployment_run
from jacket_azure.emulator import errors
from jacket_azure.emulator import ids
from jacket_azure.emulator import router
from jacket_azure.emulator import subscriptions
from jacket_azure.emulator import template_resources
from jacket_azure.emulator import templates

TYPE = 'Microsoft.Resources/deployments'
_TYPES = {'securestring': 'SecureString', 'secureobject': 'SecureObject'}
_KNOWN = ('template', 'parameters', 'mode', 'debugSetting')


def prepare(request: router.ArmRequest,
            ) -> tuple[deployment_run.Run, dict[str, Any]]:
    """Read the request: the run to be, and the deployment's body.

    :raises ArmError: 400 in ARM's words, 501 for what is not known here
    """
    properties = (request.body or {}).get('properties') or {}
    for name in sorted(set(properties) - set(_KNOWN)):
        raise errors.not_implemented(f'{name} of a deployment')
    mode = str(properties.get('mode', ''))
    if mode.lower() != 'incremental':
        if mode.lower() == 'complete':
            raise errors.not_implemented('deployments in complete mode')
        raise errors.ArmError(
            400, 'InvalidDeploymentMode', "The deployment mode must be "
            "specified; it is 'Incremental' or 'Complete'.", gateway=True)
    emulator = request.emulator
    where = ids.parse(f'{request.scope}/providers/{TYPE}/'
                      f'{request.params["name"]}')
    group = emulator.store.get(request.scope)
    assert where is not None and group is not None  # noqa: S101
    place = templates.Place(
        subscriptions.view(emulator), group.view(), {'name': where.name},
        lambda name: _reference(request, name))
    sent = properties.get('parameters') or {}
    template = templates.Template(
        properties.get('template'), sent.get('parameters', sent)
        if '$schema' in sent else sent, place)
    run = deployment_run.Run(
        request, template, template_resources.plan(template))
    return run, {
        'id': str(where), 'name': where.name, 'type': TYPE, 'properties': {
            'templateHash': str(int(hashlib.sha256(json.dumps(
                template.body, sort_keys=True).encode()).hexdigest()[:15],
                16)),
            'parameters': _shown(template), 'mode': 'Incremental',
            'provisioningState': 'Accepted',
            'timestamp': emulator.clock.stamp(), 'duration': 'PT0S',
            'correlationId': str(uuid.uuid4()),
            'providers': _providers(run, group.location),
            'dependencies': _dependencies(run)}}


def _reference(request: router.ArmRequest, name: str) -> dict[str, Any]:
    """Return what a template refers to, by id or by ``type/name``."""
    text = name if name.startswith('/') else (
        f'{request.scope}/providers/{name}')
    found = request.emulator.store.get(text)
    if found is None and '/' not in name:
        alone = [one for one in request.emulator.store.children(
            scope=request.scope) if one.name.lower() == name.lower()]
        found = alone[0] if len(alone) == 1 else None
    if found is None:
        where = ids.parse(text)
        raise errors.resource_not_found(where) if where else (
            templates.invalid(f"The resource '{name}' is not found"))
    return found.view()


def _shown(template: templates.Template) -> dict[str, Any]:
    """Parameters as an answer tells them: no secret's value."""
    found = {}
    for name, one in (template.body.get('parameters') or {}).items():
        kind = str(one['type'])
        found[name] = {'type': _TYPES.get(
            kind.lower(), kind[:1].upper() + kind[1:])}
        if not kind.lower().startswith('secure'):
            found[name]['value'] = template.parameters[name.lower()]
    return found


def _providers(run: deployment_run.Run, location: str) -> list[Any]:
    kinds: dict[str, set[str]] = {}
    for step in run.steps:
        where = step.planned.id
        kinds.setdefault(where.namespace, set()).add('/'.join(where.types))
    return [{'namespace': namespace, 'resourceTypes': [
        {'resourceType': kind, 'locations': [location]}
        for kind in sorted(found)]} for namespace, found in kinds.items()]


def named(where: ids.ResourceId) -> dict[str, str]:
    """Name a resource as deployments name those they are about."""
    return {'id': str(where), 'resourceType': where.type,
            'resourceName': '/'.join(where.names)}


def _dependencies(run: deployment_run.Run) -> list[Any]:
    return [{'dependsOn': [named(other.id) for other in step.planned.after],
             **named(step.planned.id)}
            for step in run.steps if step.planned.after]
