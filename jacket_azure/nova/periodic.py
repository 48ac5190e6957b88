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

"""Tasks of the driver on the compute manager's timer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from oslo_service import periodic_task


def register(
    virtapi: Any,
    name: str,
    spacing_seconds: int,
    work: Callable[[Any, Any], None],
) -> None:
    """Hang a task on the running compute manager, if there is one.

    :param work: takes the manager's driver and an administrator's context
    """
    manager = getattr(virtapi, '_compute', None)
    if manager is None:
        return

    @periodic_task.periodic_task(spacing=spacing_seconds, name=name)
    def task(manager: Any, context: Any) -> None:
        work(manager.driver, context)

    # the table belongs to the class, which may have had a driver before
    if name not in manager._periodic_spacing:
        manager.add_periodic_task(task)
