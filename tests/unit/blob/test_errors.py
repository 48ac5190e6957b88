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

from jacket_azure import exceptions
from jacket_azure.arm import calls
from jacket_azure.blob import errors
from tests import timeout
from tests.unit.blob import canned


class ErrorsTest(timeout.TestCase):

    def refused(self, *answer, **headers):
        world = canned.blob(canned.refusal(*answer, **headers))
        try:
            world.blob.resize(1024, '"1"')
        except exceptions.AzureError as exc:
            return exc
        self.fail('nothing was raised')

    def test_kinds(self):
        for status, code, kind in (
                (404, 'BlobNotFound', exceptions.NotFound),
                (404, 'ContainerNotFound', exceptions.NotFound),
                (409, 'BlobAlreadyExists', exceptions.PreconditionFailed),
                (412, 'ConditionNotMet', exceptions.PreconditionFailed),
                (412, 'LeaseIdMissing', exceptions.InUse),
                (409, 'LeaseAlreadyPresent', exceptions.InUse),
                (409, 'SnapshotsPresent', exceptions.InUse),
                (409, 'PendingCopyOperation', exceptions.Conflict),
                (409, 'ContainerBeingDeleted', exceptions.Conflict),
                (409, 'SomethingNew', exceptions.Conflict),
                (403, 'AuthorizationFailure', exceptions.Unauthorized),
                (403, 'SomethingNew', exceptions.Unauthorized),
                (400, 'InvalidHeaderValue', exceptions.Refused),
                (413, 'RequestBodyTooLarge', exceptions.Refused),
                (416, 'InvalidPageRange', exceptions.Refused),
                (501, 'NotImplemented', exceptions.Refused),
                (503, 'ServerBusy', exceptions.Throttled),
                (500, 'InternalError', exceptions.Unavailable),
                (302, 'Elsewhere', exceptions.Unavailable)):
            error = self.refused(status, code)
            self.assertIs(kind, type(error), code)
            self.assertEqual((code, status), (error.code, error.status))
            self.assertIn('blobs.resize', str(error))

    def test_a_role_that_is_missing_is_named(self):
        self.assertIn(
            'Storage Blob Data Contributor',
            str(self.refused(403, 'AuthorizationPermissionMismatch')))
        self.assertIn(
            'storage_credential = identity',
            str(self.refused(403, 'KeyBasedAuthenticationNotPermitted')))

    def test_what_follows_the_reason_is_left_out(self):
        error = self.refused(
            403, 'AuthenticationFailed', 'Server failed to authenticate.',
            **{'x-ms-request-id': 'r-1'})
        self.assertNotIn('Time:', str(error))
        self.assertNotIn('RequestId:', str(error))
        self.assertIn('request id r-1', str(error))
        self.assertEqual('r-1', error.request_id)

    def test_details_that_quote_the_signature_are_left_out(self):
        world = canned.blob((
            403, {'x-ms-error-code': 'AuthenticationFailed'},
            '<Error><Code>AuthenticationFailed</Code><Message>No.</Message>'
            '<AuthenticationErrorDetail>The MAC signature found in the HTTP '
            "request 's3cretMac=' is not the same</AuthenticationErrorDetail>"
            '</Error>'))
        error = self.assertRaises(
            exceptions.Unauthorized, world.blob.resize, 1024)
        self.assertNotIn('s3cretMac', str(error))

    def test_answers_of_something_else(self):
        for text in ('', '<html><p>Bad', '{"error": 1}', '\0\xff'):
            world = canned.blob((400, {}, text))
            error = self.assertRaises(
                exceptions.Refused, world.blob.resize, 1024)
            self.assertIsNone(error.code)

    def test_kind_of_everything_is_an_azure_error(self):
        for status in range(100, 600):
            self.assertTrue(issubclass(
                errors.kind_of('x', status), exceptions.AzureError))
        self.assertIsNotNone(calls.Call('x', 0))
