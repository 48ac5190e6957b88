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


"""The names that a disk which machines boot from may have."""

from __future__ import annotations

from collections.abc import Callable

from jacket_azure import exceptions
from jacket_azure.payload import names


def delete(
    uuid: str, name: str | None, delete_one: Callable[[str], bool]
) -> bool:
    """Delete what is there under any of the names, and try them all.

    :param uuid: the instance's
    :param name: the only one; None for all that the instance may have
    :returns: whether anything was deleted
    :raises JacketAzureError: the first failure, after the others were tried
    """
    deleted, failures = False, []
    for one in (name,) if name else names.boot_disk_names(uuid):
        try:
            deleted = delete_one(one) or deleted
        except exceptions.JacketAzureError as exc:
            failures.append(exc)
    if failures:
        raise failures[0]
    return deleted
