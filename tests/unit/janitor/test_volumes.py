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
"""What is left of volumes, over HTTPS against the emulator."""

import dataclasses
import datetime
import uuid

from jacket_azure.blob import leases
from jacket_azure.disks import models
from jacket_azure.disks.page_blob import names as blob_names
from jacket_azure.janitor import facts
from jacket_azure.janitor import page_blobs
from jacket_azure.janitor import reports
from jacket_azure.janitor import sweep
from jacket_azure.payload import blob_metadata
from jacket_azure.payload import disk as disk_payload
from jacket_azure.payload import names
from jacket_azure.payload import tags
from tests import volumes
from tests import world
from tests.unit.disks.page_blob import base as blob_base
from tests.unit.janitor import base

Action = reports.Action
DAY = datetime.timedelta(days=2)
KINDS = frozenset({'temporary', 'upload', 'volume'})


def tags_of(kind, uuid_, **more):
    return tags.build(
        world.OWNER, kind, uuid_, 'p', '2026-01-01T00:00:00Z', **more)[0]


def record(volume_id, name, busy=None):
    return facts.Volume(volume_id, frozenset({volume_id}), name, busy)


class ManagedTestCase(base.JanitorTestCase):
    """:ivar known: a volume of Cinder's, and the name of its disk"""

    def setUp(self):
        super().setUp()
        self.disks = self.driver._backend.disks
        self.skipped = base.LONG
        self.known = self.disk()
        self.volumes = (record(*self.known),)

    def disk(self, **options):
        """Make a volume's disk; return the volume's id and its name."""
        made = volumes.make(self.disks, self.conf.azure, **options)
        return made['serial'], made['data']['disk_name']

    def swept(self, **options):
        options.setdefault('ask_volumes', lambda: self.volumes)
        return self.two_passes(self.janitor(**options))

    def outcome(self, report, name):
        [found] = [each for each in report.outcomes
                   if each.found.name == name]
        return found


class ManagedTest(ManagedTestCase):

    def test_a_disk_that_no_volume_has(self):
        _, name = self.disk()
        self.swept()
        self.assertEqual([('disks', self.known[1])], self.left())
        self.assertIn(f'disks/{name}: Cinder has no record', self.log.text)

    def test_by_default_it_is_looked_at_only(self):
        """What a database that was restored does not know is no rubbish."""
        self.disk()
        kinds = self.conf.azure.janitor_kinds
        self.assertNotIn('volume', kinds)
        self.swept(kind_names=kinds)
        self.assertEqual(2, len(self.left()))

    def test_a_volume_that_appears_meanwhile(self):
        """Its disk was taken by it after Cinder had been asked."""
        made = self.disk()
        answers = [
            self.volumes, self.volumes, (*self.volumes, record(*made))]
        report = self.swept(ask_volumes=lambda: answers.pop(0))
        self.assertEqual(
            (Action.SPARED, 'a volume has it'),
            (self.outcome(report, made[1]).action,
             self.outcome(report, made[1]).reason))
        self.assertEqual((2, []), (len(self.left()), answers))

    def test_a_cinder_that_goes_away_in_the_middle(self):
        self.disk()
        answers = [self.volumes, self.volumes]

        def ask():
            if not answers:
                raise facts.Unanswered('Cinder answered 503.')
            return answers.pop(0)

        report = self.swept(ask_volumes=ask)
        self.assertEqual('Cinder answered 503.', report.ended)
        self.assertEqual(2, len(self.left()))

    def test_a_cinder_without_volumes_ends_the_pass(self):
        uuid_ = self.leave_behind()
        self.records[uuid_] = self.deleted_record(2 * base.LONG)
        self.disk()
        self.volumes = ()
        report = self.swept()
        self.assertIn('no evidence', report.ended)
        self.assertEqual(5, len(self.left()))

    def test_temporary_snapshots(self):
        """Made by a copy; after a day, for reading them may take long."""
        kinds = (tags.KIND_TEMPORARY, tags.KIND_SNAPSHOT, tags.KIND_IMAGE,
                 'pool', 'backup')
        made = {}
        for kind in kinds:
            uuid_ = str(uuid.uuid4())
            made[kind] = self.disks.create_snapshot(models.SnapshotSpec(
                uuid_, self.known[1], tags_of(kind, uuid_))).name
        self.swept()
        self.assertEqual(6, len(self.left()))
        self.skipped += 86400
        self.swept(ask_volumes=lambda: None)
        self.assertEqual(
            sorted([('disks', self.known[1]), *(
                ('snapshots', made[kind]) for kind in kinds[1:])]),
            self.left())

    def test_public_addresses_of_servers_that_are_gone(self):
        gone, alive = str(uuid.uuid4()), self.instance().uuid
        for uuid_ in (gone, alive):
            self.client.public_ip_addresses.create_or_update(uuid_, {
                'location': 'eastus', 'sku': {'name': 'Standard'},
                'properties': {'publicIPAllocationMethod': 'Static'},
                'tags': {**tags_of(
                    tags.KIND_PUBLIC_IP, uuid_, host=base.HOST),
                    tags.CREATED: self.time().isoformat()}})
        self.records = {alive: facts.Record(True),
                        gone: self.deleted_record()}
        self.skipped += base.LONG
        self.swept()
        self.assertEqual(
            sorted([('disks', self.known[1]),
                    ('publicIPAddresses', alive)]), self.left())

    def test_each_type_is_listed_once(self):
        with self.azure.recording() as made:
            self.janitor(ask_volumes=lambda: self.volumes).run()
        self.assertEqual(
            ['networkInterfaces', 'disks', 'publicIPAddresses', 'snapshots',
             'virtualMachines'], [each.type for each in made])


