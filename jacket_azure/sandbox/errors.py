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

"""What the sandbox says when it cannot go on."""

from __future__ import annotations

from jacket_azure import exceptions


class SandboxError(exceptions.JacketAzureError):
    """A sentence for the person at the terminal; no traceback is shown."""


class NotReady(SandboxError):
    """A condition was not met before its deadline."""


def expect(what: str, expected: object, found: object) -> None:
    """Raise unless something is what it should be.

    :raises SandboxError: with both
    """
    if expected != found:
        raise SandboxError(f'{what}: expected {expected}, is {found}')
