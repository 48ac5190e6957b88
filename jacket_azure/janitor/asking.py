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


"""Questions to the APIs of other services, over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keystoneauth1 import exceptions as keystone_exceptions
from openstack import exceptions as sdk_exceptions

from jacket_azure.janitor import facts


def get(
    adapter: Any,
    service: str,
    url: str,
    params: Mapping[str, str],
    microversion: str,
    absent: bool = False,
) -> dict[str, Any] | None:
    """Return what a service answers.

    :param adapter: of the service, see openstacksdk
    :param service: its name, for the words of a failure
    :param absent: 404 is an answer too, None
    :raises Unanswered: anything else than an object came
    """
    try:
        answer = adapter.get(
            url, params=params, microversion=microversion, raise_exc=False
        )
        status = int(answer.status_code)
        body = answer.json() if status == 200 else None
    except (
        keystone_exceptions.ClientException,
        sdk_exceptions.SDKException,
        ValueError,
    ) as exc:
        raise facts.Unanswered(f'{service} did not answer: {exc}') from exc
    if absent and status == 404:
        return None
    if not isinstance(body, dict):
        raise facts.Unanswered(f'{service} answered {status} to GET {url}.')
    return body
