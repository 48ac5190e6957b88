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

"""AzureDriver: one delegate per method Nova calls.

What a method must do is in ``nova.virt.driver.ComputeDriver``; here is only
who does it. Methods that are missing are those Azure cannot do or this
release does not: Nova then refuses the action or falls back by itself.
"""

from __future__ import annotations

import threading
from typing import Any

from nova.compute import task_states
import nova.conf
from nova.virt import driver

from jacket_azure import conf
from jacket_azure.nova import absenceops
from jacket_azure.nova import actions
from jacket_azure.nova import allocations
from jacket_azure.nova import alternates
from jacket_azure.nova import consoleops
from jacket_azure.nova import diagnosticsops
from jacket_azure.nova import errors
from jacket_azure.nova import evacuateops
from jacket_azure.nova import hostops
from jacket_azure.nova import interfaceops
from jacket_azure.nova import janitorops
from jacket_azure.nova import parts
from jacket_azure.nova import passwordops
from jacket_azure.nova import powerops
from jacket_azure.nova import startup
from jacket_azure.nova import suspendops
from jacket_azure.nova import swapops
from jacket_azure.nova import tagops
from jacket_azure.nova import vmops
from jacket_azure.nova import volume_actions
from jacket_azure.nova import volumeops
from jacket_azure.nova.images import imageops
from jacket_azure.nova.images import snapshotops
from jacket_azure.nova.rebuild import rebuildops
from jacket_azure.nova.rebuild import rebuilds
from jacket_azure.nova.rescue import rescueops
from jacket_azure.nova.rescue import rescues
from jacket_azure.nova.resize import moves
from jacket_azure.nova.resize import resizeops
from jacket_azure.nova.serial import serialops

CONF = nova.conf.CONF
conf.register_opts(CONF)


