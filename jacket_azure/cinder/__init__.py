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

"""The Cinder driver, ``jacket_azure.cinder.AzureVolumeDriver``.

The class is exported lazily, so that a look at this package loads neither
Cinder nor the Azure SDK.
"""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    if name == 'AzureVolumeDriver':
        from jacket_azure.cinder.driver import AzureVolumeDriver

        return AzureVolumeDriver
    raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
