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

"""The options of ``[azure]``; importing this package registers nothing."""

from __future__ import annotations

import copy
from typing import Any

from jacket_azure.conf import azure
from jacket_azure.conf import compute
from jacket_azure.conf import consoles
from jacket_azure.conf import images
from jacket_azure.conf import janitor
from jacket_azure.conf import volume

GROUP = azure.GROUP
BACKEND_OPTS = volume.BACKEND_OPTS


def opts() -> list[Any]:
    """Return every option of ``[azure]``, in the order of the sample file."""
    return [
        *azure.OPTS,
        *compute.OPTS,
        *consoles.OPTS,
        *volume.OPTS,
        *images.OPTS,
        *janitor.OPTS,
    ]


def register_opts(conf: Any, name: str = GROUP.name) -> Any:
    """Register ``[azure]`` on *conf*; calling twice is fine.

    :param conf: an ``oslo_config.cfg.ConfigOpts``, e.g. ``nova.conf.CONF``
    :param name: of another section with the same options
    :returns: the option group, ``conf.azure``
    """
    # oslo.config keeps values in the group: a shared one would share them
    group = copy.deepcopy(GROUP)
    group.name = name
    conf.register_group(group)
    conf.register_opts(opts(), group=name)
    return conf[name]
