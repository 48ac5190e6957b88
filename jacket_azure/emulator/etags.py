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

"""Etags: counters for virtual machines, guids for network resources."""

from __future__ import annotations

import uuid

from jacket_azure.emulator import errors
from jacket_azure.emulator import router
from jacket_azure.emulator import store


def quoted(resource: store.Resource) -> str:
    """Return a VM's etag as its header and its body carry it: ``"3"``."""
    return f'"{resource.etag}"'


def weak() -> str:
    """Make a new network etag, one for the whole write."""
    return f'W/"{uuid.uuid4()}"'


def check(request: router.ArmRequest, resource: store.Resource | None,
          current: str | None) -> None:
    """Refuse a write whose If-Match or If-None-Match does not hold.

    :param resource: what is there, None for a create
    :param current: its etag in quotes
    :raises ArmError: 412 in the words of the Compute or Network provider
    """
    wanted = request.headers.get('if-match')
    if wanted and (resource is None or wanted != '*' and not _same(
            wanted, current)):
        raise _mismatch(request, 'if-match', wanted, current)
    unwanted = request.headers.get('if-none-match')
    if unwanted and resource is not None and (
            unwanted == '*' or _same(unwanted, current)):
        raise _mismatch(request, 'if-none-match', unwanted, current)


def _same(one: str, other: str | None) -> bool:
    return one.strip('"') == (other or '').strip('"')


def _mismatch(request: router.ArmRequest, header: str, sent: str,
              current: str | None) -> errors.ArmError:
    where = request.id
    if where is not None and where.namespace.lower() == 'microsoft.network':
        return errors.ArmError(
            412, 'PreconditionFailed', 'Precondition failed.', details=[{
                'code': 'PreconditionFailedEtagMismatch',
                'message': f'Etag provided in {header} header {sent} does '
                           f'not match etag {current} of resource {where} '
                           f'in NRP data store.'}])
    given, shown = sent.strip('"'), (current or '').strip('"')
    return errors.ArmError(
        412, 'PreconditionFailed',
        f'Etag provided in {header} header "{given}" does not match etag '
        f'"{shown}" of resource.')
