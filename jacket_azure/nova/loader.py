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

"""Make ``nova.virt.jacket_azure.nova`` mean ``jacket_azure.nova``.

Nova prefixes ``compute_driver`` with ``nova.virt.`` (nova/virt/driver.py,
``load_compute_driver``, unchanged up to 34.0.0), and ``nova.virt`` is no
namespace package, so nothing can be shipped into it from outside.
"""

from __future__ import annotations

import sys

import jacket_azure
import jacket_azure.nova

PREFIX = 'nova.virt.'


def register() -> None:
    """Give our packages the names Nova will import; twice is fine.

    The very same module objects are entered, so there is one driver class.
    Neither Nova nor the driver is imported here.
    """
    for module in (jacket_azure, jacket_azure.nova):
        sys.modules.setdefault(PREFIX + module.__name__, module)
