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

"""Methods of Nova's drivers that ours has not, and why.

Those of ``nova.virt.driver.ComputeDriver`` that raise NotImplementedError;
``test_virt_driver_contract`` checks that none is forgotten or outdated.
"""

# Azure has no such thing, or its owner does not get it.
IMPOSSIBLE = {
    'block_stats': 'no counters of a disk from outside the guest',
    'get_all_volume_usage': 'no counters of a disk from outside the guest',
    'get_host_cpu_stats': "the host is Azure's",
    'get_host_uptime': "the host is Azure's",
    'get_instance_disk_info': 'is for disks that are files of the host',
    'get_mks_console': 'no such console',
    'get_spice_console': 'no such console',
    'get_vnc_console': 'no such console',
    'host_maintenance_mode': "the host is Azure's",
    'host_power_action': "the host is Azure's",
    'is_share_mounted': 'no file system shared by the host',
    'mount_share': 'no file system shared by the host',
    'umount_share': 'no file system shared by the host',
    'power_update_event': 'is for bare metal',
    'quiesce': 'no way to freeze file systems from outside the guest',
    'unquiesce': 'no way to freeze file systems from outside the guest',
    'trigger_crash_dump': 'no interrupt that would trigger it',
    'volume_snapshot_create': 'is for volumes that are files of the host',
    'volume_snapshot_delete': 'is for volumes that are files of the host',
    # Azure moves machines itself, and never where one would like it
    'check_can_live_migrate_source': 'no live migration',
    'cleanup_live_migration_destination_check': 'no live migration',
    'live_migration': 'no live migration',
    'live_migration_abort': 'no live migration',
    'live_migration_force_complete': 'no live migration',
    'post_live_migration_at_destination': 'no live migration',
    'post_live_migration_at_source': 'no live migration',
    'pre_live_migration': 'no live migration',
    'rollback_live_migration_at_destination': 'no live migration',
}

# Nova does the same by other means, or never asks, when the driver has not.
LEFT_TO_NOVA = {
    'check_instance_shared_storage_remote':
        'asked only after another answer of the method for the local host',
    'default_device_names_for_instance': 'Nova counts the devices itself',
    'default_root_device_name': 'Nova knows a default',
    'restore': 'Nova powers on',
    'set_host_enabled': 'Nova sets the trait in Placement itself',
    'soft_delete': 'Nova powers off',
}

MISSING = {**IMPOSSIBLE, **LEFT_TO_NOVA}
