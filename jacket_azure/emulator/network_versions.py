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

"""What Microsoft.Network did otherwise for older api-versions.

What it showed is in :mod:`property_versions`.
"""

from __future__ import annotations

from typing import Any

_POLICY = 'privateEndpointNetworkPolicies'
# on with 2019-09-01 in recordings of 2019; off with 2020-11-01, and with
# 2015-06-15, in those of 2024
_POLICIES_ON = '2019-04-01', '2020-11-01'
_WITHOUT_OPERATION = '2020-07-01'


def endpoint_policies(properties: dict[str, Any],
                      version: str) -> dict[str, Any]:
    """Give a subnet to be written the default of the api-version.

    Policies for private endpoints were on by default at first.
    """
    first, end = _POLICIES_ON
    if first <= version[:10] < end:
        return {_POLICY: 'Enabled', **properties}
    return properties


def answers_at_once(version: str) -> bool:
    """Tell whether a new interface comes without an operation's URL.

    With 2019-09-01 it was finished too, but had the header (178 seen).
    """
    return version[:10] >= _WITHOUT_OPERATION
