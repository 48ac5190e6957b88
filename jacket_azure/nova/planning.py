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

"""Everything that will be written for a new instance, before any of it is."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
import dataclasses
from typing import Any

from oslo_log import log as logging
from oslo_utils import timeutils

from jacket_azure.disks import models as disks
from jacket_azure.nova import backend as backends
from jacket_azure.nova import choices
from jacket_azure.nova import disk_plans
from jacket_azure.nova import guest
from jacket_azure.nova import guest_access
from jacket_azure.nova import netops
from jacket_azure.nova import nic_plans
from jacket_azure.nova import os_disks
from jacket_azure.nova import public_addresses
from jacket_azure.payload import checks
from jacket_azure.payload import names
from jacket_azure.payload import tags
from jacket_azure.payload import virtual_machine

LOG = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class Plan:
    """What to write for one instance.

    :ivar vm: name of the virtual machine
    :ivar nics: name and body of each network interface, primary first
    :ivar public_ips: body of the public address that an interface of that
        name gets, which has the same name
    :ivar vm_body: holds the password, so it stays out of every log
    :ivar image_version: marketplace version that ``latest`` meant, if any
    :ivar prepared: OS disk that is to be made before the machine, if any;
        *vm_body* has none as long as it is not
    :ivar access: what the guest's agent is to set, once it runs
    """

    uuid: str
    vm: str
    nics: tuple[tuple[str, dict[str, Any]], ...] = dataclasses.field(
        repr=False
    )
    vm_body: dict[str, Any] = dataclasses.field(repr=False)
    image_version: str | None
    prepared: os_disks.Prepared | None = None
    access: guest_access.Access = guest_access.Access()
    public_ips: Mapping[str, dict[str, Any]] = dataclasses.field(
        default_factory=dict
    )

    def with_metadata(self, metadata: Mapping[str, str]) -> Plan:
        """Return the plan with the tags of other metadata."""
        old = self.vm_body['tags']
        found, _ = tags.rebuild(
            old, tags.get(self.vm_body, tags.DISPLAY_NAME), metadata
        )
        return dataclasses.replace(
            self, vm_body={**self.vm_body, 'tags': found}
        )

    def with_os_disk(self, boot: disks.Boot) -> Plan:
        """Return the plan with the OS disk that was made for it."""
        properties = self.vm_body['properties']
        profile = {**properties['storageProfile'], 'osDisk': boot.os_disk}
        if boot.image_reference is not None:
            profile['imageReference'] = dict(boot.image_reference)
        properties = {**properties, 'storageProfile': profile}
        return dataclasses.replace(
            self, vm_body={**self.vm_body, 'properties': properties}
        )


class Planner:
    """Turns an order into a plan, or refuses it."""

    def __init__(self, backend: backends.Backend) -> None:
        self._backend = backend
        self._chooser = choices.Chooser(backend)
        self._netops = netops.NetOps(backend)
        self._disk_plans = disk_plans.DiskPlans(backend)
        self._nic_plans = nic_plans.NicPlans(backend)
        self._public_addresses = public_addresses.PublicAddresses(backend)

    def plan(self, order: choices.Order) -> Plan:
        """Decide everything about a new instance.

        :raises InvalidRequest: Azure or this release cannot do it
        :raises MappingLookupError: something has no Azure counterpart
        :raises NotFound: a counterpart does not exist
        :raises QuotaExceeded: the quota has no room for it
        """
        choice = self._chooser.choose(order)
        instance, request = order.instance, choice.request
        interfaces = self._netops.interfaces(
            order.context, instance.uuid, order.network_info
        )
        created = timeutils.utcnow().isoformat() + 'Z'
        public_ips = self._nic_plans.public_ips(
            instance, interfaces, created
        )
        self._public_addresses.check_quota(public_ips.values())
        return Plan(
            uuid=instance.uuid,
            vm=names.vm_name(instance.uuid),
            nics=self._nic_plans.nics(
                instance,
                interfaces,
                created,
                checks.accelerated_networking(request.size, request.image),
            ),
            public_ips=public_ips,
            vm_body=virtual_machine.build(
                self._vm_spec(order, choice, interfaces, created)
            ),
            image_version=choice.image.version if choice.image else None,
            prepared=self._disk_plans.prepared(instance, choice, created),
            access=self._access(order, choice),
        )

    def _vm_spec(
        self,
        order: choices.Order,
        choice: choices.Choice,
        interfaces: Iterable[netops.Interface],
        created: str,
    ) -> virtual_machine.VmSpec:
        instance, azure = order.instance, self._backend.azure
        flavor, request = choice.flavor, choice.request
        capabilities = azure.cloud.capabilities
        cascade = capabilities.cascade_delete
        return virtual_machine.VmSpec(
            location=azure.location,
            size=request.size.name,
            image=choice.image,
            os_disk=self._disk_plans.os_disk(instance, choice),
            data_disks=self._disk_plans.data_disks(choice),
            nic_ids=tuple(
                self._nic_plans.nic_id(interface.name)
                for interface in interfaces
            ),
            os_profile=self._os_profile(order, choice),
            user_data=self._user_data(order, choice),
            zone=request.zone,
            tags=self._vm_tags(
                instance,
                choice.image.version if choice.image else None,
                created,
            ),
            plan=choice.plan,
            ultra_disks=any(one.needs_ultra for one in choice.volumes.data),
            security=(
                request.security if capabilities.security_types else None
            ),
            boot_diagnostics=self._backend.conf.boot_diagnostics,
            disk_controller=checks.disk_controller(
                request.size, request.image
            ),
            cascade_delete=cascade,
            priority=flavor.priority,
            eviction_policy=flavor.eviction_policy,
            max_price=flavor.max_price,
        )

    def _os_profile(
        self, order: choices.Order, choice: choices.Choice
    ) -> dict[str, Any] | None:
        if not choice.takes_os_profile:
            return None
        return guest.build_os_profile(
            self._backend.conf,
            order.instance,
            choice.request.image.os_type,
            order.injected_files,
            order.admin_password,
            order.network_info,
        )

    def _user_data(
        self, order: choices.Order, choice: choices.Choice
    ) -> str | None:
        if choice.takes_os_profile:
            return None
        return guest_access.user_data(
            self._backend,
            order,
            choice.request.image.os_type,
        )

    def _access(
        self, order: choices.Order, choice: choices.Choice
    ) -> guest_access.Access:
        if choice.takes_os_profile:
            return guest_access.Access()
        return guest_access.of_specialized(
            self._backend, order, choice.request.image.os_type
        )

    def _vm_tags(
        self, instance: Any, image_version: str | None, created: str
    ) -> dict[str, str]:
        found, skipped = tags.build(
            self._backend.owner,
            tags.KIND_INSTANCE,
            instance.uuid,
            instance.project_id,
            created,
            host=self._backend.host,
            name=instance.name,
            display_name=instance.display_name,
            metadata=instance.metadata,
            image_version=image_version,
        )
        if skipped:
            LOG.info(
                'Azure cannot hold these metadata keys as tags: %s',
                ', '.join(skipped),
                instance=instance,
            )
        return found
