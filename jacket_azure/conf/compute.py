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

"""``[azure]``: what only Nova instances need."""

from oslo_config import cfg

OPTS = [
    cfg.StrOpt(
        'admin_username',
        default='azureuser',
        help='Administrator account made in every instance. Azure refuses '
        'names such as admin, root or administrator.',
    ),
    cfg.StrOpt(
        'linux_password',
        default='without_key',
        choices=[
            ('without_key', 'only for servers created without a key pair'),
            ('always', 'also beside a key pair'),
        ],
        help='When a Linux instance accepts the admin password of the '
        'server. Nova makes one for every server, asked for or not. '
        'Windows instances always get it.',
    ),
    cfg.IntOpt(
        'guest_agent_timeout',
        default=600,
        min=0,
        help="Seconds to wait for Azure's agent in a guest that was given "
        'another OS disk, or boots from a volume or a specialized image, '
        'when a password or key is to be set in it. The server is there all '
        'the same when that time is over; its password can be set later.',
    ),
    cfg.StrOpt(
        'stop_mode',
        default='deallocate',
        choices=[
            ('deallocate', 'release the hardware: no charge for compute'),
            ('power_off', 'keep the hardware, and pay for it'),
        ],
        help='What stopping a server does in Azure. Starting a deallocated '
        'one can fail when Azure has no capacity at that moment.',
    ),
    cfg.BoolOpt(
        'restart_for_interface_change',
        default=False,
        help='Attach and detach network interfaces of running servers as '
        'well: the virtual machine is deallocated for it and started again, '
        'which takes some minutes, ends what runs in the guest, and can fail '
        'when Azure has no capacity at that moment. Otherwise only stopped '
        'servers take or give an interface, since Azure changes those of '
        'deallocated machines only. Raise [DEFAULT] rpc_response_timeout to '
        '300 along with it.',
    ),
    cfg.BoolOpt(
        'hibernation',
        default=False,
        help='Make new servers able to hibernate, which is how they are '
        'suspended, where VM size, marketplace image and OS disk allow it: a '
        'size with hibernation and at most 64 GiB of memory, and a managed '
        'OS disk larger than the memory. Azure then installs an extension in '
        'the guest. Servers made without it cannot be suspended.',
    ),
    cfg.StrOpt(
        'os_disk_sku',
        default='StandardSSD_LRS',
        choices=[
            'Standard_LRS',
            'StandardSSD_LRS',
            'StandardSSD_ZRS',
            'Premium_LRS',
            'Premium_ZRS',
        ],
        help='Kind of the OS disk. Premium kinds need a VM size with '
        'premium storage and are refused for others before anything is '
        'made. The flavor extra spec azure:os_disk_sku overrides it.',
    ),
    cfg.BoolOpt(
        'boot_diagnostics',
        default=True,
        help='Keep the serial log and a screenshot in storage that Azure '
        'manages, for console output. Azure has no serial console without.',
    ),
    cfg.FloatOpt(
        'power_state_cache_seconds',
        default=3.0,
        min=0.0,
        max=60.0,
        help='How long one listing of all virtual machines answers every '
        'question about power states.',
    ),
    cfg.IntOpt(
        'quota_cache_seconds',
        default=300,
        min=0,
        help='How long quotas and their use are remembered.',
    ),
    cfg.IntOpt(
        'capacity_memory_seconds',
        default=300,
        min=0,
        help='How long the scheduler is told that Azure had no room. A VM '
        'size that was refused for want of capacity loses its trait '
        'CUSTOM_AZURE_SIZE_* (in one zone of several: the host gains '
        'CUSTOM_AZURE_NO_CAPACITY_*), and a size family that was refused for '
        'want of quota has no free vCPUs in Placement. A server that Azure '
        'did make ends it at once. 0 tells nothing.',
    ),
    cfg.IntOpt(
        'catalogue_cache_seconds',
        default=86400,
        min=60,
        help='How long the catalogue of VM sizes is remembered.',
    ),
    cfg.IntOpt(
        'image_cache_seconds',
        default=3600,
        min=0,
        help='How long the facts of a marketplace image, and which version '
        '"latest" is, are remembered.',
    ),
    cfg.IntOpt(
        'placement_memory_mb',
        default=100 * 1024 * 1024,
        min=1,
        max=2147483647,
        help='MEMORY_MB told to Placement. Azure has no such quota: vCPU '
        'quotas decide.',
    ),
    cfg.IntOpt(
        'placement_disk_gb',
        default=10 * 1024 * 1024,
        min=1,
        max=2147483647,
        help='DISK_GB told to Placement. Azure has no such quota.',
    ),
]
