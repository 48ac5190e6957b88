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

"""Public addresses of interfaces: room for them, and who is told of them.

Nova's addresses come from Neutron, which knows nothing of these. So a
server's metadata says them, under a key that its user may use otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any

from oslo_log import log as logging

from jacket_azure import exceptions
from jacket_azure.nova import backend as backends
from jacket_azure.payload import public_ip
from jacket_azure.payload import tags

LOG = logging.getLogger(__name__)

_QUOTA_AGE_SECONDS = 10
_LAG_SECONDS = 5.0


class PublicAddresses:
    """Public addresses that this host's machines have."""

    def __init__(self, backend: backends.Backend) -> None:
        self._backend = backend
        self._addresses = backend.azure.public_ip_addresses

    def check_quota(self, bodies: Iterable[Mapping[str, Any]]) -> None:
        """Refuse more addresses than the region has room for.

        :param bodies: of the addresses to be
        :raises QuotaExceeded: naming the quota
        """
        needed: dict[str, int] = {}
        skus = [body['sku']['name'] for body in bodies]
        if not skus:
            return
        for age in (None, _QUOTA_AGE_SECONDS):
            quotas = self._backend.catalogue.network_quotas(age)
            needed.clear()
            for sku in skus:
                for name in public_ip.quotas_of(sku, quotas.by_name):
                    needed[name] = needed.get(name, 0) + 1
            exceeded = [
                quota.name
                for name, amount in needed.items()
                if (quota := quotas.get(name)) and amount > quota.free
            ]
            if not exceeded:
                return
        raise exceptions.QuotaExceeded(
            f'The quota {", ".join(exceeded)} of this subscription has no '
            f'room for {len(skus)} public IP addresses more.'
        )

    def make(self, name: str, body: Mapping[str, Any]) -> str | None:
        """Make one address, or find it made; return what it is.

        Azure chooses it while it makes it, so one look more tells it.

        :returns: None when that look fails, which is no reason to give up
        """
        self._addresses.create_or_update(name, body)
        return self.look(name)

    def look(self, name: str) -> str | None:
        """Return what an address is, None when that cannot be known now."""
        try:
            return public_ip.parse_address(self._addresses.get(name))
        except exceptions.AzureError as exc:
            LOG.warning('Which address %s is, is not known: %s', name, exc)
            return None

    def delete(self, instance: Any, name: str) -> str | None:
        """Delete the address of an interface that is gone, if it is ours.

        One that something else has is left alone, for the janitor to delete
        when it is free.

        :returns: what it was
        """
        try:
            found = self._addresses.get(name)
        except exceptions.NotFound:
            return None
        if not (
            tags.is_owned(found, self._backend.owner)
            and tags.instance_uuid(found) == instance.uuid
        ):
            LOG.warning(
                'Leaving public address %s alone: its tags do not say that '
                'owner %s made it for this instance',
                name,
                self._backend.owner,
                instance=instance,
            )
            return None
        if self._delete(name):
            LOG.info('Deleted public address %s', name, instance=instance)
        else:
            LOG.warning(
                'Leaving public address %s: something else has it',
                name,
                instance=instance,
            )
        return public_ip.parse_address(found)

    def _delete(self, name: str) -> bool:
        try:
            self._addresses.delete(name)
        except exceptions.InUse:
            # Azure may show the interface that is gone a little longer
            self._backend.azure.wire.sleep(_LAG_SECONDS)
            try:
                self._addresses.delete(name)
            except exceptions.InUse:
                return False
        return True

    # -- the user is told

    @staticmethod
    def tell(
        instance: Any,
        added: Iterable[str],
        removed: Iterable[str] | None = None,
    ) -> bool:
        """Change what the server's metadata says; who calls must save it.

        What a user has written under that key stays.

        :param removed: None for all that it said
        :returns: whether it has changed
        """
        text = instance.metadata.get(public_ip.METADATA, '')
        known = public_ip.parse_described(text)
        if known is None:
            LOG.info(
                'The metadata of the server says something else as %s',
                public_ip.METADATA,
                instance=instance,
            )
            return False
        gone = set(known if removed is None else removed)
        now = [each for each in known if each not in gone]
        now += [each for each in added if each not in now]
        if now == known:
            return False
        metadata = dict(instance.metadata)
        metadata.pop(public_ip.METADATA, None)
        if now:
            metadata[public_ip.METADATA] = public_ip.describe(now)
        instance.metadata = metadata
        return True
