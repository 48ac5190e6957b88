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

from unittest import mock

from neutron_lib.api.definitions import portbindings
from neutron_lib.plugins.ml2 import api
from oslo_config import cfg
from oslo_config import fixture as config_fixture
from oslotest import base
from stevedore import extension

from jacket_azure.neutron import mechanism
from jacket_azure.neutron import options

SEGMENT = {api.ID: 'segment', api.NETWORK_TYPE: 'local'}


class MechanismTest(base.BaseTestCase):

    def driver(self, *hosts):
        cfg.CONF.register_opts(options.OPTS, group=options.GROUP)
        self.useFixture(config_fixture.Config(cfg.CONF)).config(
            hosts=list(hosts), group=options.GROUP.name)
        driver = mechanism.AzureMechanismDriver()
        driver.initialize()
        return driver

    def context(self, host='azure-west', vnic_type='normal',
                segments=(SEGMENT,)):
        context = mock.create_autospec(api.PortContext, instance=True)
        context.host = host
        context.current = {'id': 'port', portbindings.VNIC_TYPE: vnic_type}
        context.segments_to_bind = list(segments)
        return context

    def assert_bound(self, driver, context):
        driver.bind_port(context)
        context.set_binding.assert_called_once_with(
            'segment', 'other', {'port_filter': False}, status='ACTIVE')

    def assert_not_bound(self, driver, context):
        driver.bind_port(context)
        context.set_binding.assert_not_called()

    def test_port_of_a_listed_host_is_bound_active(self):
        self.assert_bound(
            self.driver('azure-east', 'azure-west'), self.context())

    def test_port_of_another_host_is_left_to_others(self):
        self.assert_not_bound(self.driver('azure-east'), self.context())

    def test_no_host_is_bound_by_default(self):
        self.assert_not_bound(self.driver(), self.context())

    def test_star_means_every_host(self):
        self.assert_bound(self.driver('*'), self.context(host='any'))

    def test_interfaces_azure_does_not_have_are_left_alone(self):
        for vnic_type in portbindings.VNIC_TYPES:
            if vnic_type != 'normal':
                self.assert_not_bound(
                    self.driver('*'), self.context(vnic_type=vnic_type))

    def test_network_without_segment_is_left_alone(self):
        self.assert_not_bound(self.driver('*'), self.context(segments=()))

    def test_first_segment_is_taken(self):
        self.assert_bound(self.driver('*'), self.context(
            segments=(SEGMENT, {api.ID: 'second'})))

    def test_details_of_one_port_are_not_those_of_the_next(self):
        driver, first, second = self.driver('*'), self.context(), None
        driver.bind_port(first)
        first.set_binding.call_args.args[2]['changed'] = True
        second = self.context()
        self.assert_bound(driver, second)

    def test_only_our_hosts_reach_the_segments(self):
        self.assertEqual(
            {'a'}, self.driver('a', 'c').filter_hosts_with_segment_access(
                mock.sentinel.context, [SEGMENT], {'a', 'b'},
                mock.sentinel.agent_getter))
        self.assertEqual(portbindings.CONNECTIVITY_L2,
                         self.driver('a').connectivity)

    def test_neutron_finds_the_driver(self):
        manager = extension.ExtensionManager('neutron.ml2.mechanism_drivers')
        self.assertIs(mechanism.AzureMechanismDriver,
                      manager['jacket_azure'].plugin)

    def test_options_can_be_listed(self):
        (group, opts), = options.list_opts()
        self.assertEqual('ml2_jacket_azure', group.name)
        self.assertEqual(['hosts'], [opt.dest for opt in opts])
