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


"""``[azure]``: images on their way between Glance and Azure."""

from oslo_config import cfg

# the cache's record of when an image was used is an hour old at most
LEAST_GRACE_SECONDS = 7200

OPTS = [
    cfg.IntOpt(
        'image_cache_size_gib',
        default=200,
        min=0,
        help='Sum of the sizes, in GiB, of the images whose bytes were '
        'brought from Glance and are kept in Azure, so that the next server '
        'or volume is made from them without a transfer. Above it those not '
        'used for longest are deleted, but never one that was used within '
        'image_cache_grace_time. 0 keeps an image for that time only, and '
        'brings volumes without a copy in between.',
    ),
    cfg.IntOpt(
        'image_cache_grace_time',
        default=86400,
        min=LEAST_GRACE_SECONDS,
        help='Seconds since its last use in which a kept image is not '
        'deleted, however full the cache is.',
    ),
    cfg.StrOpt(
        'image_staging_directory',
        help='Local folder for images that cannot be read as one stream '
        '(qcow2, VHDX, VMDK, dynamic VHD) while they are brought to Azure; '
        'raw images and fixed VHDs are never stored. Several services may '
        'share it. Unset means the folder azure-images below the state_path '
        'of the service.',
    ),
    cfg.IntOpt(
        'image_staging_size_gib',
        default=100,
        min=1,
        help='Most GiB that all files in image_staging_directory take '
        'together; an image that does not fit is refused before it is '
        'fetched. The file as it is in Glance counts, not the disk in it.',
    ),
    cfg.IntOpt(
        'image_max_size_gib',
        default=2048,
        min=1,
        max=32767,
        help='Largest disk, in GiB, that an image from Glance may become. '
        'A compressed image of a few bytes can claim any size.',
    ),
    cfg.StrOpt(
        'image_upload',
        default='none',
        choices=[
            ('none', 'Glance gets a record that leads to the bytes in Azure'),
            ('raw', 'the whole disk, zeros included'),
            ('qcow2', 'what is not zeros, as QEMU keeps it'),
            ('vhd', 'what is not zeros, as a dynamic VHD; 2040 GiB at most'),
        ],
        help='Whether an image that is made from a server has its bytes in '
        'Glance, too, where they can be downloaded, and in which format. '
        'The property azure_image_upload of a server\'s create-image '
        'request decides for one image.',
    ),
    cfg.ListOpt(
        'image_projects',
        default=[],
        help='Ids of the projects of operators that make images for '
        'everybody. The properties azure_uri and azure_image_id of a public '
        'image of such a project may name any snapshot, disk or VHD that '
        'this service can read; of other images, public or not, only what '
        'was made for them. The members of these projects must be trusted '
        'with all images and volumes. The mapping file needs no entry here.',
    ),
    cfg.IntOpt(
        'image_transfer_threads',
        default=4,
        min=1,
        max=32,
        help='Pieces of 4 MiB of one image that are read or written at the '
        'same time. Each takes about 12 MiB of memory.',
    ),
]
