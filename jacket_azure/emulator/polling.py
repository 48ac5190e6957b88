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

"""Answers questions after long-running operations, in each style."""

from __future__ import annotations

from typing import Any
import urllib.parse

from jacket_azure.emulator import errors
from jacket_azure.emulator import operations
from jacket_azure.emulator import router

_PROVIDERS = ('/subscriptions/{sub}/providers/{ns}/locations/{location}')
_Operation = operations.Operation


@router.route('GET', _PROVIDERS + '/operations/{id}', is_poll=True,
              documented=False)
@router.route('GET', _PROVIDERS + '/DiskOperations/{id}', is_poll=True,
              documented=False)
@router.route('GET', _PROVIDERS + '/capsOperations/{id}', is_poll=True,
              documented=False)
@router.route('GET', _PROVIDERS + '/asyncoperations/{id}', is_poll=True,
              documented=False)
def get_operation(request: router.ArmRequest) -> router.ArmResponse:
    """Answer the status URL, or Compute's Location URL (``monitor=true``)."""
    operation = _find(request)
    if request.query.get('monitor') == 'true':
        return _result(request, operation)
    if operation.style == 'network':
        return router.ArmResponse(
            body=_network_status(operation), headers=_wait(operation))
    stamp = operation.emulator.clock.stamp
    body: dict[str, Any] = {'startTime': stamp(operation.started)}
    if operation.ended is not None:
        body['endTime'] = stamp(operation.ended)
    body['status'] = operation.status
    if operation.output is not None:
        body['properties'] = {'output': operation.output}
    if operation.error is not None:
        body['error'] = operation.error
    body['name'] = operation.id
    return router.ArmResponse(body=body, headers=_wait(operation))


@router.route('GET', '/subscriptions/{sub}/resourceGroups/{rg}/providers'
                     '/Microsoft.Resources/deployments/{name}'
                     '/operationStatuses/{id}', is_poll=True,
              documented=False)
def get_deployment_status(request: router.ArmRequest) -> router.ArmResponse:
    """Answer the status URL of a template deployment."""
    operation = _find(request)
    body: dict[str, Any] = {'status': operation.status}
    if operation.running:
        body['status'] = 'Running'
    if operation.error is not None:
        body['error'] = operation.error
    return router.ArmResponse(body=body, headers=_wait(operation))


@router.route('GET', _PROVIDERS + '/operationResults/{id}', is_poll=True,
              documented=False)
def get_network_result(request: router.ArmRequest) -> router.ArmResponse:
    """Answer the Network provider's Location URL."""
    operation = _find(request)
    headers = operation.headers(location=True)
    if operation.running:
        return router.ArmResponse(202, router.NULL, headers)
    _raise_failure(operation)
    if operation.method == 'DELETE':
        return router.ArmResponse(204, headers=headers)
    return router.ArmResponse(200, operation.output, headers)


@router.route('GET', '/subscriptions/{sub}/operationresults/{id}',
              is_poll=True, documented=False)
def get_group_result(request: router.ArmRequest) -> router.ArmResponse:
    """Answer the Location URL of a resource group's deletion."""
    operation = _find(request)
    if operation.running:
        # a fresh Location each time, as the service sends it
        return router.ArmResponse(202, headers=operation.headers())
    _raise_failure(operation)
    return router.ArmResponse(200)


def _find(request: router.ArmRequest) -> _Operation:
    """Return the operation whose URL came back unchanged.

    :raises ArmError: 404 for an unknown one, 400 for a changed query
    """
    found = request.emulator.operations.by_id.get(
        request.params['id'].lower())
    if found is None or found.lost:
        raise errors.ArmError(
            404, 'NotFound', 'The entity was not found in this Azure '
            'location.')
    sent = urllib.parse.parse_qsl(request.raw_query)
    issued = [urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query)
              for url in found.issued.values()]
    if sorted(sent) not in [sorted(query) for query in issued]:
        raise errors.ArmError(
            400, 'InvalidOperationUrl', 'The query of an operation URL must '
            'be sent back unchanged.')
    if found.running:
        found.polls += 1
    return found


def _wait(operation: _Operation) -> dict[str, str]:
    if not operation.running:
        return {}
    if operation.due <= operation.emulator.clock.now() and (
            not operation.stuck):
        # a provider's own thread is at work, in real time; the Azure SDK
        # takes a 0 for "not given" and waits for 30 seconds
        return {'Retry-After': '1'}
    return operation.emulator.operations.retry_after(operation)


def _result(request: router.ArmRequest,
            operation: _Operation) -> router.ArmResponse:
    if operation.running:
        return router.ArmResponse(202, headers={
            'Location': operation.url('result'), **_wait(operation)})
    _raise_failure(operation)
    return router.ArmResponse(200, operation.output)


def _network_status(operation: _Operation) -> dict[str, Any]:
    body: dict[str, Any] = {'status': operation.status}
    if operation.error is not None:
        body['error'] = operation.error
    if operation.method == 'POST' and operation.output is not None:
        body['properties'] = operation.output
    return body


def _raise_failure(operation: _Operation) -> None:
    if operation.error is not None:
        raise errors.ArmError(
            409, operation.error['code'], operation.error['message'])
