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

"""One writer at a time: how the network provider refuses others.

Seen at 2020-11-01 and 2024-03-01: a second subnet of a network is refused
with 409 (2 answers), another child of a table or a network with 429 and the
name of the operation that is in the way (6 answers).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jacket_azure.emulator import errors
from jacket_azure.emulator import operations
from jacket_azure.emulator import router
from jacket_azure.emulator import store

if TYPE_CHECKING:
    from jacket_azure.emulator import server

_VERBS = {'write': 'Put', 'delete': 'Delete'}


def require_idle(emulator: server.Emulator,
                 found: store.Resource | None) -> None:
    """Refuse a second writer of a resource.

    :raises ArmError: 409 AnotherOperationInProgress
    """
    running = emulator.operations.running(found.id) if found else []
    if running:
        raise _another(running[0])


def require_quiet(request: router.ArmRequest,
                  parent: store.Resource) -> None:
    """Refuse to write a child while its parent or another child changes.

    :raises ArmError: 409 AnotherOperationInProgress, 429 RetryableError
    """
    emulator = request.emulator
    require_idle(emulator, parent)
    below = f'{parent.id}/'.lower()
    busy = [one for one in emulator.operations.running()
            if one.resource_id.startswith(below)]
    if not busy:
        return
    kind, _, verb = busy[0].kind.partition('.')
    own = request.id.type.rpartition('/')[2] if request.id else ''
    if kind == own == 'subnets' or str(request.id).lower() in [
            one.resource_id for one in busy]:
        raise _another(busy[0])
    name = f'{_VERBS.get(verb, "Put")}{kind[:1].upper()}{kind[1:-1]}Operation'
    wait = emulator.operations.retry_after()
    raise errors.ArmError(
        429, 'RetryableError', 'A retryable error occurred.', details=[{
            'code': 'RetryableErrorDueToAnotherOperation',
            'message':
                f'Operation {name} ({busy[0].id}) is updating resource '
                f'{parent.id}. The call can be retried in '
                f'{wait.get("Retry-After", 10)} seconds.'}], headers=wait)


def _another(running: operations.Operation) -> errors.ArmError:
    return errors.ArmError(
        409, 'AnotherOperationInProgress',
        f'Another operation on this or dependent resource is in progress. '
        f'To retrieve status of the operation use uri: '
        f'{running.url("status")}.', details=[])