class AzureDriver(
    actions.Actions,
    moves.Moves,
    rebuilds.Rebuilds,
    rescues.Rescues,
    volume_actions.VolumeActions,
    driver.ComputeDriver,
):
    """Runs instances as Azure virtual machines, one region per service."""

    capabilities = {
        **driver.ComputeDriver.capabilities,
        # A mapped image boots whatever its Glance record says: the bytes are
        # Azure's. Of others they are brought there in these formats.
        'supports_image_type_qcow2': True,
        'supports_image_type_raw': True,
        'supports_image_type_vhd': True,
        # what is brought from Glance is kept for the next server
        'has_imagecache': True,
        'supports_image_type_vhdx': True,
        'supports_image_type_vmdk': True,
        'supports_extend_volume': True,
        # of stopped servers; of running ones where the operator lets it
        'supports_attach_interface': True,
        # as far as the disk has shares; Cinder's volume types say so
        'supports_multiattach': True,
        # stable device rescue, of servers that boot from a volume as well
        'supports_bfv_rescue': True,
        # a machine goes to another host by its tags
        'supports_evacuate': True,
        # Azure moves it to other hardware, and our node stays the same
        'supports_migrate_to_same_host': True,
    }

    vmops = parts.Part()
    powerops = parts.Part()
    hostops = parts.Part()
    tagops = parts.Part()
    volumeops = parts.Part()
    swapops = parts.Part()
    consoleops = parts.Part()
    serialops = parts.Part()
    diagnosticsops = parts.Part()
    passwordops = parts.Part()
    rebuildops = parts.Part()
    interfaceops = parts.Part()
    suspendops = parts.Part()
    rescueops = parts.Part()
    resizeops = parts.Part()
    evacuateops = parts.Part()
    imageops = parts.Part()
    snapshotops = parts.Part()
    janitorops = parts.Part()
    absenceops = parts.Part()

    def __init__(self, virtapi: Any) -> None:
        super().__init__(virtapi)
        self.host = CONF.host
        self._backend: Any = None
        self._stopping = threading.Event()
        self.allocations = allocations.Allocations()

    # -- the service ------------------------------------------------------

    def init_host(self, host: str) -> None:
        self.host = host
        self.connect(
            startup.start(CONF.azure, host, self._stopping.wait)
        )
        imageops.make_instances_path()
        tagops.register(self.virtapi)
        absenceops.register(self.virtapi)
        janitorops.register(self.virtapi, CONF.azure.janitor_interval)
        allocations.register(self.virtapi)

    def connect(self, backend: Any) -> None:
        """Hand the parts of this driver their Azure."""
        self._backend = backend
        self.vmops = vmops.VmOps(backend)
        self.powerops = powerops.PowerOps(backend)
        self.hostops = hostops.HostOps(backend)
        self.tagops = tagops.TagOps(backend)
        self.volumeops = volumeops.VolumeOps(backend)
        self.swapops = swapops.SwapOps(backend, self.volumeops)
        self.consoleops = consoleops.ConsoleOps(backend)
        self.serialops = serialops.SerialOps(backend)
        self.diagnosticsops = diagnosticsops.DiagnosticsOps(backend)
        self.passwordops = passwordops.PasswordOps(backend)
        self.rebuildops = rebuildops.RebuildOps(backend, self.virtapi)
        self.interfaceops = interfaceops.InterfaceOps(backend)
        self.suspendops = suspendops.SuspendOps(backend)
        self.rescueops = rescueops.RescueOps(backend)
        self.resizeops = resizeops.ResizeOps(backend)
        self.evacuateops = evacuateops.EvacuateOps(backend)
        self.imageops = imageops.ImageOps(backend)
        self.snapshotops = snapshotops.SnapshotOps(backend)
        self.janitorops = janitorops.JanitorOps(backend)
        self.absenceops = absenceops.AbsenceOps(backend)

    def cleanup_host(self, host: str) -> None:
        self._stopping.set()
        parts.stop(self, 'serialops', 'janitorops', 'imageops')
        if self._backend is not None:
            self._backend.azure.close()

    # -- the node ---------------------------------------------------------

    def get_available_nodes(self, refresh: bool = False) -> list[str]:
        return [self.host]

    def get_available_resource(self, nodename: str) -> dict[str, Any]:
        with errors.as_host_errors():
            return self.hostops.available_resource(nodename)

    def update_provider_tree(
        self, provider_tree: Any, nodename: str, allocations: Any = None
    ) -> None:
        with errors.as_host_errors():
            self.hostops.update_provider_tree(provider_tree, nodename)

    def get_host_ip_addr(self) -> str:
        return CONF.my_ip

    def get_volume_connector(self, instance: Any) -> dict[str, Any]:
        return self.hostops.volume_connector(instance)

    # -- lists ------------------------------------------------------------

    def list_instances(self) -> list[str]:
        with errors.as_host_errors():
            return list(self.hostops.instances().values())

    def list_instance_uuids(self) -> list[str]:
        with errors.as_host_errors():
            return list(self.hostops.instances())

    def get_num_instances(self) -> int:
        with errors.as_host_errors():
            return len(self.hostops.instances())

    def instance_exists(self, instance: Any) -> bool:
        with errors.as_nova_errors(instance):
            return self.hostops.instance_exists(instance)

    def instance_on_disk(self, instance: Any) -> bool:
        # "on shared storage": the machine is in Azure, whoever manages it
        with errors.as_nova_errors(instance):
            return self.hostops.instance_in_azure(instance)

    def check_instance_shared_storage_local(
        self, context: Any, instance: Any
    ) -> None:
        # None means shared. Nova then passes destroy_disks=False when an
        # instance moves or a resize is reverted, and the machine stays
        # (nova 34 compute/manager.py, _is_instance_storage_shared).
        return None

    # -- instances --------------------------------------------------------

    def spawn(
        self,
        context: Any,
        instance: Any,
        image_meta: Any,
        injected_files: Any,
        admin_password: str | None,
        allocations: Any,
        network_info: Any = None,
        block_device_info: Any = None,
        power_on: bool = True,
        accel_info: Any = None,
    ) -> None:
        with errors.as_build_errors(
            instance,
            lambda: alternates.remain(
                context, alternates.note_tried(instance, self.host)
            ),
        ):
            self.vmops.spawn(
                context,
                instance,
                image_meta,
                injected_files,
                admin_password,
                network_info,
                block_device_info,
            )
            if not power_on:
                # Azure makes running machines only
                self.powerops.power_off(instance, timeout_seconds=60)
        alternates.forget_tried(instance)

    def destroy(
        self,
        context: Any,
        instance: Any,
        network_info: Any,
        block_device_info: Any = None,
        destroy_disks: bool = True,
        destroy_secrets: bool = True,
    ) -> None:
        if self.serialops is not None:
            self.serialops.forget(instance.uuid)
        if not destroy_disks:
            # the machine lives on, here or under another host: touch nothing
            return
        with errors.as_nova_errors(instance):
            self.vmops.destroy(instance, network_info)

    def cleanup(
        self,
        context: Any,
        instance: Any,
        network_info: Any,
        block_device_info: Any = None,
        destroy_disks: bool = True,
        migrate_data: Any = None,
        destroy_vifs: bool = True,
        destroy_secrets: bool = True,
    ) -> None:
        """Do nothing: this host keeps nothing, and destroy is complete."""

    def get_info(self, instance: Any, use_cache: bool = True) -> Any:
        with errors.as_nova_errors(instance):
            return self.powerops.get_info(instance, use_cache)

    def power_off(
        self, instance: Any, timeout: int = 0, retry_interval: int = 0
    ) -> None:
        if instance.task_state == task_states.RESCUING:
            self.rescueops.power_off_later(instance, timeout)
            return
        if timeout == 0 and self.evacuateops.lives(instance):
            # Nova takes the guest for dead with its host
            timeout = CONF.shutdown_timeout
        with errors.as_nova_errors(instance):
            self.powerops.power_off(instance, timeout)

    def power_on(
        self,
        context: Any,
        instance: Any,
        network_info: Any,
        block_device_info: Any = None,
        accel_info: Any = None,
        share_info: Any = None,
    ) -> None:
        with errors.as_nova_errors(instance):
            self._make_bootable(context, instance)
            self.powerops.power_on(instance)

    def _make_bootable(self, context: Any, instance: Any) -> None:
        """Finish or take back what was cut short, before it is started."""
        self.rescueops.take_back(context, instance)
        self.rebuildops.finish(context, instance)

    def reboot(
        self,
        context: Any,
        instance: Any,
        network_info: Any,
        reboot_type: str,
        block_device_info: Any = None,
        bad_volumes_callback: Any = None,
        accel_info: Any = None,
        share_info: Any = None,
    ) -> None:
        hard = reboot_type == 'HARD'
        with errors.as_nova_errors(instance):
            if hard:
                self.resizeops.settle(context, instance)
                self._make_bootable(context, instance)
            self.powerops.reboot(instance, hard)

    def snapshot(
        self,
        context: Any,
        instance: Any,
        image_id: str,
        update_task_state: Any,
    ) -> None:
        with errors.as_nova_errors(instance):
            self.snapshotops.snapshot(
                context, instance, image_id, update_task_state
            )
        self.imageops.created(context)

    def manage_image_cache(self, context: Any, all_instances: Any) -> None:
        self.imageops.manage()

    def cache_image(self, context: Any, image_id: str) -> bool:
        with errors.as_host_errors():
            return self.imageops.bring(context, image_id)

    def resume_state_on_host_boot(
        self,
        context: Any,
        instance: Any,
        network_info: Any,
        share_info: Any,
        block_device_info: Any = None,
    ) -> None:
        with errors.as_nova_errors(instance):
            if self.powerops.is_stopped(instance):
                self._make_bootable(context, instance)
                self.powerops.power_on(instance)

    def get_console_output(self, context: Any, instance: Any) -> str:
        with errors.as_nova_errors(instance):
            return self.consoleops.output(instance)

    def plug_vifs(self, instance: Any, network_info: Any) -> None:
        """Do nothing: Azure connects the network interfaces."""

    def unplug_vifs(self, instance: Any, network_info: Any) -> None:
        """Do nothing: Azure disconnects the network interfaces."""
