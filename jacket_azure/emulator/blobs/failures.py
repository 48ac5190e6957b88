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

"""Refusals of the blob service that the front itself makes.

Source: Blob service REST API, blob-service-error-codes and
common-rest-api-error-codes.
"""

from __future__ import annotations

from jacket_azure.emulator.blobs.answer import BlobFailure


def invalid_header(name: str, value: str) -> BlobFailure:
    """A header has a value that cannot be."""
    return BlobFailure(
        400, 'InvalidHeaderValue', 'The value for one of the HTTP headers is '
        'not in the correct format.', HeaderName=name, HeaderValue=value)


def missing_header(name: str) -> BlobFailure:
    """A header is not there."""
    return BlobFailure(
        400, 'MissingRequiredHeader', 'An HTTP header that\'s mandatory for '
        'this request is not specified.', HeaderName=name)


def invalid_query(name: str, value: str, reason: str) -> BlobFailure:
    """A query parameter has a value that cannot be, or must not be there."""
    return BlobFailure(
        400, 'InvalidQueryParameterValue', 'Value for one of the query '
        'parameters specified in the request URI is invalid.',
        QueryParameterName=name, QueryParameterValue=value, Reason=reason)


def invalid_page_range() -> BlobFailure:
    """Pages are not, or not all, within the blob."""
    return BlobFailure(416, 'InvalidPageRange',
                       'The page range specified is invalid.')


def too_large(limit: int) -> BlobFailure:
    """The body is longer than the operation takes."""
    return BlobFailure(
        413, 'RequestBodyTooLarge', 'The request body is too large and '
        'exceeds the maximum permissible limit.', MaxLimit=str(limit))


def metadata_too_large() -> BlobFailure:
    """There is more metadata than a blob can have."""
    return BlobFailure(
        400, 'MetadataTooLarge', 'The size of the specified metadata exceeds '
        'the maximum size permitted.')


def server_busy() -> BlobFailure:
    """How this service throttles: no 429, no Retry-After."""
    return BlobFailure(
        503, 'ServerBusy', 'The server is currently unable to receive '
        'requests. Please retry your request.')


def not_implemented(what: str) -> BlobFailure:
    """What this emulator does not know is said loudly, never guessed."""
    return BlobFailure(
        501, 'EmulatorNotImplemented', f'This emulator does not know {what}. '
        f'Real Azure may; teach the emulator before you rely on it.')
