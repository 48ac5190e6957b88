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

"""Entry point ``oslo.config.opts``: what oslo-config-generator prints."""

from __future__ import annotations

from typing import Any

from jacket_azure import conf


def list_opts() -> list[tuple[Any, list[Any]]]:
    """Return (group, options) pairs.

    Source: oslo.config, "Generating a sample configuration".
    """
    return [
        (conf.GROUP, conf.opts()),
        ('backend_defaults', list(conf.BACKEND_OPTS)),
    ]
