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

"""``[azure]``: which cloud, whose credentials, where resources live."""

from oslo_config import cfg

GROUP = cfg.OptGroup(
    'azure',
    title='Microsoft Azure',
    help='How Nova and Cinder reach Azure, and what they make there.',
)

OPTS = [
    cfg.StrOpt(
        'cloud',
        default='public',
        choices=[
            ('public', 'Azure, the global service'),
            ('usgovernment', 'Azure for US Government'),
            ('china', 'Azure operated by 21Vianet'),
            ('stack_hub', 'Azure Stack Hub; needs arm_endpoint, authority'),
            ('custom', 'any other endpoint; needs arm_endpoint, authority'),
        ],
        help='The Azure cloud to use. Endpoints, API versions and '
        'capabilities follow from it.',
    ),
    cfg.URIOpt(
        'arm_endpoint',
        schemes=['https'],
        help='Base URL of Azure Resource Manager, only with cloud = '
        'stack_hub or custom. Example: '
        'https://management.local.azurestack.external',
    ),
    cfg.URIOpt(
        'authority',
        schemes=['https'],
        help='Base URL of the token service, only with cloud = stack_hub or '
        'custom. Example: https://login.microsoftonline.com',
    ),
    cfg.StrOpt(
        'token_scope',
        help='Scope to ask tokens for, only with cloud = stack_hub or '
        'custom. Empty means <arm_endpoint>/.default.',
    ),
    cfg.StrOpt(
        'storage_suffix',
        help='Domain of storage accounts, only with cloud = stack_hub or '
        'custom. Example: local.azurestack.external',
    ),
    cfg.StrOpt(
        'ca_file',
        help='File of PEM certificates to trust instead of the system\'s, '
        'for endpoints with a private certificate authority.',
    ),
    cfg.StrOpt(
        'credential',
        default='client_secret',
        choices=[
            ('client_secret', 'service principal and client_secret'),
            ('certificate', 'service principal and certificate_path'),
            ('managed_identity', 'identity of the Azure VM we run on'),
            ('workload_identity', 'federated_token_file of Kubernetes'),
        ],
        help='How to log in. User names with passwords are not supported, '
        'because Azure enforces a second factor for them.',
    ),
    cfg.StrOpt('tenant_id', help='Microsoft Entra tenant, a UUID.'),
    cfg.StrOpt(
        'client_id',
        help='Application (client) id of the service principal, a UUID. '
        'With managed_identity: the user-assigned identity; empty means the '
        'system-assigned one.',
    ),
    cfg.StrOpt(
        'client_secret',
        secret=True,
        help='Secret of the service principal, for credential = '
        'client_secret.',
    ),
    cfg.StrOpt(
        'certificate_path',
        help='PEM or PKCS12 file with certificate and private key, for '
        'credential = certificate.',
    ),
    cfg.StrOpt(
        'certificate_password',
        secret=True,
        help='Password of certificate_path, if it has one.',
    ),
    cfg.StrOpt(
        'federated_token_file',
        help='File with the projected service account token, for '
        'credential = workload_identity.',
    ),
    cfg.StrOpt('subscription_id', help='Azure subscription, a UUID.'),
    cfg.StrOpt(
        'location',
        help='Azure region in its short form. Example: westeurope',
    ),
    cfg.StrOpt(
        'resource_group',
        help='Existing resource group that holds everything this deployment '
        'makes. Networks may live in another group.',
    ),
    cfg.StrOpt(
        'owner',
        default='openstack',
        regex=r'^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$',
        help='Id of this OpenStack deployment, written to the tag '
        'jacket-owner of all we make. Only what carries it is ever changed '
        'or deleted, so two deployments that share a resource group need '
        'two ids. Never change it while resources exist.',
    ),
    cfg.StrOpt(
        'disk_model',
        default='managed',
        choices=[
            ('managed', 'managed disks and snapshots'),
            ('page_blob', 'VHD page blobs in a storage account'),
        ],
        help='How disks are kept. Public Azure has refused to start virtual '
        'machines with page-blob disks since 2026-03-31.',
    ),
    cfg.StrOpt(
        'mapping_file',
        default='/etc/jacket_azure/mapping.yaml',
        help='YAML file that maps flavors, images, networks, security '
        'groups and availability zones to Azure. It is read again when it '
        'changes; a broken new version leaves the old one in force.',
    ),
    cfg.IntOpt(
        'operation_timeout',
        default=1800,
        min=10,
        help='Seconds after which a long-running Azure operation counts as '
        'failed, counted from its first request.',
    ),
    cfg.IntOpt(
        'retry_timeout',
        default=180,
        min=1,
        help='Seconds for which a request that Azure does not answer, or '
        'answers with a server error, is sent again before the action fails. '
        'Reads are given up after this time for any reason. Writes that '
        'Azure puts off because of its rate limits are sent again up to '
        'operation_timeout.',
    ),
    cfg.IntOpt(
        'connect_timeout',
        default=10,
        min=1,
        help='Seconds to wait for a connection to Azure.',
    ),
    cfg.IntOpt(
        'read_timeout',
        default=60,
        min=1,
        help='Seconds to wait for the next bytes of an answer.',
    ),
    cfg.FloatOpt(
        'poll_interval',
        default=1.0,
        min=0.1,
        max=60.0,
        help='Seconds between the first two looks at a long-running '
        'operation; later looks are rarer, up to 15 seconds apart. Where '
        'Azure sends Retry-After, that is used instead.',
    ),
    cfg.IntOpt(
        'http_pool_size',
        default=64,
        min=1,
        help='Connections to Azure kept open per process.',
    ),
]