class UploadTest(ManagedTestCase):

    contents = True

    def test_the_disk_that_an_image_is_written_to(self):
        """No record is of it: who writes it has died a day ago."""
        name = names.temporary_name(uuid.uuid4().hex)
        self.client.disks.create_or_update(
            name, disk_payload.build(disk_payload.DiskSpec(
                location='eastus', kind=models.Kind('Standard_LRS'),
                creation=disk_payload.upload(1),
                tags=tags_of(tags.KIND_TEMPORARY, str(uuid.uuid4())))))
        self.swept(ask_volumes=lambda: None)
        self.assertEqual(2, len(self.left()))
        self.skipped += 86400
        self.swept(ask_volumes=lambda: None)
        self.assertEqual([('disks', self.known[1])], self.left())

    def test_an_upload(self):
        """Also one whose signed URL is still out: Azure refuses then."""
        made = []
        for _ in range(2):
            uuid_ = str(uuid.uuid4())
            made.append(self.disks.volume_name(uuid_))
            self.client.disks.create_or_update(
                made[-1], disk_payload.build(disk_payload.DiskSpec(
                    location='eastus', kind=models.Kind('Premium_LRS'),
                    creation=disk_payload.upload(1),
                    tags=tags_of(tags.KIND_TEMPORARY, uuid_))))
        self.client.disks.grant_access(made[1], 86400, write=True)
        report = self.swept()
        self.assertEqual(
            [Action.DELETED, Action.FAILED],
            [self.outcome(report, name).action for name in made])
        self.assertIn(('disks', made[1]), self.left())


