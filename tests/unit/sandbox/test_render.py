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

import configparser
import dataclasses
import pathlib

import fixtures
import yaml

from jacket_azure.mapping import parser as mapping_parser
from jacket_azure.sandbox import render
from jacket_azure.sandbox import settings
from tests import timeout

AZURE = {'client_secret': 'pa$$word', 'location': 'eastus',
         'tenant_id': None}


class RenderTest(timeout.TestCase):

    def setUp(self):
        super().setUp()
        self.state = pathlib.Path(
            self.useFixture(fixtures.TempDir()).path, 'state')
        self.settings = settings.load_or_create(self.state)

    def files(self, name, **changes):
        """Return name -> parsed file of one service."""
        found = {}
        for file, text in render.service(
                dataclasses.replace(self.settings, **changes), name,
                AZURE).items():
            found[file] = configparser.ConfigParser(interpolation=None)
            found[file].read_string(text)
        return found

    def test_every_file_is_complete(self):
        for name in render.FILES:
            for file, parsed in self.files(name).items():
                self.assertTrue(parsed.sections() or parsed.defaults(), file)
                for section in parsed.sections():
                    for key, value in parsed[section].items():
                        self.assertNotIn('${', value, f'{file} {key}')

    def test_services_log_in_as_themselves(self):
        for name in ('glance', 'placement', 'neutron', 'nova', 'cinder'):
            file = render.FILES[name][0]
            section = self.files(name)[file]['keystone_authtoken']
            self.assertEqual(name, section['username'])
            self.assertEqual(self.settings.password, section['password'])
            self.assertEqual(
                self.settings.url('keystone') + '/v3', section['auth_url'])

    def test_default_needs_no_servers(self):
        nova = self.files('nova')['nova.conf']
        self.assertEqual('fake://', nova['DEFAULT']['transport_url'])
        self.assertEqual(
            f'sqlite:///{self.state}/data/nova.sqlite',
            nova['database']['connection'])
        self.assertEqual(
            f'sqlite:///{self.state}/data/nova_api.sqlite',
            nova['api_database']['connection'])

    def test_servers_by_option(self):
        changes = {'transport_url': 'rabbit://u:p$w@host/v',
                   'database_url': 'mysql+pymysql://u:p@host/?charset=utf8'}
        nova = self.files('nova', **changes)['nova.conf']
        self.assertEqual(
            'rabbit://u:p$$w@host/v', nova['DEFAULT']['transport_url'])
        self.assertEqual(
            'mysql+pymysql://u:p@host/'
            f'sandbox_{self.settings.name}_nova_api?charset=utf8',
            nova['api_database']['connection'])
        # no agents: Neutron never needs a broker
        neutron = self.files('neutron', **changes)['neutron.conf']
        self.assertEqual('fake://', neutron['DEFAULT']['transport_url'])

    def test_nova_gets_our_driver_and_its_options(self):
        nova = self.files('nova')['nova.conf']
        self.assertEqual('jacket_azure.nova.AzureDriver',
                         nova['DEFAULT']['compute_driver'])
        # oslo.config turns $$ into $
        self.assertEqual('pa$$$$word', nova['azure']['client_secret'])
        self.assertEqual('eastus', nova['azure']['location'])
        self.assertNotIn('tenant_id', nova['azure'])

    def test_neutron_binds_ports_of_the_compute_host(self):
        neutron = self.files('neutron')['neutron.conf']
        nova = self.files('nova')['nova.conf']
        self.assertEqual('jacket_azure', neutron['ml2']['mechanism_drivers'])
        self.assertEqual(nova['DEFAULT']['host'],
                         neutron['ml2_jacket_azure']['hosts'])

    def test_same_sandbox_gives_the_same_files(self):
        self.assertEqual(render.write_service(self.settings, 'cinder'),
                         render.write_service(self.settings, 'cinder'))

    def test_files_with_passwords_are_private(self):
        render.write_service(self.settings, 'glance')
        render.write_clouds(self.settings)
        for file in (self.settings.clouds_file,
                     self.state / 'etc' / 'glance' / 'glance-api.conf'):
            self.assertEqual(0o600, file.stat().st_mode & 0o777)

    def test_clouds_file_names_the_cloud(self):
        render.write_clouds(self.settings)
        content = yaml.safe_load(self.settings.clouds_file.read_text())
        auth = content['clouds'][render.CLOUD]['auth']
        self.assertEqual(self.settings.password, auth['password'])

    def test_generated_mapping_is_valid_for_the_driver(self):
        mapping = mapping_parser.parse(
            render.template('mapping.yaml', {}), 'mapping.yaml')
        self.assertEqual(
            'Standard_D2s_v5', mapping.flavor('m1.small', '1', {}).size)

    def test_nova_finds_its_paste_file_beside_nova_conf(self):
        render.write_service(self.settings, 'nova')
        text = (self.state / 'etc' / 'nova' / 'api-paste.ini').read_text()
        self.assertIn('[composite:osapi_compute]', text)
