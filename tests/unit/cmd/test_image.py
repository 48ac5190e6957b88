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

"""jacket-azure image, from its arguments to what is written."""

import contextlib
import functools
import hashlib
import io
import json
import logging
import pathlib
import subprocess
import types
from unittest import mock

import fixtures
from keystoneauth1 import adapter
from keystoneauth1 import session
from keystoneauth1 import token_endpoint

from jacket_azure import exceptions
from jacket_azure.cmd import emulator as emulator_command
from jacket_azure.cmd import image_export
from jacket_azure.cmd import image_upload
from jacket_azure.cmd import main
from jacket_azure.cmd import progress_bar
from jacket_azure.disks import loader
from jacket_azure.disks import models
from jacket_azure.payload import tags
from tests import base
from tests import glance_process
from tests import world

MIB = 1024 ** 2
GIB = 1024 ** 3
IMAGE = '0f8fad5b-d9cb-469f-a165-70867728950e'
OTHER = '7c9e6679-7425-40de-944b-e07fc1f90ae7'
DATA = bytes(range(1, 256)) * 2 + b'xx'


@functools.cache
def disk_sha256():
    """Return a hash of the disk of :meth:`ImageCommandTest.make`."""
    disk = bytearray(GIB)
    for offset in (0, 9 * MIB, GIB - 512):
        disk[offset:offset + 512] = DATA
    return hashlib.sha256(disk).hexdigest()


class Terminal(io.StringIO):

    def isatty(self):
        return True


class ImageCommandTest(base.AzureTestCase):

    contents = True

    def setUp(self):
        super().setUp()
        self.azure.patch_connect()
        self.folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.config = self.folder / 'nova.conf'
        self.stderr = io.StringIO()
        root = logging.getLogger()
        self.addCleanup(setattr, root, 'handlers', list(root.handlers))
        for name in ('', 'azure', 'jacket_azure', 'keystoneauth'):
            logger = logging.getLogger(name)
            self.addCleanup(logger.setLevel, logger.level)

    def use(self, disk_model='managed', **options):
        """Choose the disk model."""
        self.flags(disk_model=disk_model,
                   storage_account=world.STORAGE_ACCOUNT, **options)
        self.config.write_text(emulator_command.section({
            **self.azure.options(), 'disk_model': disk_model,
            'storage_account': world.STORAGE_ACCOUNT, **options}))
        self.disks = loader.connect(self.conf.azure, self.client)

    def make(self, image_id=IMAGE, used=None):
        """Make an image of 1 GiB with some data."""
        wanted, _ = tags.build(
            world.OWNER, tags.KIND_IMAGE, image_id, 'project',
            '2026-11-21T10:00:00+00:00')
        name = self.disks.image_name(image_id)
        if used:
            wanted[tags.LAST_USED] = used
            name = self.disks.cached_image_name(image_id.replace('-', ''))
        writer = self.disks.open_image_writer(models.ImageSpec(
            name, wanted, 'Linux', 'V2', 'generalized'), 1)
        for offset in (0, 9 * MIB, GIB - 512):
            writer.write(offset, DATA)
        writer.close()
        return name

    def run_command(self, name, *arguments, code=0):
        """Run a command; return what it printed."""
        app = main.JacketAzure()
        app.stdout, app.stderr = io.StringIO(), self.stderr
        found = app.run([
            'image', name, '--config-file', str(self.config), *arguments])
        self.assertEqual(code, found, self.stderr.getvalue())
        return app.stdout.getvalue()

    def raw_sha256(self, path, kind):
        """Hash what qemu-img reads in a file."""
        raw = self.folder / 'again.raw'
        subprocess.run(['qemu-img', 'convert', '-f', kind, '-O', 'raw',
                        str(path), str(raw)], check=True)
        with open(raw, 'rb') as file:
            return hashlib.file_digest(file, 'sha256').hexdigest()


