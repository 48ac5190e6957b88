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

"""One shared HTTP session per process."""

from __future__ import annotations

from collections.abc import Callable
from http import cookiejar
import os
import threading
import time
from typing import Any

from azure.core.pipeline.transport import RequestsTransport
import requests
from requests import adapters

from jacket_azure import exceptions
from jacket_azure.arm import redaction

_BLOCK_BYTES = 1024**2

_lock = threading.Lock()
# The process id is part of the key: a child must not write on the sockets it
# inherited (Cinder forks its workers).
_sessions: dict[tuple[int, int], requests.Session] = {}


def shared_session(pool_size: int) -> requests.Session:
    """Return this process's session, made when first asked for.

    :param pool_size: connections kept open per host; more may be open for a
        moment, a caller never waits for a free one
    """
    key = (os.getpid(), pool_size)
    with _lock:
        if key not in _sessions:
            _sessions[key] = _new_session(pool_size)
        return _sessions[key]


def _new_session(pool_size: int) -> requests.Session:
    session = requests.Session()
    # Retries are the pipeline's business; the adapter's default is none.
    session.mount('https://', adapters.HTTPAdapter(pool_maxsize=pool_size))
    # Without an auth of its own requests puts what ~/.netrc says in the place
    # of our token.
    session.auth = _unchanged
    # No cookie is ever needed; a jar shared by threads only costs locks.
    session.cookies.set_policy(
        cookiejar.DefaultCookiePolicy(allowed_domains=[])
    )
    return session


def _unchanged(
    request: requests.PreparedRequest,
) -> requests.PreparedRequest:
    return request


# The SDK exports it through __getattr__, which mypy sees as Any.
class Transport(RequestsTransport):  # type: ignore[misc]
    """The SDK's transport over the shared session, with an own sleep.

    :param sleep: used by azure-identity between its tries
    """

    def __init__(self, sleep: Callable[[float], None], **kwargs: Any) -> None:
        super().__init__(session_owner=False, **kwargs)
        self._sleep = sleep

    def sleep(self, duration: float) -> None:
        self._sleep(duration)


def from_conf(
    conf: Any, sleep: Callable[[float], None] = time.sleep
) -> Transport:
    """Build a transport with the configured time-outs and trust.

    :raises ConfigurationError: ``ca_file`` cannot be read
    """
    problems = problems_of(conf)
    if problems:
        raise exceptions.ConfigurationError('; '.join(problems))
    redaction.quiet_libraries()
    return Transport(
        sleep,
        session=shared_session(conf.http_pool_size),
        connection_timeout=conf.connect_timeout,
        read_timeout=conf.read_timeout,
        connection_verify=conf.ca_file or True,
        # of bodies that are streamed, those of blobs: by small pieces a
        # disk takes three times the processor
        connection_data_block_size=_BLOCK_BYTES,
    )


def problems_of(conf: Any) -> list[str]:
    """Name what is wrong with the options this module reads."""
    if not conf.ca_file or os.access(conf.ca_file, os.R_OK):
        return []
    return [
        f'[azure] ca_file = {conf.ca_file} cannot be read; it must be a file '
        'of PEM certificates'
    ]
