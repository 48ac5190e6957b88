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

"""The checks Azure Resource Manager itself makes before any provider."""

from __future__ import annotations

import re

from jacket_azure.emulator import errors
from jacket_azure.emulator import ids
from jacket_azure.emulator import linked_rights
from jacket_azure.emulator import locations
from jacket_azure.emulator import locks
from jacket_azure.emulator import profiles
from jacket_azure.emulator import router
from jacket_azure.emulator import validation

_VERSION = re.compile(r'\d{4}-\d{2}-\d{2}(-\w+)?')
_OLDEST = '2015-06-15'
_GUID = re.compile(r'[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}')
_VERBS = {'GET': 'read', 'HEAD': 'read', 'PUT': 'write', 'PATCH': 'write',
          'DELETE': 'delete'}


def check_version(query: dict[str, str]) -> str:
    """Return the api-version.

    :raises ArmError: 400 when it is missing or no version
    """
    version = query.get('api-version', '')
    if not version:
        raise errors.ArmError(
            400, 'MissingApiVersionParameter',
            'The api-version query parameter (?api-version=) is required for '
            'all requests.', gateway=True)
    if not _VERSION.fullmatch(version):
        raise _invalid_version(version, validation.versions(
            'GET', '/subscriptions/{sub}/resourcegroups'))
    return version


def check_path(path: str) -> None:
    """Refuse a path of a provider or a group without a subscription.

    :raises ArmError: 404 MissingSubscription
    """
    first = path.strip('/').partition('/')[0].lower()
    if first in ('subscriptions', 'providers', 'tenants'):
        return
    raise errors.ArmError(
        404, 'MissingSubscription',
        "The request did not have a subscription or a valid tenant level "
        "resource provider.", gateway=True)


def _invalid_version(version: str, supported: list[str]) -> errors.ArmError:
    """What ARM says of versions of its own types, and of bad versions."""
    return errors.ArmError(
        400, 'InvalidApiVersionParameter',
        f"The api-version '{version}' is invalid. The supported versions are "
        f"'{','.join(supported)}'.", gateway=True)


def check_support(request: router.ArmRequest) -> None:
    """Refuse an api-version the type has never had.

    :raises ArmError: 400 InvalidApiVersionParameter for ARM's own types,
        else 400 NoRegisteredProviderFound for a PUT, 404
        InvalidResourceType otherwise
    """
    route = request.route
    newest = profiles.newest(request.emulator, route.template)
    if newest is None:
        newest = validation.newest(route.method, route.template)
    if _OLDEST <= request.api_version[:10] <= newest:
        _refuse_later_properties(request)
        return
    where = request.id
    namespace = route.template.partition('/providers/')[2].partition('/')[0]
    if not namespace:
        raise _invalid_version(request.api_version, validation.versions(
            route.method, route.template))
    kind = '/'.join(where.types) if where else request.record.type
    supported = f"The supported api-versions are '{_OLDEST}, {newest}'."
    if request.method == 'PUT':
        sent = request.body if isinstance(request.body, dict) else {}
        raise _not_registered(request, kind, str(
            sent.get('location') or request.emulator.location), supported)
    raise errors.ArmError(
        404, 'InvalidResourceType',
        f"The resource type '{kind}' could not be found in the namespace "
        f"'{namespace}' for api version '{request.api_version}'. "
        f"{supported}", gateway=True)


def _refuse_later_properties(request: router.ArmRequest) -> None:
    """Refuse what the profile's api-versions do not have yet.

    The API documents are newer than Azure Stack Hub.
    """
    found = profiles.unknown_property(request.emulator, request.body)
    if found is not None:
        raise errors.ArmError(
            400, 'BadRequest', f"Could not find member "
            f"'{found.rpartition('.')[2]}' on object. Path '{found}'.",
            target=found)


def _not_registered(request: router.ArmRequest, kind: str, location: str,
                    supported: str) -> errors.ArmError:
    return errors.ArmError(
        400, 'NoRegisteredProviderFound',
        f"No registered resource provider found for location '{location}' "
        f"and API version '{request.api_version}' for type '{kind}'. "
        f"{supported} The supported locations are "
        f"'{', '.join(locations.REGIONS)}'.", gateway=True)


