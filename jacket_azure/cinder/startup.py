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

"""Start a Cinder backend only on a configuration that can work.

Whatever is wrong is said in one message with every mistake in it. An Azure
out of reach is no mistake of the configuration, and waited for: Cinder shows
the service as down meanwhile, and nobody has to start it again.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
import time
from typing import Any

from cinder import exception as cinder_exception
from oslo_log import log as logging

from jacket_azure import exceptions
from jacket_azure.arm import azure as arm_azure
from jacket_azure.arm import cloud as clouds
from jacket_azure.arm import errors as arm_errors
from jacket_azure.cinder import backend as backends
from jacket_azure.conf import mapping_file as mapping_files
from jacket_azure.disks import loader

LOG = logging.getLogger(__name__)

# Between two looks at an Azure out of reach, beside what each takes itself
RETRY_SECONDS = 30


def connect(conf: Any, group: str) -> backends.Backend:
    """Check options and mapping file; nothing is sent yet.

    :param conf: the options of *group*
    :raises InvalidInput: naming everything that is wrong
    """
    mapping_file = mapping_files.MappingFile(conf.mapping_file)
    problems = list(_mapping_problems(mapping_file))
    azure = disks = None
    try:
        unusable = loader.problems_of(conf, clouds.from_conf(conf))
        problems.extend(unusable)
        azure = arm_azure.connect(conf)
        if not unusable:
            disks = loader.connect(conf, azure)
    except exceptions.ConfigurationError as exc:
        problems.insert(0, str(exc))
    if disks is not None and not problems:
        return backends.Backend(group, conf, azure, disks, mapping_file)
    if azure is not None:
        azure.close()
    raise _unusable(group, problems)


def check(
    backend: backends.Backend, sleep: Callable[[float], Any] = time.sleep
) -> None:
    """Ask Azure what only Azure can tell, and wait until it answers.

    The disks are listed, after which a creation is a single request.

    :raises InvalidInput: naming everything that is wrong
    """
    while True:
        try:
            problems = list(_azure_problems(backend))
            break
        except exceptions.OUT_OF_REACH as exc:
            LOG.error(
                'Azure is out of reach; this backend stays down and asks '
                'again in %s seconds: %s',
                RETRY_SECONDS,
                exc,
            )
            sleep(RETRY_SECONDS)
    if problems:
        raise _unusable(backend.group, problems)
    try:
        backend.disks.close_forgotten()
    except exceptions.AzureError as exc:
        # their URLs end by themselves, within the hour
        LOG.warning('What was left open is not closed now: %s', exc)
    LOG.info(
        'Using resource group %s in %s of subscription %s as owner %s',
        backend.azure.resource_group,
        backend.azure.location,
        backend.azure.subscription_id,
        backend.owner,
    )


def _mapping_problems(mapping_file: Any) -> Iterator[str]:
    try:
        mapping_file.current()
    except exceptions.MappingError as exc:
        yield from map(str, exc.problems)
    except exceptions.ConfigurationError as exc:
        yield str(exc)


def _azure_problems(backend: backends.Backend) -> Iterator[str]:
    azure = backend.azure
    try:
        azure.resource_groups.get(azure.resource_group)
        pools = list(backend.disks.pools())
    except exceptions.NotFound as exc:
        yield (
            f'Azure knows no such resource group, location or storage '
            f'account (resource_group = {azure.resource_group}, '
            f'location = {azure.location}, storage_account = '
            f'{backend.conf.storage_account}): {exc}'
        )
    except exceptions.Unauthorized as exc:
        yield (
            f'Azure refuses the credentials (credential = '
            f'{backend.conf.credential}): {exc}'
        )
    except exceptions.OUT_OF_REACH as exc:
        if exc.code != arm_errors.UNTRUSTED:
            raise
        yield f'Azure cannot be used: {exc}'
    except exceptions.JacketAzureError as exc:
        yield f'Azure cannot be used: {exc}'
    else:
        if not pools:
            yield (
                f'location = {azure.location} offers this subscription no '
                f'disks; is it spelled as in "az account list-locations"?'
            )


def _unusable(group: str, problems: list[str]) -> Exception:
    return cinder_exception.InvalidInput(
        reason=f'[{group}] is not usable: {"; ".join(problems)}'
    )
