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

"""The os-vif plugin: plugs nothing, but is how Nova meets this package.

nova-compute imports every ``os_vif`` entry point before it loads its driver
(nova/cmd/compute.py calls ``os_vif.initialize``). Azure plugs the network
interfaces, so there is nothing to do on the host.
"""

from __future__ import annotations

from typing import Any

from os_vif import objects
from os_vif import plugin

from jacket_azure.nova import loader

loader.register()


class AzureVifPlugin(plugin.PluginBase):
    """A plugin for no VIF type at all: nothing ever asks it to plug."""

    def describe(self) -> Any:
        return objects.host_info.HostPluginInfo(
            plugin_name='jacket_azure', vif_info=[]
        )

    def plug(self, vif: Any, instance_info: Any) -> None:
        """Do nothing: Azure connects the network interface."""

    def unplug(self, vif: Any, instance_info: Any) -> None:
        """Do nothing: Azure disconnects the network interface."""
