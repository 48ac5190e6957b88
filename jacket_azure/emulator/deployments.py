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

"""Template deployments of a resource group, an honest subset.

Parameters, variables, conditions, copies of resources, children,
dependencies named or by ``reference()``, outputs; incremental mode. What is
not known (other modes, linked and nested templates, functions not listed)
is refused by its name. Source: REST API Resources 2025-04-01, Deployments.
"""

from __future__ import annotations

from typing import Any
import uuid

from jacket_azure.emulator import deployment_body
from jacket_azure.emulator import deployment_run
from jacket_azure.emulator import errors
from jacket_azure.emulator import operations
from jacket_azure.emulator import paging
from jacket_azure.emulator import router
from jacket_azure.emulator import store

TYPE = deployment_body.TYPE
_ALL = ('/subscriptions/{sub}/resourceGroups/{rg}/providers'
        '/Microsoft.Resources/deployments')
_NAME = _ALL + '/{name}'
# operations are asked for without the provider too
_OLD_NAME = '/subscriptions/{sub}/resourceGroups/{rg}/deployments/{name}'


@router.route('PUT', _NAME, documented=False)
def put(request: router.ArmRequest) -> router.ArmResponse:
    """Begin a deployment."""
    found = _running(request)
    if found is not None:
        raise errors.ArmError(
            409, 'DeploymentActive',
            f"Unable to edit or replace deployment '{found.name}': previous "
            f"deployment from '{request.emulator.clock.stamp(found.created)}'"
            f" is still active. Please see https://aka.ms/arm-deploy for "
            f"usage details.", gateway=True)
    old = request.existing()
    run, body = deployment_body.prepare(request)
    where = request.id
    assert where is not None  # noqa: S101
    made = request.emulator.store.put(store.Resource(
        str(where), TYPE, where.name, body, request.emulator.clock.now(),
        private={'run': run}))
    operation = request.emulator.operations.start(
        request, 'deployments.create', style='deployment', ready=run.step,
        on_done=lambda _: _finish(request, made, run),
        on_fail=lambda ended: _fail(made, ended))
    return operation.accepted(200 if old else 201, made.view(),
                              location=False)


@router.route('POST', _NAME + '/validate', documented=False)
def validate(request: router.ArmRequest) -> router.ArmResponse:
    """Look at a template without deploying it."""
    run, body = deployment_body.prepare(request)
    body['properties'].update(
        provisioningState='Succeeded', validatedResources=[
            {'id': str(step.planned.id)} for step in run.steps])
    return router.ArmResponse(body=body)


@router.route('GET', _NAME, documented=False)
def get(request: router.ArmRequest) -> router.ArmResponse:
    """Answer one deployment."""
    return router.ArmResponse(body=_get(request).view())


@router.route('HEAD', _NAME, documented=False)
def head(request: router.ArmRequest) -> router.ArmResponse:
    """Say whether a deployment is there: 204 or 404."""
    return router.ArmResponse(204 if request.existing() else 404)


@router.route('GET', _ALL, documented=False)
def list_deployments(request: router.ArmRequest) -> router.ArmResponse:
    """List the deployments of a group."""
    return paging.render(
        request, request.emulator.store.children(TYPE, request.scope),
        lambda found: found.view())


@router.route('DELETE', _NAME, documented=False)
def delete(request: router.ArmRequest) -> router.ArmResponse:
    """Forget a deployment; what it made stays."""
    found = request.existing()
    if found is None:
        return router.ArmResponse(204)
    if _running(request) is not None:
        raise errors.ArmError(
            409, 'DeploymentBeingActive',
            f"The deployment '{found.name}' is still running.", gateway=True)
    operation = request.emulator.operations.start(
        request, 'deployments.delete', style='group',
        on_done=lambda _: request.emulator.store.delete(found.id))
    return operation.accepted(202)


