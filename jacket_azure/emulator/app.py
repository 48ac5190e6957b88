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

"""The application: from an HTTP request to a handler and back."""

from __future__ import annotations

from collections.abc import Iterable
import contextlib
import importlib
import logging
from typing import TYPE_CHECKING
from typing import Any
import urllib.parse

from werkzeug import wrappers

from jacket_azure.emulator import authority
from jacket_azure.emulator import content
from jacket_azure.emulator import control
from jacket_azure.emulator import definitions
from jacket_azure.emulator import envelope
from jacket_azure.emulator import errors
from jacket_azure.emulator import fault as faulty
from jacket_azure.emulator import gateway
from jacket_azure.emulator import handling
from jacket_azure.emulator import older_requests
from jacket_azure.emulator import property_versions
from jacket_azure.emulator import records
from jacket_azure.emulator import router
from jacket_azure.emulator import store
from jacket_azure.emulator import validation
from jacket_azure.emulator.compute import serial_sessions

if TYPE_CHECKING:
    from jacket_azure.emulator import server

LOG = logging.getLogger(__name__)

# every module with routes; the order is the order of setup
PROVIDERS = (
    'polling', 'subscriptions', 'resource_groups', 'generic_resources',
    'deployments', 'tags', 'locks',
    'virtual_networks', 'subnets', 'network_interfaces',
    'network_security_groups', 'security_rules', 'public_ip_addresses',
    'application_security_groups', 'route_tables', 'routes',
    'virtual_network_peerings', 'network_usages',
    'storage_names', 'storage_blobs', 'compute.contents',
    'storage_accounts', 'compute.skus', 'compute.usages',
    'compute.platform_images', 'compute.disks', 'compute.snapshots',
    'compute.access', 'compute.images', 'compute.galleries',
    'compute.gallery_images', 'compute.gallery_versions',
    'compute.disk_blobs', 'compute.disk_conversion',
    'compute.virtual_machines',
    'compute.vm_actions', 'compute.boot_diagnostics',
    'compute.serial_ports',
    'compute.extension_images', 'compute.extensions',
    'compute.extension_guest', 'compute.guest', 'compute.capacity',
    'compute.run_command', 'compute.run_commands', 'compute.run_scripts',
    'compute.vm_maintenance', 'compute.vm_capture',
    'compute.availability_sets', 'compute.proximity_placement_groups',
)


