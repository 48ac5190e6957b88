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

"""Instances, ports and a driver whose Azure is the emulator."""

import dataclasses
from unittest import mock

import fixtures
from nova import context as nova_context
from nova import objects

from jacket_azure.conf import mapping_file
from jacket_azure.nova import backend as backends
from jacket_azure.nova import choices
from jacket_azure.nova import driver as azure_driver
from tests import base
from tests import orders

HOST = orders.HOST


class NovaTestCase(orders.Orders, base.AzureTestCase):
    """A driver, its emulated Azure, and makers of what Nova hands it.

    :ivar now: the seconds the driver's caches see
    :ivar events: of server actions: how, name and exception of each
    """

    def setUp(self):
        super().setUp()
        objects.register_all()
        self.now = 1000.0
        self.neutron = orders.FakeNeutron()
        self.useFixture(fixtures.MonkeyPatch(
            'nova.network.neutron.get_client',
            lambda context, admin=False: self.neutron))
        # nobody has uploaded anything
        self.useFixture(fixtures.MonkeyPatch(
            'nova.image.glance.API.get', lambda api, context, image_id: {
                'id': image_id, 'name': 'an image', 'status': 'queued',
                'size': 0, 'properties': {}, 'is_public': False}))
        # instead of Nova's database
        self.events = []
        for name in ('event_start', 'event_finish_with_failure'):
            self.useFixture(fixtures.MonkeyPatch(
                f'nova.objects.InstanceActionEvent.{name}',
                lambda *arguments, _name=name, exc_val=None, **_:
                self.events.append((_name, arguments[-1], exc_val))))
        self.context = nova_context.RequestContext(
            'user', 'project', is_admin=False)
        self._driver = None

    @property
    def driver(self):
        """A driver as after init_host, on a virtual clock."""
        if self._driver is None:
            self._driver = self.make_driver()
        return self._driver

    def make_driver(self, host=HOST):
        made = azure_driver.AzureDriver(mock.sentinel.virtapi)
        made.host = host
        backend = backends.build(
            self.conf.azure, host, self.azure.connect(self.conf.azure),
            mapping_file.MappingFile(self.conf.azure.mapping_file),
            clock=lambda: self.now)
        made.connect(backend)
        return made

    def lacking(self, *capabilities):
        """Let the driver's cloud be one that cannot do these."""
        azure = self.driver._backend.azure
        azure.cloud = dataclasses.replace(
            azure.cloud, capabilities=dataclasses.replace(
                azure.cloud.capabilities,
                **dict.fromkeys(capabilities, False)))

    def spawn(self, instance=None, network_info=None, image=None,
              password='Pass-word-1', driver=None, files=(), devices=None,
              **options):
        instance = instance or self.instance()
        if network_info is None:
            network_info = self.network_info(
                instance, '192.168.1.10', '192.168.2.10')
        (driver or self.driver).spawn(
            self.context, instance, image or self.image(), list(files),
            password, {}, network_info=network_info,
            block_device_info=devices, **options)
        return instance, network_info

    def warm(self, driver=None):
        """Spawn and destroy once, so that all caches are filled."""
        instance, network_info = self.spawn(driver=driver)
        (driver or self.driver).destroy(self.context, instance, network_info)
        self.neutron.queries.clear()

    def order(self, instance, network_info):
        """Return what spawn hands to its planner."""
        return choices.Order(
            self.context, instance, self.image(), [], None, network_info, {})
