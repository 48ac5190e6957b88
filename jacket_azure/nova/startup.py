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

"""Start nova-compute only on a configuration that can work.

Whatever is wrong is said in one message with every mistake in it, before the
service reports itself as up. What only a spawn would show otherwise, a wrong
secret or region, is asked of Azure. An Azure out of reach is no mistake of the
configuration, and waited for: Nova shows the service as down meanwhile, sends
it no work, and nobody has to start it again.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from typing import Any

from nova import exception as nova_exception
from oslo_log import log as logging

from jacket_azure import exceptions
from jacket_azure.arm import azure as arm_azure
from jacket_azure.arm import cloud as clouds
from jacket_azure.arm import errors as arm_errors
from jacket_azure.conf import mapping_file as mapping_files
from jacket_azure.disks import loader
from jacket_azure.nova import backend as backends

LOG = logging.getLogger(__name__)

# Between two looks at an Azure out of reach, beside what each takes itself
RETRY_SECONDS = 30


def start(
    conf: Any, host: str, wait: Callable[[float], bool]
) -> backends.Backend:
    """Check options, mapping file and Azure, and connect.

    Returns when Azure answers, however long that takes.

    :param conf: the ``[azure]`` options
    :param host: ``CONF.host``
    :param wait: waits so many seconds; returns True when the service is to
        stop, as ``threading.Event.wait``
    :raises InvalidConfiguration: naming everything that is wrong; it ends
        the service
    :raises VirtDriverNotReady: told to stop before Azure answered
    """
    mapping_file = mapping_files.MappingFile(conf.mapping_file)
    azure, problems = _connect(conf)
    problems += [*_disk_problems(conf), *_mapping_problems(mapping_file)]
    _refuse(problems)
    backend = backends.build(conf, host, azure, mapping_file)
    try:
        _refuse(_problems_once_reached(backend, wait))
    except BaseException:
        azure.close()
        raise
    try:
        backend.disks.close_forgotten()
    except exceptions.AzureError as exc:
        # their URLs end by themselves, within the hour
        LOG.warning('What was left open is not closed now: %s', exc)
    LOG.info(
        'Using resource group %s in %s of subscription %s as owner %s',
        azure.resource_group,
        azure.location,
        azure.subscription_id,
        conf.owner,
    )
    return backend


def _connect(conf: Any) -> tuple[Any, list[str]]:
    try:
        return arm_azure.connect(conf), []
    except exceptions.ConfigurationError as exc:
        return None, [str(exc)]


def _disk_problems(conf: Any) -> Iterator[str]:
    try:
        cloud = clouds.from_conf(conf)
    except exceptions.ConfigurationError:
        return    # named already
    yield from loader.problems_of(conf, cloud)


def _mapping_problems(mapping_file: Any) -> Iterator[str]:
    try:
        mapping_file.current()
    except exceptions.MappingError as exc:
        yield from map(str, exc.problems)
    except exceptions.ConfigurationError as exc:
        yield str(exc)


def _problems_once_reached(
    backend: backends.Backend, wait: Callable[[float], bool]
) -> list[str]:
    while True:
        try:
            return list(_azure_problems(backend))
        except exceptions.OUT_OF_REACH as exc:
            LOG.error(
                'Azure is out of reach; this service stays down and asks '
                'again in %s seconds: %s',
                RETRY_SECONDS,
                exc,
            )
            if wait(RETRY_SECONDS):
                raise nova_exception.VirtDriverNotReady() from exc


def _azure_problems(backend: backends.Backend) -> Iterator[str]:
    """Ask Azure what only Azure can tell; fills the caches on the way.

    :raises OperationTimeout, Throttled, Unavailable: nobody can tell now
    """
    azure = backend.azure
    try:
        azure.resource_groups.get(azure.resource_group)
        sizes = backend.catalogue.sizes()
        backend.catalogue.capacity()
    except exceptions.NotFound as exc:
        yield (
            f'Azure knows no such resource group or location '
            f'(resource_group = {azure.resource_group}, '
            f'location = {azure.location}): {exc}'
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
    except exceptions.AzureError as exc:
        yield f'Azure cannot be used: {exc}'
    else:
        if not sizes:
            yield (
                f'location = {azure.location} offers this subscription no '
                f'VM size; is it spelled as in "az account list-locations"?'
            )
        yield from _disk_model_problems(backend)


def _disk_model_problems(backend: backends.Backend) -> Iterator[str]:
    """Let the disk model look at what it keeps disks in.

    :raises OperationTimeout, Throttled, Unavailable: nobody can tell now
    """
    try:
        backend.disks.skus()
    except (exceptions.NotFound, exceptions.Unauthorized) as exc:
        yield (
            f'Azure shows no storage_account = '
            f'{backend.conf.storage_account}: {exc}'
        )
    except exceptions.ConfigurationError as exc:
        yield str(exc).removeprefix('[azure] ')


def _refuse(problems: Any) -> None:
    found = list(problems)
    if found:
        raise nova_exception.InvalidConfiguration(
            '[azure] is not usable: ' + '; '.join(found)
        )
