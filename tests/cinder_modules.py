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

"""What Cinder's services would import when they start.

That takes longer than all else, so who forks them has it done before.
"""

import importlib

NAMES = (
    'cinder.api.v3.router', 'cinder.image.glance',
    'cinder.message.api', 'cinder.scheduler.filter_scheduler',
    'cinder.scheduler.manager', 'cinder.service', 'cinder.volume.api',
    'cinder.volume.flows.manager.create_volume', 'cinder.volume.manager',
    'cinder.db.api', 'oslo_messaging.rpc.server',
    'jacket_azure.cinder.driver', 'jacket_azure.disks.managed',
    'jacket_azure.disks.page_blob', 'azure.mgmt.compute',
    'azure.mgmt.network', 'azure.identity', 'azure.storage.blob', 'msal',
)


def load():
    """Import them, after Cinder has decided about eventlet."""
    from cinder import objects
    from sqlalchemy import orm

    objects.register_all()
    for name in NAMES:
        importlib.import_module(name)
    orm.configure_mappers()
