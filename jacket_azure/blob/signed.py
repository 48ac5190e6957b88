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

"""A blob behind a signed URL, as of a managed disk: no account is needed."""

from __future__ import annotations

from collections.abc import Callable

from jacket_azure.arm import wire as wires
from jacket_azure.blob import address as addresses
from jacket_azure.blob import authentication
from jacket_azure.blob import channel as channels
from jacket_azure.blob import page_blobs


def open_blob(
    wire: wires.Wire, url_source: Callable[[], str]
) -> page_blobs.PageBlob:
    """Return the blob that a signed URL leads to.

    :param url_source: returns the URL; asked now, and again when Azure
        refuses the one it gave before, because it has expired or somebody
        ended all access
    :raises InvalidRequest: what it returns is no URL of a blob
    """
    first = [url_source()]
    place, _ = addresses.split(first[0])

    def ask() -> str:
        return first.pop() if first else url_source()

    login = authentication.SignedUrlPolicy(ask)
    return page_blobs.PageBlob(channels.Channel(wire, login), place)
