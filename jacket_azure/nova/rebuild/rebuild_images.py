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

"""What Nova says a server was made of, true also after a refusal.

Nova's API notes the new image before anybody is asked whether it can be. What
the server really has stands in its block device mapping, where Nova never
looks again.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nova import utils
from nova.image import glance
from oslo_log import log as logging

LOG = logging.getLogger(__name__)


def keep(instance: Any, bdms: Iterable[Any]) -> None:
    """Note of a rebuilt server what it has now."""
    root = _root(bdms)
    if root is not None and root.image_id != instance.image_ref:
        root.image_id = instance.image_ref
        root.save()


def put_back(context: Any, instance: Any, bdms: Iterable[Any]) -> None:
    """Let a server that is not rebuilt show the image it has.

    The compute manager saves it along with the state.
    """
    root = _root(bdms)
    if root is None or root.image_id in (None, instance.image_ref):
        return
    instance.image_ref = root.image_id
    try:
        image = glance.API().get(context, root.image_id)
    except Exception as exc:
        # deleted, perhaps; its properties are Nova's only from now on
        LOG.info(
            'Glance does not tell of image %s any more: %s',
            root.image_id,
            exc,
            instance=instance,
        )
        return
    noted = instance.system_metadata
    for key in list(noted):
        if key.startswith(utils.SM_IMAGE_PROP_PREFIX):
            del noted[key]
    noted.update(utils.get_system_metadata_from_image(image, instance.flavor))
    noted['image_base_image_ref'] = root.image_id


def _root(bdms: Iterable[Any]) -> Any | None:
    for bdm in bdms:
        if bdm.is_root and bdm.is_image:
            return bdm
    return None