class Application:
    """A WSGI application that answers as Azure Resource Manager does."""

    def __init__(self, emulator: server.Emulator) -> None:
        self._emulator = emulator
        self._router = router.Router()
        self._modules = [
            importlib.import_module(f'jacket_azure.emulator.{name}')
            for name in PROVIDERS]
        for module in self._modules:
            self._router.include(module)

    def setup(self) -> None:
        """Let every provider prepare itself."""
        for module in self._modules:
            if hasattr(module, 'setup'):
                module.setup(self._emulator)

    def teardown(self) -> None:
        """Let every provider end what it started, last one first."""
        for module in reversed(self._modules):
            if hasattr(module, 'teardown'):
                module.teardown(self._emulator)

    def forget(self, resource: store.Resource) -> None:
        """Tell every provider that a resource goes with its group.

        A module that holds more than the resource (addresses, contents)
        defines ``forget(emulator, resource)`` and looks at the type.
        """
        for module in self._modules:
            if hasattr(module, 'forget'):
                module.forget(self._emulator, resource)

    def reset(self) -> None:
        """Remove every resource; modules with more define ``reset``."""
        resources = self._emulator.store
        for resource in list(resources):
            self.forget(resource)
        for resource in list(resources):
            resources.delete(resource.id)
        resources.forget_gone()
        for module in self._modules:
            if hasattr(module, 'reset'):
                module.reset(self._emulator)

    def __call__(self, environ: dict[str, Any],
                 start_response: Any) -> Iterable[bytes]:
        http = wrappers.Request(environ)
        response = (authority.answer(self._emulator, http)
                    or control.answer(self._emulator, http)
                    or serial_sessions.answer(self._emulator, http))
        if response is None:
            record = self._emulator.requests.open(
                http.method, http.path, http.query_string.decode('latin-1'))
            try:
                response = self._answer(http, record)
                response = self._spoil(response, record, environ)
            except faulty.Dropped:
                record.status = 0
                environ[handling.CUT] = None
                response = wrappers.Response(status=503)
            except faulty.Garbled as exc:
                record.status = exc.status
                response = wrappers.Response(
                    faulty.GATEWAY_PAGE.format(status=exc.status),
                    exc.status, content_type='text/html')
        return response(environ, start_response)

    def _spoil(self, response: wrappers.Response, record: records.Record,
               environ: dict[str, Any]) -> wrappers.Response:
        """Do to a finished reply what a fault wants; no lock is held.

        :raises Dropped: nothing is to be sent
        :raises Garbled: a page of HTML is to be sent instead
        """
        fault = self._emulator.faults.strike('reply', record)
        if fault is None:
            return response
        if fault.seconds is not None:
            self._emulator.faults.hold(fault.seconds)
        elif fault.cut is not None:
            record.status = 0
            environ[handling.CUT] = fault.cut
        else:
            fault.refuse()
        return response

    def _answer(self, http: wrappers.Request,
                record: records.Record) -> wrappers.Response:
        """Answer and settle; what is due after it ends before it is sent.

        The answer is written out first, so it shows the state before.
        """
        emulator = self._emulator
        emulator.operations.settle()
        headers: dict[str, str] = {}
        try:
            answer = self._handle(http, record, headers)
        except errors.ArmError as exc:
            answer = self._failure(http, exc, record)
        except (faulty.Dropped, faulty.Garbled):
            raise
        except Exception as exc:
            LOG.exception('The emulator failed at %s %s', record.method,
                          record.path)
            answer = self._failure(http, errors.ArmError(
                500, 'EmulatorFailure', f'{type(exc).__name__}: {exc}'),
                record)
        record.status = answer.status
        answer.headers = {**headers, **answer.headers}
        response = envelope.write(emulator, http, answer)
        emulator.operations.settle()
        return response

    def _handle(self, http: wrappers.Request, record: records.Record,
                headers: dict[str, str]) -> router.ArmResponse:
        emulator = self._emulator
        emulator.identity.check(http.headers.get('Authorization'))
        query = {name.lower(): value for name, value
                 in urllib.parse.parse_qsl(record.query,
                                           keep_blank_values=True)}
        gateway.check_path(http.path)
        version = gateway.check_version(query)
        route, params = self._router.match(http.method, http.path)
        body = content.read(http.get_data(), http.mimetype)
        return self._serve(router.ArmRequest(
            emulator, http.method, http.path, route, params, query,
            record.query,
            {name.lower(): value for name, value in http.headers.items()},
            body, body, version, record), headers)

    def submit(self, outer: router.ArmRequest, method: str, path: str,
               version: str, body: Any) -> router.ArmResponse:
        """Act on a request that ARM makes itself, within a deployment.

        It is not among the recorded requests, which came over the wire.

        :param outer: the request it is made for
        :raises ArmError: as any request; 501 for a route that waits
        """
        query = f'api-version={version}'
        kind, name = records.describe(method, path)
        record = records.Record(0, method, path, query, kind, name, False)
        route, params = self._router.match(method, path)
        if not route.locked:
            raise errors.not_implemented(f'deployments of {kind}')
        try:
            return self._serve(router.ArmRequest(
                self._emulator, method, path, route, params,
                {'api-version': version}, query, outer.headers, body, body,
                version, record), {})
        except (faulty.Dropped, faulty.Garbled) as exc:
            raise errors.ArmError(
                502, 'BadGateway', 'The provider does not answer.') from exc

    def _serve(self, request: router.ArmRequest,
               headers: dict[str, str]) -> router.ArmResponse:
        """Check a request and let its handler answer."""
        emulator, route, record = (
            self._emulator, request.route, request.record)
        record.is_poll = record.is_poll or route.is_poll
        refusal = self._validate(request) if route.documented else None
        fault = emulator.faults.strike('request', record)
        if fault is not None:
            fault.refuse()
        lock = (emulator.store.lock if route.locked
                else contextlib.nullcontext())
        gateway.check_rights(request)
        with emulator.store.lock:
            gateway.check_scope(request)
            definitions.check(request)
            headers.update(emulator.ratelimits.take(request))
        if refusal is not None:
            # the provider's word, so it comes after ARM's own checks
            raise refusal
        with lock:
            answer = route.handler(request)
            # written while nobody can change what it shows
            answer.body = envelope.frozen(property_versions.fit(
                answer.body, request.api_version), request.path)
            return answer

    def _validate(self, request: router.ArmRequest) -> errors.ArmError | None:
        """Hold a request against its API document; return the refusal."""
        route = request.route
        known = validation.find(route.method, route.template,
                                request.api_version)
        if known is None:
            raise errors.not_implemented(
                f'an API document for {route.method} {route.template}')
        request.record.operation_id = known.operation_id
        gateway.check_support(request)
        request.body = older_requests.renew(
            route.template, request.api_version, request.body)
        request.body, problems = known.check(
            request.query, request.body, patch=request.method == 'PATCH')
        if not problems:
            return None
        request.record.problems = [
            f'{problem.path}: {problem.text}' for problem in problems]
        namespace = route.template.partition('/providers/')[2]
        return validation.refuse(namespace.partition('/')[0], problems,
                                 known.operation_id)

    @staticmethod
    def _failure(http: wrappers.Request, exc: errors.ArmError,
                 record: records.Record) -> router.ArmResponse:
        record.code = exc.code
        headers = dict(exc.headers)
        if exc.gateway:
            headers['x-ms-failure-cause'] = 'gateway'
        network = '/providers/microsoft.network/' in http.path.lower()
        body = {'error': exc.body(network)}
        return router.ArmResponse(
            exc.status, envelope.frozen(body, http.path, exc.gateway),
            headers)
