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

"""The same requests, sent by the Azure SDK as anybody would use it."""

from concurrent import futures

from azure import identity
from azure.mgmt import compute
from azure.mgmt import network

CREDENTIAL_OPTIONS = ('tenant_id', 'client_id', 'client_secret')


class Bare:
    """The SDK's clients, with their defaults.

    :param options: of ``[azure]``
    """

    def __init__(self, options):
        self._group = options['resource_group']
        trust = {'connection_verify': options['ca_file']}
        credential = identity.ClientSecretCredential(
            *(options[name] for name in CREDENTIAL_OPTIONS),
            authority=options['authority'], disable_instance_discovery=True,
            **trust)
        common = {
            'credential': credential,
            'subscription_id': options['subscription_id'],
            'base_url': options['arm_endpoint'],
            'credential_scopes': [options['token_scope']], **trust}
        self.compute = compute.ComputeManagementClient(**common)
        self.network = network.NetworkManagementClient(**common)

    def make_network(self, name, location, subnets):
        """Make a virtual network with subnets, name to CIDR."""
        self.network.virtual_networks.begin_create_or_update(
            self._group, name, {
                'location': location,
                'properties': {
                    'addressSpace': {'addressPrefixes': ['10.128.0.0/12']},
                    'subnets': [
                        {'name': subnet, 'properties': {
                            'addressPrefix': prefix}}
                        for subnet, prefix in subnets.items()]},
            }).result()

    def create(self, plan):
        """Make what a plan of the driver says, and wait until it is there.

        :param plan: ``jacket_azure.nova.planning.Plan``
        """
        with futures.ThreadPoolExecutor(len(plan.nics)) as pool:
            list(pool.map(self._create_nic, plan.nics))
        self.compute.virtual_machines.begin_create_or_update(
            self._group, plan.vm, plan.vm_body).result()

    def delete(self, plan):
        """Delete the machine and all it takes along."""
        self.compute.virtual_machines.begin_delete(
            self._group, plan.vm).result()

    def _create_nic(self, nic):
        name, body = nic
        self.network.network_interfaces.begin_create_or_update(
            self._group, name, body).result()