class PageBlobTest(blob_base.PageBlobDisksTestCase):
    """The same where volumes are page blobs."""

    def setUp(self):
        super().setUp()
        self.conf.set_override('disk_model', 'page_blob', 'azure')
        self.known = self.volume()
        self.volumes = (record(str(uuid.uuid4()), self.known),)
        self.server = str(uuid.uuid4())

    def swept(self, ask=None):
        """Run two passes a long time from now; return what was deleted."""
        times = [datetime.datetime.now(datetime.UTC) + DAY]
        janitor = sweep.Sweep(
            self.client, facts.Scope(
                world.OWNER, KINDS | {tags.KIND_OS_DISK}, 'host'),
            facts.Limits(base.GRACE, 50, base.PAUSE),
            self.servers,
            now=lambda: times[-1], ask_volumes=ask or (lambda: self.volumes),
            page_blobs=page_blobs.of_model(self.conf.azure, self.client))
        janitor.run()
        times.append(times[-1] + datetime.timedelta(hours=1))
        report = janitor.run()
        return {each.found.name for each in report.outcomes
                if each.action is Action.DELETED}

    def servers(self, uuids):
        """Tell that all but one have been deleted."""
        return {uuid_: facts.Record(
            uuid_ == self.server, None if uuid_ == self.server else
            datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC))
            for uuid_ in uuids}

    def unfinished(self, **changes):
        spec = self.spec(**changes)
        self.disks.open_writer(spec)
        return spec.name

    def test_what_goes_and_what_stays(self):
        unknown, held = self.volume(), self.volume()
        self.attach(held)
        self.volumes += (record(str(uuid.uuid4()), held),)
        abandoned, at_work = self.unfinished(), self.unfinished()
        leases.break_lease(self.disks._blob(abandoned))
        temporary = self.disks.create_snapshot(dataclasses.replace(
            self.snapshot_spec(self.known),
            tags=tags_of(tags.KIND_TEMPORARY, str(uuid.uuid4())))).name
        kept = self.disks.create_snapshot(self.snapshot_spec(self.known))
        self.assertEqual({unknown, abandoned, temporary}, self.swept())
        self.assertEqual([kept.stamp], self.snapshots(self.known))
        self.assertEqual(
            {self.known, held, at_work},
            {disk.name for disk in self.disks.list()})

    def test_what_an_image_is_made_by(self):
        """A blob that is written, a snapshot of a server's disk; no image."""
        key = uuid.uuid4().hex
        temporary = blob_names.temporary_image(key)
        for name, kind in (
                (temporary, tags.KIND_TEMPORARY),
                ('images/other.vhd', tags.KIND_IMAGE),
                ('vhds/server.vhd', tags.KIND_TEMPORARY)):
            self.disks.create(self.spec(
                name=name, tags=tags_of(kind, str(uuid.uuid4()))))
        stamp = self.disks._blob('vhds/server.vhd').snapshot(
            blob_metadata.encode(tags_of(
                tags.KIND_TEMPORARY, str(uuid.uuid4()))))
        self.assertEqual(
            {temporary, f'vhds/server.vhd?snapshot={stamp}'}, self.swept())

    def test_disks_of_servers(self):
        """Those with our name and tags, once no server has them."""
        def made(name, kind=tags.KIND_OS_DISK, uuid_=None, act=None):
            uuid_ = uuid_ or str(uuid.uuid4())
            spec = self.spec(name=f'vhds/{name.format(uuid_)}.vhd', tags={
                **tags_of(kind, uuid_), tags.HOST: 'host'})
            (act or self.disks.create)(spec)
            return spec.name

        whole, other = made('{}'), made('{}-b')
        abandoned = made('{}-rescue', act=self.disks.open_writer)
        leases.break_lease(self.disks._blob(abandoned))
        held, at_work = made('{}'), made('{}', act=self.disks.open_writer)
        self.attach(held)
        for name in ('golden', '{}-c'):
            made(name)
        made('{}', uuid_=self.server)
        self.assertEqual({whole, other, abandoned}, self.swept())
        self.assertIsNotNone(self.azurite.size(at_work))

    def test_a_volume_with_snapshots_stays(self):
        """A snapshot that Cinder has let go carries our tags for ever."""
        unknown = self.volume()
        self.disks.create_snapshot(self.snapshot_spec(unknown))
        self.assertEqual(set(), self.swept())
        self.assertEqual(1, len(self.snapshots(unknown)))

    def test_a_snapshot_taken_by_hand_stays(self):
        """It has the metadata of its blob, which may be a temporary one."""
        uuid_ = str(uuid.uuid4())
        spec = self.spec(uuid_, tags=tags_of(tags.KIND_TEMPORARY, uuid_))
        self.disks.create(spec)
        self.disks._blob(spec.name).snapshot({})
        self.assertEqual(set(), self.swept())
        self.assertEqual(1, len(self.snapshots(spec.name)))

    def test_what_is_written_to_meanwhile_stays(self):
        unknown = self.volume()
        answers = [self.volumes, self.volumes]

        def ask():
            if len(answers) == 0:
                self.write(unknown, 0, b'x')
                return self.volumes
            return answers.pop()

        self.assertEqual(set(), self.swept(ask))
        self.assertIsNotNone(self.azurite.size(unknown))
