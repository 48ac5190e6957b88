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

"""The options of [azure], and the sample file made from them."""

import pathlib

from oslo_config import cfg
from oslo_config import generator
from oslotest import base

from jacket_azure import conf
from jacket_azure import opts

ROOT = pathlib.Path(__file__).parents[3]
SAMPLE = ROOT / 'etc/jacket_azure/jacket_azure.conf.sample'


class OptionsTest(base.BaseTestCase):

    def test_importing_registers_nothing(self):
        self.assertNotIn('azure', cfg.ConfigOpts()._groups)

    def test_registering_twice_is_fine(self):
        config = cfg.ConfigOpts()
        conf.register_opts(config)
        group = conf.register_opts(config)
        config([])
        self.assertEqual('deallocate', group.stop_mode)

    def test_overrides_stay_where_they_were_set(self):
        first, second = cfg.ConfigOpts(), cfg.ConfigOpts()
        for config in (first, second):
            conf.register_opts(config)
            config([])
        first.set_override('location', 'westeurope', group='azure')
        self.assertIsNone(second.azure.location)

    def test_every_option_says_what_it_does(self):
        for _group, options in opts.list_opts():
            for option in options:
                self.assertTrue(option.help, option.name)
                self.assertTrue(
                    option.help.rstrip().endswith('.')
                    or 'Example:' in option.help,
                    option.name,
                )

    def test_secrets_are_marked_so_that_logs_hide_them(self):
        secret = {o.name for o in conf.opts() if o.secret}
        self.assertEqual({'client_secret', 'certificate_password'}, secret)

    def test_sample_file_is_what_the_options_make(self):
        # tox -e genconfig writes it
        made = self.create_tempfiles([('sample', '')])[0]
        config = cfg.ConfigOpts()
        generator.register_cli_opts(config)
        config([
            '--namespace', 'jacket_azure',
            '--output-file', made,
            '--wrap-width', '79',
        ])
        generator.generate(config)
        self.assertEqual(
            pathlib.Path(made).read_text(), SAMPLE.read_text()
        )
