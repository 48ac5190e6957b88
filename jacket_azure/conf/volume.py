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

"""Options of volumes, for Nova and Cinder alike."""

from __future__ import annotations

from oslo_config import cfg

OPTS = [
    cfg.StrOpt(
        'storage_account',
        regex=r'^[a-z0-9]{3,24}$',
        help='Existing storage account in resource_group and location. With '
        'disk_model = page_blob it holds all disks, in the containers '
        'volumes, snapshots, images and vhds, which are made when missing. '
        'Example: ops0storage0account',
    ),
    cfg.StrOpt(
        'storage_credential',
        default='identity',
        choices=[
            ('identity', 'the same identity as for Azure Resource Manager; '
             'it needs the role Storage Blob Data Contributor'),
            ('account_key', 'a key of the account, read from Azure with the '
             'permission listKeys; for clouds without tokens for blobs, as '
             'Azure Stack Hub may be'),
        ],
        help='How to log in to storage_account.',
    ),
]

# of each backend's own section in cinder.conf
BACKEND_OPTS = [
    cfg.StrOpt(
        'azure_config_group',
        default='azure',
        help='Section with the options of [azure] that this backend uses. '
        'Backends with other disk models, regions or subscriptions in one '
        'cinder.conf each name a section of their own, which must then hold '
        'all options: nothing is taken over from [azure]. Example: '
        'azure_westeurope',
    ),
]