def check_scope(request: router.ArmRequest) -> None:
    """Check that subscription, group, resource and parent are there.

    A PUT needs the parent, a DELETE nothing; everything else needs the
    resource in the group. The child itself is the provider's to miss.
    """
    emulator = request.emulator
    if 'sub' not in request.params:
        return
    if _GUID.fullmatch(request.subscription.lower()) is None:
        raise errors.ArmError(
            400, 'InvalidSubscriptionId',
            f"The provided subscription identifier '{request.subscription}' "
            f"is malformed or invalid.", gateway=True)
    if request.subscription.lower() != emulator.subscription_id.lower():
        raise errors.subscription_not_found(request.subscription)
    _check_location(request)
    locks.check(request)
    inside = '{rg}/' in request.route.template
    if not inside:
        return
    group = emulator.store.get(request.scope)
    if group is None:
        raise errors.group_not_found(request.params['rg'])
    if request.method == 'PUT' and group.properties.get(
            'provisioningState') == 'Deleting':
        raise errors.ArmError(
            409, 'ResourceGroupBeingDeleted',
            f"The resource group '{group.name}' is in deprovisioning state "
            f"and cannot perform this operation.", gateway=True)
    where = request.id
    if where is not None:
        _check_resource(request, where)


def _check_location(request: router.ArmRequest) -> None:
    """Know the region in a path, and write its short name there."""
    sent = request.params.get('location')
    if sent is None or request.route.is_poll:
        return
    request.params['location'] = place = locations.normalize(sent)
    if place in locations.REGIONS or place == request.emulator.location:
        return
    kind = request.route.template.partition('/providers/')[2]
    kind = re.sub(r'/{\w+}', '', kind).partition('/')[2]
    versions = validation.versions(request.method, request.route.template)
    raise _not_registered(
        request, kind, sent,
        f"The supported api-versions are '{', '.join(versions)}'.")


def _check_resource(request: router.ArmRequest,
                    where: ids.ResourceId) -> None:
    if where.namespace.lower() in ('microsoft.resources',
                                   'microsoft.authorization'):
        return          # they have words of their own for what is missing
    found = request.emulator.store
    if 'providers' in where.types:
        # a lock or tags of a resource: no child, so only that must be there
        if found.get(where.top) is None:
            raise errors.resource_not_found(where)
        return
    if request.method == 'PUT':
        if where.parent and found.get(where.parent) is None:
            raise errors.parent_not_found(where)
    elif request.method != 'DELETE' and found.get(where.top) is None:
        raise errors.resource_not_found(where)


def check_rights(request: router.ArmRequest) -> None:
    """Refuse what ``faults.deny`` denied.

    :raises ArmError: 403 AuthorizationFailed, LinkedAuthorizationFailed
    """
    needed = action(request)
    request.emulator.identity.authorize(
        needed, str(request.id or request.scope))
    linked_rights.check(request, needed)


def action(request: router.ArmRequest) -> str:
    """Name the permission a request needs, as a role definition does."""
    where = request.id
    verb = _VERBS.get(request.method)
    tail = request.path.rstrip('/').rpartition('/')[2]
    if where is not None:
        return f'{where.extension_type}/{verb or tail + "/action"}'
    _, marker, provided = request.route.template.partition('/providers/')
    if marker:
        kind = provided.replace('{ns}', request.params.get('ns', ''))
        kind = re.sub(r'/{\w+}', '', kind)
        # platform images: the permission leaves out the kind of artifact
        kind = re.sub('/vmimage', '', kind, flags=re.IGNORECASE)
        return f'{kind}/{verb or "action"}'
    kinds = 'subscriptions'
    if 'rg' in request.params or request.record.type == 'resourceGroups':
        kinds += '/resourceGroups'
    return f'Microsoft.Resources/{kinds}/{verb or tail + "/action"}'
