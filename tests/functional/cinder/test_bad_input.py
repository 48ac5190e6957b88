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

"""Bad input: one clear sentence, nothing changed, nothing lost."""

from cinder import context
from cinder import exception as cinder_exception
from cinder.tests.functional.api import client as api_client
import ddt

from tests.functional.cinder import base

TOO_LARGE = {'managed': 40000, 'page_blob': 4096}


@base.on_both_models
class BadVolumeTest(base.AzureVolumesTestCase):

    def setUp(self):
        super().setUp()
        # users' quotas are Cinder's business, not ours
        self.flags(quota_gigabytes=-1, use_default_quota_class=False)

    def assertNothingMade(self):
        self.assertEqual([], self.left_in_azure())
        self.assertEqual([], [
            each for each in self.azure.requests
            if each.method not in ('GET', 'HEAD')
            and 'listKeys' not in each.path])

    def test_a_size_out_of_range(self):
        size = TOO_LARGE[self.disk_model]
        reason = self.failed_volume(size=size)
        self.assertIn(str(size), reason)
        self.assertIn('GiB', reason)
        self.assertNothingMade()

    def test_an_unknown_sku(self):
        self.create_type('odd', azure_sku='Premium_XXX')
        reason = self.failed_volume(volume_type='odd')
        self.assertIn('Premium_XXX', reason)
        self.assertIn(base.DEFAULT_SKU[self.disk_model], reason)
        self.assertNothingMade()

    def test_an_unknown_extra_spec(self):
        self.create_type('odd', azure_colour='blue')
        reason = self.failed_volume(volume_type='odd')
        self.assertIn('azure:colour', reason)
        self.assertIn('azure:sku', reason)
        self.assertNothingMade()

    def test_a_zone_that_is_not_there(self):
        self.create_type('odd', azure_zone='9')
        reason = self.failed_volume(volume_type='odd')
        self.assertIn('9', reason)
        self.assertNothingMade()

    def test_two_skus(self):
        self.create_type(
            'odd', azure_sku='Premium_LRS',
            pool_name=base.DEFAULT_SKU[self.disk_model])
        reason = self.failed_volume(volume_type='odd')
        self.assertIn('pool_name', reason)
        self.assertNothingMade()

    def test_a_failed_volume_can_be_deleted(self):
        volume = self.create_volume(
            status='error', size=TOO_LARGE[self.disk_model])
        self.delete_volume(volume)
        self.assertNothingMade()

    def test_a_volume_that_a_machine_holds_is_not_deleted(self):
        volume = self.create_volume()
        with self.held(volume):
            self.api.delete_volume(volume['id'])
            found = self.wait_for(volume, 'deleting')
        self.assertIn('azure_error', found['metadata'])
        self.assertEqual([self.disk(volume).name], self.left_in_azure())
        self.delete_volume(volume)
        self.assertEqual([], self.left_in_azure())

    def test_an_image_that_stands_for_one_that_is_not_mapped(self):
        image = self.create_image('forgotten')
        reason = self.failed_volume(imageRef=image)
        self.assertIn('forgotten is not mapped', reason)
        self.assertNothingMade()

    def test_an_encrypted_type(self):
        encrypted = self.create_type('secret')
        self.api.api_post(
            f'/types/{encrypted["id"]}/encryption', {'encryption': {
                'provider': 'luks', 'control_location': 'front-end',
                'cipher': 'aes-xts-plain64', 'key_size': 256}},
            check_response_status=[200])
        self.override_config('fixed_key', 'a' * 32, 'key_manager')
        self.override_config(
            'backend', 'cinder.keymgr.conf_key_mgr.ConfKeyManager',
            'key_manager')
        reason = self.failed_volume(volume_type='secret')
        self.assertIn('encrypt', reason)
        self.assertNothingMade()

    def test_a_consistent_group(self):
        group_type = self.api.create_group_type('consistent')
        self.api.create_group_type_specs(group_type['id'], {
            'consistent_group_snapshot_enabled': '<is> True'})
        made = self.api.post_group({'group': {
            'group_type': group_type['id'],
            'volume_types': [self.create_type('plain')['id']]}})
        found = self.settled(
            lambda: self.api.get_group(made['id']), 'creating')
        self.assertEqual('error', found['status'])

    def test_a_connector_of_another_hypervisor(self):
        volume = self.create_volume()
        error = self.assertRaises(
            api_client.OpenStackApiException, self.attach, volume,
            {'host': 'kvm', 'ip': '192.168.1.9', 'initiator': 'iqn.x'})
        # Cinder's API knows no better status for what a backend refuses
        self.assertIn('azure_vm_id', error.response.text)

    def test_growing_beyond_the_limit(self):
        volume = self.create_volume()
        found = self.extend(
            volume, TOO_LARGE[self.disk_model], status='error_extending')
        self.assertIn('GiB', found['metadata']['azure_error'])
        self.assertEqual(1, self.disk(volume).size_gib)
        self.delete_volume(volume)


@ddt.ddt
class BadStartTest(base.AzureVolumesTestCase):
    """A configuration that cannot work: one sentence, no service."""

    def fails_to_start(self, **options):
        self.configure('other', **options)
        self.override_config(
            'azure_config_group', 'other', 'backend_defaults')
        driver = self.driver.__class__(
            configuration=self.driver.configuration, host=base.HOST)
        return self.assertRaises(
            cinder_exception.InvalidInput, self.start_driver, driver)

    @staticmethod
    def start_driver(driver):
        driver.do_setup(context.get_admin_context())
        driver.check_for_setup_error()

    @ddt.data(
        ({'client_secret': 'wrong-one'}, 'credential'),
        ({'resource_group': 'nowhere'}, 'nowhere'),
        ({'tenant_id': None}, 'tenant_id'),
        ({'mapping_file': '/nonexistent/mapping.yaml'}, 'mapping.yaml'),
        ({'disk_model': 'page_blob', 'storage_account': None},
         'storage_account'),
        ({'disk_model': 'page_blob', 'storage_account': 'nosuchaccount'},
         'nosuchaccount'))
    @ddt.unpack
    def test_what_is_wrong_is_named(self, options, word):
        error = self.fails_to_start(**options)
        self.assertIn('[other]', str(error))
        self.assertIn(word, str(error))
        self.assertNotIn('\n', str(error))

    def test_page_blobs_where_no_machine_can_have_them(self):
        error = self.fails_to_start(
            disk_model='page_blob', cloud='public', arm_endpoint=None,
            authority=None, token_scope=None, storage_suffix=None)
        self.assertIn('2026-03-31', str(error))

    def test_two_mistakes_are_named_together(self):
        error = self.fails_to_start(
            tenant_id=None, mapping_file='/nonexistent/mapping.yaml')
        self.assertIn('tenant_id', str(error))
        self.assertIn('mapping.yaml', str(error))