@router.route('POST', _NAME + '/cancel', documented=False)
def cancel(request: router.ArmRequest) -> router.ArmResponse:
    """Send nothing more; what is under way ends by itself."""
    found = _get(request)
    if _running(request) is None:
        raise errors.ArmError(
            409, 'DeploymentCannotBeCancelled',
            f"The deployment '{found.name}' cannot be cancelled because it "
            f"is not running.", gateway=True)
    found.private['run'].canceled = True
    found.properties['provisioningState'] = 'Canceled'
    for operation in request.emulator.operations.running(found.id):
        operation.cancel()
    return router.ArmResponse(204)


@router.route('POST', _NAME + '/exportTemplate', documented=False)
def export(request: router.ArmRequest) -> router.ArmResponse:
    """Answer the template as it was sent."""
    return router.ArmResponse(body={
        'template': _get(request).private['run'].template_body})


@router.route('GET', _OLD_NAME + '/operations', documented=False)
@router.route('GET', _NAME + '/operations', documented=False)
def list_operations(request: router.ArmRequest) -> router.ArmResponse:
    """List what a deployment did, resource by resource."""
    found = _get(request)
    return router.ArmResponse(body={'value': [
        _operation(request, found, step)
        for step in found.private['run'].steps if step.began]})


@router.route('GET', _OLD_NAME + '/operations/{operation}',
              documented=False)
@router.route('GET', _NAME + '/operations/{operation}', documented=False)
def get_operation(request: router.ArmRequest) -> router.ArmResponse:
    """Answer one of them."""
    found = _get(request)
    for step in found.private['run'].steps:
        if step.id == request.params['operation'].upper():
            return router.ArmResponse(body=_operation(request, found, step))
    raise errors.ArmError(
        404, 'DeploymentOperationNotFound', f"Deployment operation "
        f"'{request.params['operation']}' could not be found.", gateway=True)


def _get(request: router.ArmRequest) -> store.Resource:
    found = request.emulator.store.get(
        f'{request.scope}/providers/{TYPE}/{request.params["name"]}')
    if found is None:
        raise errors.ArmError(
            404, 'DeploymentNotFound', f"Deployment "
            f"'{request.params['name']}' could not be found.", gateway=True)
    return found


def _running(request: router.ArmRequest) -> store.Resource | None:
    """Return the deployment while it is at work, else None."""
    found = request.existing()
    if found and request.emulator.operations.running(found.id):
        return found
    return None


def _finish(request: router.ArmRequest, made: store.Resource,
            run: deployment_run.Run) -> None:
    """End a deployment.

    :raises ArmError: the deployment's own, when it failed
    """
    error = run.failure()
    if error is not None:
        raise error
    made.properties['outputs'] = run.outputs()
    _close(request, made)
    made.properties.update(
        provisioningState='Succeeded', outputResources=[
            {'id': str(step.planned.id)} for step in run.steps])


def _close(request: router.ArmRequest, made: store.Resource) -> None:
    clock = request.emulator.clock
    seconds = (clock.now() - made.created).total_seconds()
    made.properties.update(
        timestamp=clock.stamp(), duration=f'PT{seconds:.7f}S')


def _fail(made: store.Resource, ended: operations.Operation) -> None:
    if ended.planned_cancel:
        made.properties['provisioningState'] = 'Canceled'
    else:
        made.properties['provisioningState'] = 'Failed'
    made.properties['error'] = ended.error


def _operation(request: router.ArmRequest, found: store.Resource,
               step: deployment_run.Step) -> dict[str, Any]:
    stamp = request.emulator.clock.stamp
    where = step.planned.id
    properties: dict[str, Any] = {
        'provisioningOperation': 'Create', 'provisioningState': step.state,
        'timestamp': stamp(step.ended or step.began), 'duration': 'PT0S',
        'trackingId': str(uuid.uuid5(uuid.NAMESPACE_URL, step.id)),
        'statusCode': {200: 'OK', 201: 'Created', 202: 'Accepted',
                       400: 'BadRequest', 404: 'NotFound', 409: 'Conflict',
                       }.get(step.status, str(step.status)),
        'targetResource': deployment_body.named(where)}
    if step.error:
        properties['statusMessage'] = {'status': 'Failed',
                                       'error': step.error}
    return {'id': f'{found.id}/operations/{step.id}',
            'operationId': step.id, 'properties': properties}
