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

"""The driver's parts, each of one concern, which come with Azure."""

from __future__ import annotations

from typing import Any

from nova import exception as nova_exception


class Part:
    """An attribute of the driver; until it is set, the driver is not ready.

    Nova asks a driver that has not been started, too: its periodic tasks go
    on while the service waits for Azure. They take ``VirtDriverNotReady`` for
    what it is (nova 34 compute/manager.py, compute/resource_tracker.py).
    """

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, driver: Any, owner: type | None = None) -> Any:
        if driver is None:
            return self
        try:
            return vars(driver)[self._name]
        except KeyError:
            raise nova_exception.VirtDriverNotReady() from None

    def __set__(self, driver: Any, ops: Any) -> None:
        vars(driver)[self._name] = ops


def stop(driver: Any, *names: str) -> None:
    """Stop those of the parts that are there.

    :param names: of parts that work on their own
    """
    for name in names:
        ops = vars(driver).get(name)
        if ops is not None:
            ops.stop()
