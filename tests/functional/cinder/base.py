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

"""Base class: a whole Cinder in this process, one backend on Azure."""

import atexit
import contextlib
import functools
import os
import pathlib
import shutil
import sys
import tempfile
from unittest import mock
import warnings

from cinder import context
from cinder import db
from cinder import objects
from cinder.db import migration
from cinder.tests.functional import functional_helpers
from cinder.tests.functional.api import client as api_client
from cinder.tests.unit.image import fake as fake_image
from cinder.volume import configuration
import fixtures
from oslo_config import cfg
from oslo_utils import uuidutils

from jacket_azure import conf as azure_conf
from jacket_azure.emulator.compute import disk_model
from jacket_azure.payload import tags
from jacket_azure.sandbox.services import common
from tests import debug_log
from tests import disk_contents
from tests import fixtures as azure_fixtures
from tests import sqlite
from tests import world
from tests.functional import services
from tests.functional.cinder import scheduling
from tests.functional.cinder import serving

CONF = cfg.CONF

BACKEND = 'azure'
HOST = f'cinder-host@{BACKEND}'
MODELS = ('managed', 'page_blob')
# default SKU of each
DEFAULT_SKU = {'managed': 'StandardSSD_LRS', 'page_blob': 'Standard_LRS'}


def on_both_models(case):
    """Make of a test case one for each disk model, in its module."""
    module = sys.modules[case.__module__]
    for model in MODELS:
        name = f'{case.__name__}_{model}'
        made = type(name, (case,), {
            'disk_model': model, '__module__': case.__module__})
        setattr(module, name, made)
    return None


@functools.cache
def _database():
    """Make the one file of this process: Cinder keeps its first engine."""
    sqlite.keep_open()
    if os.environ.get('OS_CINDER_DISABLE_EVENTLET_PATCHING') == 'true':
        # native threads write at the same time; the file is replaced between
        # tests, which a write-ahead log would not survive
        common.tune_sqlite(journal='DELETE')
    folder = tempfile.mkdtemp(
        prefix='jacket-cinder-', dir=azure_fixtures.TEMP_DIRECTORY)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return pathlib.Path(folder, 'cinder.sqlite')


@functools.cache
def _schema():
    """Run the migrations, which takes seconds; returns the file's bytes."""
    migration.db_sync()
    db.api.get_engine().dispose()
    return _database().read_bytes()


class FileDatabase(fixtures.Fixture):
    """A file: each native thread gets a memory database of its own."""

    def setUp(self):
        super().setUp()
        CONF.set_override('connection', f'sqlite:///{_database()}', 'database')
        self.addCleanup(CONF.clear_override, 'connection', 'database')
        db.api.get_engine().dispose()
        schema = _schema()
        _database().write_bytes(schema)
        self.addCleanup(db.api.get_engine().dispose)


