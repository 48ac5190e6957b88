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

"""Cinder's scheduler, without the whole seconds that its start waits."""

import time
from unittest import mock

from cinder import context

LOOK_SECONDS = 0.02


def start(start_service, manager):
    """Start the service; return it once it knows of a volume service.

    :param start_service: returns the service, started
    :param manager: of the volume service
    """
    with mock.patch('cinder.scheduler.manager.time'):
        service = start_service()
    admin = context.get_admin_context()
    while not service.manager.driver.get_pools(admin, {}):
        manager.publish_service_capabilities(admin)
        time.sleep(LOOK_SECONDS)
    return service
