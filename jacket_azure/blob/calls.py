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

"""What the pipeline has to know about a request to a storage account."""

from __future__ import annotations

import dataclasses

from jacket_azure.arm import calls

XML = 'xml'
BYTES = 'bytes'


@dataclasses.dataclass
class BlobCall(calls.Call):
    """One call, as of ARM, and what an answer to it must have.

    Python's http.client takes headers that break off for whole ones; without
    what we need from it an answer counts as lost.

    :ivar needs: headers of a success
    :ivar content: XML, BYTES, or empty for a body that nobody reads
    :ivar length: of the body in bytes, where known
    """

    needs: tuple[str, ...] = ()
    content: str = ''
    length: int | None = None
