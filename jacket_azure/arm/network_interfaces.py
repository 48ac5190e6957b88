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

"""Network interfaces: Microsoft.Network/networkInterfaces."""

from __future__ import annotations

import logging

from jacket_azure import exceptions
from jacket_azure.arm import writes

LOG = logging.getLogger(__name__)

RESERVED = 'NicReservedForAnotherVm'
# Azure keeps an interface 180 seconds for a machine that failed or went away.
RESERVED_SECONDS = 200.0
_PAUSE = 20.0


class NetworkInterfaces(writes.WrittenResources):
    """Network interfaces of our resource group.

    Source: Network REST API, network-interfaces, api-version 2026-03-01.
    """

    NAME = 'network_interfaces'
    TYPE = 'Microsoft.Network/networkInterfaces'

    def delete(
        self,
        name: str,
        wait_reserved: bool = False,
        etag: str | None = None,
        timeout_seconds: float | None = None,
    ) -> bool:
        """Delete the interface and wait until it is gone.

        :param wait_reserved: when Azure still reserves it for a virtual
            machine that failed, try again for up to 200 seconds
        :param etag: delete only what still has this etag
        :param timeout_seconds: instead of the option ``operation_timeout``
        :returns: False when it was not there
        :raises InUse: a virtual machine holds it
        :raises PreconditionFailed: it changed since the etag was read
        """
        # the SDK's method has no parameter for it
        headers = {'headers': {'If-Match': etag}} if etag else {}
        waiter = self._client.waiter
        deadline = waiter.clock() + RESERVED_SECONDS
        while True:
            try:
                return self._delete(name, timeout_seconds, **headers)
            except exceptions.InUse as exc:
                if (
                    not wait_reserved
                    or exc.code != RESERVED
                    or waiter.clock() + _PAUSE > deadline
                ):
                    raise
                LOG.debug('Waiting for the reservation of %s to end', name)
            waiter.sleep(_PAUSE)