class ExportTest(ImageCommandTest):

    def test_each_format_on_both_models(self):
        for disk_model in ('managed', 'page_blob'):
            self.use(disk_model)
            self.make()
            for name, kind in (('raw', 'raw'), ('vhd', 'vpc'),
                               ('vhd-dynamic', 'vpc'), ('qcow2', 'qcow2')):
                path = self.folder / f'{disk_model}.{name}'
                self.run_command(
                    'export', IMAGE, str(path), '--format', name)
                self.assertEqual(disk_sha256(), self.raw_sha256(path, kind))
                # holes stay holes, and nothing unfinished is left
                self.assertLess(path.stat().st_blocks * 512, 20 * MIB, name)
                self.assertEqual([], list(self.folder.glob('*.part')))

    def test_names_in_azure_and_standard_output(self):
        self.use()
        name = self.make(used='2026-11-21T10:00:00+00:00')
        for said in (name, self.disks.get_image(name).uri, IMAGE):
            written = io.BytesIO()
            with mock.patch.object(
                    image_export.Export, 'binary_output', written):
                self.run_command('export', said, '-', '--format', 'qcow2')
            path = self.folder / 'piped.qcow2'
            path.write_bytes(written.getvalue())
            self.assertEqual(disk_sha256(), self.raw_sha256(path, 'qcow2'))

    def test_volumes_and_snapshots(self):
        self.use()
        disk = self.disks.create(models.VolumeSpec(
            self.disks.volume_name(OTHER), 1, models.Kind('StandardSSD_LRS'),
            tags.build(world.OWNER, tags.KIND_VOLUME, OTHER, 'project',
                       '2026-11-21T10:00:00+00:00')[0]))
        snapshot = self.disks.create_snapshot(models.SnapshotSpec(
            IMAGE, disk.name, tags.build(
                world.OWNER, tags.KIND_SNAPSHOT, IMAGE, 'project',
                '2026-11-21T10:00:00+00:00')[0]))
        for kind, name in (('volume', OTHER), ('volume', disk.name),
                           ('snapshot', snapshot.name)):
            path = self.folder / f'{kind}-{name}.raw'
            self.run_command('export', name, str(path), '--from', kind,
                             '--format', 'raw')
            self.assertEqual(GIB, path.stat().st_size)

    def test_the_bar_is_for_terminals_alone(self):
        self.use()
        self.make()
        self.run_command('export', IMAGE, str(self.folder / 'a'))
        self.assertNotIn('MiB/s', self.stderr.getvalue())
        self.stderr = Terminal()
        self.run_command('export', IMAGE, str(self.folder / 'b'))
        self.assertIn('100% of', self.stderr.getvalue())

    def test_a_file_that_is_there_is_kept(self):
        self.use()
        self.make()
        path = self.folder / 'there'
        path.write_text('precious')
        self.run_command('export', IMAGE, str(path), code=1)
        self.assertIn('--force', self.stderr.getvalue())
        self.assertEqual('precious', path.read_text())
        self.run_command('export', IMAGE, str(path), '--force')
        self.assertEqual(disk_sha256(), self.raw_sha256(path, 'qcow2'))

    def test_what_cannot_be(self):
        self.use()
        self.make()
        path = str(self.folder / 'x')
        for arguments, words in (
                ((IMAGE,), 'Name one of FILE'),
                ((IMAGE, path, '--upload'), 'Name one of FILE'),
                ((OTHER, path), 'keeps nothing of image'),
                ((IMAGE, '/nowhere/x'), 'cannot be written'),
                ((IMAGE, '--upload', '--format', 'vhd-dynamic'),
                 'Glance has no format')):
            self.stderr = io.StringIO()
            self.run_command('export', *arguments, code=1)
            self.assertIn(words, self.stderr.getvalue())

    def test_a_failure_leaves_no_file(self):
        self.use()
        self.make()
        with mock.patch('jacket_azure.blob.reader.Reader.read',
                        side_effect=exceptions.Unavailable('Azure is down')):
            self.run_command('export', IMAGE, str(self.folder / 'x'), code=1)
        self.assertIn('Azure is down', self.stderr.getvalue())
        self.assertEqual(['nova.conf'], [
            path.name for path in self.folder.iterdir()])


