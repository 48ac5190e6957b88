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

"""Which failure becomes which Nova exception."""

from unittest import mock

from nova import exception as nova_exception
from oslotest import base

from jacket_azure import exceptions
from jacket_azure.nova import errors

VM = 'Microsoft.Compute/virtualMachines'
SUBNET = 'Microsoft.Network/virtualNetworks/subnets'
MISSING_VM = exceptions.NotFound('no machine', resource_type=VM.upper())
MISSING_SUBNET = exceptions.NotFound('no subnet', resource_type=SUBNET)
INSTANCE = mock.Mock(uuid='some-uuid')

N = nova_exception
# failure, of an action, of a build
TABLE = (
    (MISSING_VM, N.InstanceNotFound, N.BuildAbortException),
    (MISSING_SUBNET, N.NovaException, N.BuildAbortException),
    (exceptions.NoCapacity('full'), N.ComputeResourcesUnavailable,
     N.ComputeResourcesUnavailable),
    (exceptions.QuotaExceeded('full'), N.ComputeResourcesUnavailable,
     N.ComputeResourcesUnavailable),
    (exceptions.Refused('no'), N.InvalidInput,
     N.BuildAbortException),
    (exceptions.InvalidRequest('no'), N.InvalidInput,
     N.BuildAbortException),
    (exceptions.MappingLookupError('no'), N.InvalidInput,
     N.BuildAbortException),
    (exceptions.Unauthorized('who'), N.NovaException, N.BuildAbortException),
    (exceptions.Unavailable('down'), N.NovaException,
     N.BuildAbortException),
    (exceptions.Throttled('slow'), N.NovaException, N.BuildAbortException),
    (exceptions.Conflict('busy'), N.NovaException, N.BuildAbortException),
    (exceptions.InUse('used'), N.NovaException, N.BuildAbortException),
    (exceptions.PreconditionFailed('first'), N.NovaException,
     N.BuildAbortException),
    (exceptions.OperationFailed('bad'), N.NovaException,
     N.BuildAbortException),
    (exceptions.OperationTimeout('late'), N.NovaException,
     N.BuildAbortException),
)


def outcome(translate, exc):
    try:
        with translate:
            raise exc
    except N.NovaException as found:
        return found


class ErrorsTest(base.BaseTestCase):

    def test_actions_and_builds(self):
        for exc, action, build in TABLE:
            self.assertIs(action, type(outcome(
                errors.as_nova_errors(INSTANCE), exc)), exc)
            self.assertIs(build, type(outcome(
                errors.as_build_errors(INSTANCE), exc)), exc)

    def test_hosts_are_not_ready(self):
        for exc, _, _ in TABLE:
            self.assertIs(N.VirtDriverNotReady, type(outcome(
                errors.as_host_errors(), exc)), exc)

    def test_every_kind_is_in_the_table(self):
        def kinds(cls):
            return {cls}.union(*map(kinds, cls.__subclasses__()))

        listed = {type(exc) for exc, _, _ in TABLE}
        self.assertEqual(
            # what a module derives for itself is told as what it is a kind of
            set(), {kind for kind in kinds(exceptions.AzureError)
                    if kind.__module__ == exceptions.__name__} - listed
            - {exceptions.AzureError})

    def test_nova_and_foreign_errors_pass(self):
        for exc in (N.ImageUnacceptable(image_id='i', reason='r'),
                    ValueError('x')):
            with self.assertRaises(type(exc)):
                with errors.as_build_errors(INSTANCE):
                    raise exc

    def test_message_is_ours(self):
        exc = exceptions.Refused('No (Policy, request id r-1)')
        for translate in (errors.as_nova_errors(INSTANCE),
                          errors.as_build_errors(INSTANCE),
                          errors.as_host_errors()):
            self.assertIn('r-1', outcome(translate, exc).format_message())
