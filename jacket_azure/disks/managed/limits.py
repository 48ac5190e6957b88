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

"""What can be made in our location, from the catalogue, read once a day."""

from __future__ import annotations

from collections.abc import Mapping
import logging
from typing import Any

from jacket_azure import exceptions
from jacket_azure.disks import cached
from jacket_azure.payload import disk_catalogue
from jacket_azure.payload import disk_skus

LOG = logging.getLogger(__name__)

_DAY = 86400.0
# after a failure: documented limits meanwhile
_SOON = 300.0

_Limits = Mapping[str, disk_skus.Limits]


class DiskLimits:
    """Limits by SKU; safe to share between threads.

    :param azure: the client layer
    """

    def __init__(self, azure: Any) -> None:
        self._azure = azure
        self._known: cached.Cached[_Limits] = cached.Cached(self._read)

    def all(self) -> _Limits:
        """Return the limits of every SKU, also of those not to be had."""
        return self._known.get()

    def of(self, sku: str) -> disk_skus.Limits:
        """Return the limits of a SKU.

        :raises InvalidRequest: there is no such SKU
        """
        disk_skus.check_sku(sku)
        return self.all()[sku]

    def _read(self) -> tuple[_Limits, float]:
        location = self._azure.location
        try:
            skus = self._azure.resource_skus.list(location)
        except exceptions.AzureError as exc:
            LOG.warning(
                'The catalogue of disks cannot be read, so documented limits '
                'are used: %s',
                exc,
            )
            return disk_skus.DOCUMENTED, _SOON
        return disk_catalogue.parse(skus, location), _DAY
