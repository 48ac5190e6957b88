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

"""What older api-versions ask in another form than today's.

The shipped API documents are of one version; a request of an older one is
written anew before it is held against them. Seen: storage accounts of
2015-06-15 (20 times, in templates of az).
"""

from __future__ import annotations

from typing import Any

_ACCOUNT = '/providers/Microsoft.Storage/storageAccounts/{name}'
_SKU_SINCE = '2016-01-01'


def renew(template: str, version: str, body: Any) -> Any:
    """Return a request's body in the form of the shipped documents.

    :param template: path of the route
    """
    properties = body.get('properties') if isinstance(body, dict) else None
    if not (template.endswith(_ACCOUNT) and version[:10] < _SKU_SINCE
            and isinstance(properties, dict)
            and 'accountType' in properties):
        return body
    return {
        'kind': 'Storage', 'sku': {'name': properties['accountType']},
        **{key: value for key, value in body.items() if key != 'properties'},
        'properties': {key: value for key, value in properties.items()
                       if key != 'accountType'}}