class UploadTest(ImageCommandTest):

    def setUp(self):
        super().setUp()
        self.images = self.useFixture(glance_process.GlanceFixture())
        endpoint = f'{self.images.endpoint}/v2'
        connection = types.SimpleNamespace(image=adapter.Adapter(
            session.Session(token_endpoint.Token(
                endpoint, glance_process.ADMIN)),
            endpoint_override=endpoint))
        self.useFixture(fixtures.MonkeyPatch(
            'openstack.connect', lambda cloud: connection))
        self.use()

    def check_content(self, image):
        path = self.folder / 'downloaded'
        path.write_bytes(self.images.content(image['id']))
        self.assertEqual(
            disk_sha256(), self.raw_sha256(path, image['disk_format']))

    def test_the_image_itself(self):
        image = self.images.create('captured', disk_format='qcow2')
        self.make(image['id'])
        self.run_command('export', image['id'], '--upload')
        image = self.images.get(image['id'])
        self.assertEqual('active', image['status'])
        self.check_content(image)

    def test_what_glance_has_stays(self):
        image = self.images.create(
            'captured', b'{}', azure_uri='x', azure_os_type='linux')
        self.make(image['id'])
        self.run_command('export', image['id'], '--upload', code=1)
        self.assertIn('--upload-as', self.stderr.getvalue())

    def test_another_image_with_the_content(self):
        image = self.images.create(
            'captured', b'{}', azure_os_type='linux', min_disk=1,
            hw_firmware_type='uefi')
        name = self.make(image['id'])
        self.images.ask(
            'PATCH', f'/images/{image["id"]}', json=[{
                'op': 'add', 'path': '/azure_uri',
                'value': self.disks.get_image(name).uri}],
            headers={'Content-Type':
                     'application/openstack-images-v2.1-json-patch'})
        self.run_command(
            'export', image['id'], '--upload-as', 'downloadable')
        [made] = [each for each in self.images.list()
                  if each['name'] == 'downloadable']
        self.assertEqual(
            ('linux', 'uefi', 1, None),
            (made['azure_os_type'], made['hw_firmware_type'],
             made['min_disk'], made.get('azure_uri')))
        self.check_content(made)

    def test_what_was_made_for_another_image_is_not_given_away(self):
        secret = self.disks.get_image(self.make(OTHER)).uri
        volume = self.disks.create(models.VolumeSpec(
            self.disks.volume_name(IMAGE), 1, models.Kind('StandardSSD_LRS'),
            tags.build(world.OWNER, tags.KIND_VOLUME, IMAGE, 'project',
                       '2026-11-21T10:00:00+00:00')[0]))
        for uri in (secret, volume.id):
            image = self.images.create(
                'forged', disk_format='qcow2', azure_uri=uri)
            self.stderr = io.StringIO()
            self.run_command('export', image['id'], '--upload', code=1)
            self.assertIn('was not made for this', self.stderr.getvalue())
            self.assertEqual(
                'queued', self.images.get(image['id'])['status'])

    def test_an_image_of_an_operators_project_may_name_another(self):
        image = self.images.create(
            'ours', b'{}', visibility='public',
            azure_uri=self.disks.get_image(self.make(OTHER)).uri)
        self.use(image_projects=self.images.get(image['id'])['owner'])
        self.run_command('export', image['id'], '--upload-as', 'more')
        [made] = [each for each in self.images.list()
                  if each['name'] == 'more']
        self.check_content(made)

    def test_a_failure_leaves_no_other_image(self):
        image = self.images.create('captured', b'{}')
        self.make(image['id'])
        with mock.patch('jacket_azure.imaging.passing.Passing.is_in',
                        return_value=False):
            self.run_command('export', image['id'], '--upload-as', 'more',
                             code=1)
        self.assertEqual(['captured'], [
            each['name'] for each in self.images.list()])

    def test_no_such_image(self):
        self.run_command('export', OTHER, '--upload', code=1)
        self.assertIn('404', self.stderr.getvalue())

    def test_no_login(self):
        with mock.patch('openstack.connect', side_effect=ValueError('auth')):
            raised = self.assertRaises(
                exceptions.ConfigurationError, image_upload.connect, None)
        self.assertIn('Cannot log in', str(raised))


class ListTest(ImageCommandTest):

    def test_what_there_is(self):
        self.use()
        made = self.make()
        brought = self.make(OTHER, used='2026-11-21T10:00:00+00:00')
        rows = {row['Name']: row for row in json.loads(
            self.run_command('list', '-f', 'json'))}
        self.assertEqual({made, brought}, set(rows))
        self.assertEqual(
            {'Image': IMAGE, 'GiB': 1, 'OS': 'Linux', 'Generation': 'V2',
             'State': 'generalized', 'Last Used': ''},
            {key: value for key, value in rows[made].items()
             if key not in ('Name', 'Made')})
        self.assertEqual(
            '2026-11-21T10:00:00+00:00', rows[brought]['Last Used'])


class CacheTest(ImageCommandTest):

    def cache(self, *arguments):
        found = json.loads(
            self.run_command('cache', '-f', 'json', *arguments))
        return {row['Name']: row['Action'] for row in found}

    def test_a_dry_run_unless_told_otherwise(self):
        self.use(image_cache_size_gib=1)
        made = self.make()
        old = self.make(OTHER, used='2020-01-01T00:00:00+00:00')
        older = self.make(
            '6fa459ea-ee8a-3ca4-894e-db77e160355e',
            used='2019-01-01T00:00:00+00:00')
        for _ in range(2):
            self.assertEqual(
                {old: 'kept', older: 'would delete'}, self.cache())
        self.assertIn('without --apply', self.stderr.getvalue())
        self.assertEqual(
            {old: 'kept', older: 'deleted'}, self.cache('--apply'))
        self.assertEqual({old: 'kept'}, self.cache('--apply'))
        self.assertEqual(
            {made, old}, {image.name for image in self.disks.list_images()})


class BarTest(base.base.BaseTestCase):

    def test_it_moves(self):
        stream, now = Terminal(), [0.0]
        with contextlib.closing(progress_bar.ProgressBar(
                stream, 4 * MIB, lambda: now[0])) as bar:
            for _ in range(4):
                now[0] += 1
                bar.add(MIB)
        lines = stream.getvalue().split('\r')[1:]
        self.assertEqual(
            [' 25%', ' 50%', ' 75%', '100%', '100%'],
            [line.partition(']')[2][1:5] for line in lines])
        self.assertIn('of 4 MiB, 1.0 MiB/s', lines[0])
        self.assertTrue(lines[-1].endswith('\n'))