class AzureVolumesTestCase(
        services.OnAzure, functional_helpers._FunctionalTestBase):
    """Real API, scheduler and volume manager.

    After each test every request must have been a valid one, and the log
    free of credentials.

    :ivar azure: what Azure holds, see :class:`tests.fixtures.AzureFixture`
    :ivar volume: the volume service
    :ivar log: everything that was logged
    """

    _osapi_version = '3.70'
    RESOURCE_FILTER_PATH = os.path.join(
        sys.prefix, 'etc/cinder/resource_filters.json')
    MOCK_WORKER = False
    MOCK_TOOZ = False

    disk_model = 'managed'
    #: options of ``[azure]`` that differ from the usual
    azure_options = {}

    def setUp(self):
        self.azure = self.useFixture(
            azure_fixtures.AzureFixture(contents=True))
        self.azure.patch_connect()
        self.configure(azure_conf.GROUP.name)
        self.provide_glance()
        with mock.patch('cinder.tests.unit.test.Database', FileDatabase):
            super().setUp()
        self.log = self.useFixture(debug_log.DebugLog())
        self.addCleanup(self.check_wire_and_log)
        # Cinder asks Nova first; there is none
        self.patch('cinder.volume.api.API.attachment_deletion_allowed')
        self.nova = self.patch('cinder.compute.API').return_value
        # the others' ask a root helper for names of iSCSI, FC and the like
        self.useFixture(fixtures.MonkeyPatch(
            'os_brick.initiator.connector.unix_connector_list',
            ['jacket_azure.brick.connector.AzureConnector']))
        self.contents = disk_contents.Contents(self.azure)
        self.azure.emulator.requests.clear()

    def provide_glance(self):
        """Let there be a Glance, of records only."""
        glance = self.glance = fake_image._FakeImageService()
        self.patch('cinder.image.glance.get_default_image_service',
                   lambda: glance)
        self.patch('cinder.image.glance.get_remote_image_service',
                   lambda context, image: (glance, image))

    def configure(self, group, **options):
        """Point a section of options at the emulator."""
        azure_conf.register_opts(CONF, group)
        wanted = {
            **self.azure.options(), 'disk_model': self.disk_model,
            'storage_account': world.STORAGE_ACCOUNT,
            **self.azure_options, **options}
        for name, value in wanted.items():
            CONF.set_override(name, value, group=group)
            self.addCleanup(CONF.clear_override, name, group=group)

    def _get_flags(self):
        flags = super()._get_flags()
        flags['volume_driver'] = {
            'v': 'jacket_azure.cinder.AzureVolumeDriver',
            'g': configuration.SHARED_CONF_GROUP}
        flags['allow_availability_zone_fallback'] = {'v': True}
        return flags

    def start_service(self, name, host=None, **options):
        if name == 'scheduler':
            return scheduling.start(
                lambda: super(AzureVolumesTestCase, self).start_service(
                    name, host=host, **options), self.volume.manager)
        if name == 'volume':
            host = host or HOST
        service = super().start_service(name, host=host, **options)
        if name == 'volume':
            self.assertTrue(service.manager.driver.initialized)
        return service

    def _start_api_service(self):
        server = serving.serve(serving.load_api())

        class Api:
            @staticmethod
            def stop():
                serving.close(server)

        self.osapi = Api
        self.auth_url = f'http://127.0.0.1:{server.server_port}/v3'

    def _common_cleanup(self):
        # for pytest, which keeps the test method on the instance
        kept = {
            key: self.__dict__[key] for key in (self._testMethodName,)
            if key in self.__dict__}
        super()._common_cleanup()
        self.__dict__.update(kept)

    def settled(self, get, *passing):
        """Wait until a resource is in none of the *passing* states."""
        def found():
            resource = get()
            return resource if resource['status'] not in passing else None

        return self.wait_until(found, f'no longer {passing}')

    def wait_for(self, volume, *passing, status='available'):
        """Wait for a volume to leave *passing* states, expect *status*."""
        found = self.settled(
            lambda: self.api.get_volume(volume['id']), *passing)
        self.assertEqual(status, found['status'], self._why(found))
        return found

    def _why(self, volume):
        return f'{volume["metadata"]}\n{self.log.text[-6000:]}'

    # what tests do

    def create_type(self, name, **extra_specs):
        """Create a volume type; ``azure_sku`` stands for ``azure:sku``."""
        specs = {
            key.replace('azure_', 'azure:', 1): value
            for key, value in extra_specs.items()}
        made = self.api.create_type(name)
        if specs:
            self.api.create_volume_type_extra_specs(made['id'], specs)
        return made

    def create_volume(self, status='available', **wanted):
        """Ask for a volume of 1 GiB and wait until it is there, or failed."""
        wanted.setdefault('size', 1)
        volume = self.api.post_volume({'volume': wanted})
        return self.wait_for(
            volume, 'creating', 'downloading', status=status)

    def failed_volume(self, **wanted):
        """Ask for a volume that cannot be; return the reason given."""
        volume = self.create_volume(status='error', **wanted)
        return volume['metadata']['azure_error']

    def delete_volume(self, volume):
        """Delete a volume and wait until it is gone."""
        self.api.delete_volume(volume['id'])
        self.wait_until(lambda: self.is_gone(volume), 'volume deleted')

    def is_gone(self, volume):
        """Say whether Cinder has forgotten a volume."""
        try:
            found = self.api.get_volume(volume['id'])
        except api_client.OpenStackApiException404:
            return True
        self.assertEqual('deleting', found['status'], self._why(found))
        return False

    def create_snapshot(self, volume, status='available'):
        """Take a snapshot and wait until it is there."""
        snapshot = self.api.post_snapshot(
            {'snapshot': {'volume_id': volume['id'], 'force': True}})
        found = self.settled(
            lambda: self.api.get_snapshot(snapshot['id']), 'creating')
        self.assertEqual(status, found['status'], self.log.text[-6000:])
        return found

    def delete_snapshot(self, snapshot):
        """Delete a snapshot and wait until it is gone."""
        self.api.delete_snapshot(snapshot['id'])

        def gone():
            try:
                found = self.api.get_snapshot(snapshot['id'])
            except api_client.OpenStackApiException404:
                return True
            self.assertEqual(
                'deleting', found['status'], self.log.text[-6000:])
            return False

        self.wait_until(gone, 'snapshot deleted')

    def action(self, volume, name, body=None, status=202):
        """Post a volume action."""
        return self.api.api_post(
            f'/volumes/{volume["id"]}/action', {name: body},
            check_response_status=[status])

    def extend(self, volume, size_gib, status='available'):
        """Grow a volume."""
        self.action(volume, 'os-extend', {'new_size': size_gib})
        return self.wait_for(volume, 'extending', status=status)

    def attach(self, volume, connector=None):
        """Attach a volume as Nova does; returns the attachment."""
        made = self.api.api_post('/attachments', {'attachment': {
            'volume_uuid': volume['id'],
            'instance_uuid': uuidutils.generate_uuid(),
            'connector': connector or {
                'host': 'compute', 'azure_vm_id': None}}})['attachment']
        self.api.api_post(
            f'/attachments/{made["id"]}/action', {'os-complete': {}},
            check_response_status=[204])
        return made

    def detach(self, attachment):
        """Detach a volume as Nova does."""
        self.api.api_delete(f'/attachments/{attachment["id"]}')

    def held(self, volume):
        """Let a machine that Cinder knows nothing of hold a volume."""
        return self.held_disk(self.disk(volume))

    @contextlib.contextmanager
    def held_disk(self, disk):
        """Let a machine that Cinder knows nothing of hold a disk."""
        if disk.id.startswith('http'):
            with self.contents.leased(disk):
                yield
            return
        resource = self.azure.emulator.store.get(disk.id)
        vm_id = disk.id.replace('/disks/', '/virtualMachines/')
        disk_model.take(self.azure.emulator, resource, vm_id)
        try:
            yield
        finally:
            disk_model.release(self.azure.emulator, resource, vm_id)

    def create_image(self, name, **properties):
        """Let Glance know an image; returns its id."""
        made = self.glance.create(context.get_admin_context(), {
            'id': uuidutils.generate_uuid(), 'name': name, 'size': 24,
            'status': 'active', 'visibility': 'public', 'owner': 'operators',
            'container_format': 'bare', 'disk_format': 'raw', 'min_disk': 0,
            'min_ram': 0, 'created_at': None, 'updated_at': None,
            'deleted_at': None, 'deleted': False, 'is_public': True,
            'properties': properties})
        return made['id']

    # what tests look at

    def record(self, volume):
        """Return Cinder's own record of a volume."""
        return objects.Volume.get_by_id(
            context.get_admin_context(), volume['id'])

    def snapshot_record(self, snapshot):
        """Return Cinder's own record of a snapshot."""
        return objects.Snapshot.get_by_id(
            context.get_admin_context(), snapshot['id'])

    @property
    def driver(self):
        """The driver of the running volume service."""
        return self.volume.manager.driver

    @property
    def disks(self):
        """The disk model, for the facts of tests."""
        return self.driver._backend.disks

    def disk(self, volume):
        """Return a volume's disk as the model shows it."""
        return self.disks.get(self.record(volume).provider_id)

    def left_in_azure(self):
        """Name all disks and snapshots of ours."""
        found = [*self.disks.list(), *self.disks.list_snapshots()]
        return sorted(
            each.name for each in found
            if tags.is_owned({'tags': each.tags}, world.OWNER))

    def restart_volume_service(self):
        """Stop the volume service and start a new one, driver and all."""
        self.volume.stop()
        self._services.remove(self.volume)
        warnings.simplefilter('ignore')
        self.volume = self.start_service('volume')
