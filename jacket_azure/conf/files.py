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

"""The section ``[azure]`` of a service's configuration file, for commands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from oslo_config import cfg

from jacket_azure import conf as azure_conf
from jacket_azure import exceptions


def load_options(
    files: list[str],
    projects: Sequence[str] = ('nova',),
    group: str | None = None,
) -> Any:
    """Read the options that say which Azure.

    :param files: none means the file that the first of the services that is
        here would find
    :param projects: names of services, e.g. ``cinder`` for cinder.conf
    :param group: section, ``azure`` if None
    :raises ConfigurationError: there is no file, or it cannot be read
    """
    chosen = list(files)
    project = projects[0]
    for candidate in () if chosen else projects:
        chosen = cfg.find_config_files(candidate)
        if chosen:
            project = candidate
            break
    if not chosen:
        names = ' or '.join(f'{project}.conf' for project in projects)
        raise exceptions.ConfigurationError(
            f'There is no {names} on this host; name one by --config-file.'
        )
    config = cfg.ConfigOpts()
    try:
        config([], project=project, default_config_files=chosen,
               default_config_dirs=[])
        options = azure_conf.register_opts(
            config, group or azure_conf.GROUP.name
        )
        for option in azure_conf.opts():
            getattr(options, option.dest)
    except cfg.Error as exc:
        raise exceptions.ConfigurationError(
            f'The configuration in {", ".join(chosen)} cannot be used: {exc}'
        ) from exc
    return options
