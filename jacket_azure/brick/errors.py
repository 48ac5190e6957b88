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

"""jacket_azure.exceptions -> what whoever reads a file expects."""

from __future__ import annotations

from collections.abc import Iterator
import contextlib

from jacket_azure import exceptions


@contextlib.contextmanager
def as_os_errors() -> Iterator[None]:
    """Translate failures.

    :raises OSError: any error of this package
    """
    try:
        yield
    except exceptions.JacketAzureError as exc:
        raise OSError(str(exc)) from exc
