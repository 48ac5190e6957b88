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

"""jacket-azure janitor, from its arguments to what it leaves in Azure."""

import io
import json
import logging
import pathlib

import fixtures

from jacket_azure import exceptions
from jacket_azure.cmd import emulator as emulator_command
from jacket_azure.cmd import janitor
from jacket_azure.cmd import main
from jacket_azure.conf import files
from jacket_azure.janitor import facts
from jacket_azure.janitor import nova_api
from tests import volumes
from tests.unit.janitor import base
from tests.unit.janitor import doubles


class JanitorCommandTest(base.JanitorTestCase):

    def setUp(self):
        super().setUp()
        self.azure.patch_connect()
        self.folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.config = self.folder / 'nova.conf'
        self.config.write_text(
            emulator_command.section(self.azure.options()))
        self.nova = doubles.NovaAdapter()
        self.useFixture(fixtures.MonkeyPatch(
            'jacket_azure.janitor.nova_api.connect',
            lambda cloud: nova_api.NovaApi(self.nova)))
        self.useFixture(fixtures.MonkeyPatch(
            'jacket_azure.janitor.job.Job.now',
            staticmethod(self.time)))
        self.keep_logging()
        self.slept = []
        self.useFixture(fixtures.MonkeyPatch(
            'jacket_azure.cmd.janitor.Janitor.sleep',
            staticmethod(self.pause)))

    def keep_logging(self):
        """Undo, at the end, what the command does to loggers."""
        root = logging.getLogger()
        self.addCleanup(setattr, root, 'handlers', list(root.handlers))
        for name in ('', 'azure', 'jacket_azure', 'keystoneauth',
                     *janitor._REPEATED):
            logger = logging.getLogger(name)
            self.addCleanup(logger.setLevel, logger.level)

    def pause(self, seconds):
        self.slept.append(seconds)
        self.skipped += seconds

    def run_command(self, *arguments, code=0):
        """Run the command; return its rows, and what it said beside them."""
        app = main.JacketAzure()
        app.stdout, app.stderr = io.StringIO(), io.StringIO()
        found = app.run([
            'janitor', '--config-file', str(self.config), '--state-file',
            str(self.folder / 'state.json'), '-f', 'json', *arguments])
        said = app.stderr.getvalue()
        self.assertEqual(code, found, said)
        text = app.stdout.getvalue()
        return json.loads(text) if text else None, said

    def leave_orphans(self):
        uuid = self.leave_behind()
        self.nova.delete(uuid)
        self.skipped = base.LONG
        return uuid

    def actions(self, rows):
        return {row['Action'] for row in rows}

    def test_dry_run_then_apply(self):
        uuid = self.leave_orphans()
        rows, said = self.run_command()
        self.assertEqual({'waiting'}, self.actions(rows))
        self.assertIn('nothing is deleted without --apply', said)
        self.skipped += 300
        rows, _ = self.run_command()
        self.assertEqual({'would delete'}, self.actions(rows))
        self.assertEqual(3, len(self.left()))
        rows, said = self.run_command('--apply')
        self.assertEqual({'deleted'}, self.actions(rows))
        self.assertIn('3 deleted', said)
        self.assertEqual([], self.left())
        self.assertEqual(
            {'Resource': uuid, 'Kind': 'os-disk', 'Belongs to': uuid,
             'Host': base.HOST, 'Age': rows[0]['Age'], 'Action': 'deleted',
             'Reason': f'server {uuid} was deleted at '
                       '2026-05-01T00:00:00+00:00'},
            rows[0])
        self.assertEqual(([], 0), (self.run_command()[0], len(self.left())))

    def test_a_dry_run_looks_at_all_kinds(self):
        """A volume's disk goes only where that was asked for."""
        disks = self.driver._backend.disks
        known, unknown = (
            volumes.make(disks, self.conf.azure) for _ in range(2))
        seen = []

        def records():
            seen.append(True)
            uuid_ = known['serial']
            return (facts.Volume(
                uuid_, frozenset({uuid_}), known['data']['disk_name'], None),)

        self.useFixture(fixtures.MonkeyPatch(
            'jacket_azure.janitor.cinder_api.connect', lambda cloud: records))
        self.skipped = base.LONG
        rows, _ = self.run_command('--wait')
        self.assertEqual(
            [(unknown['data']['disk_name'], 'volume', 'would delete')],
            [(row['Resource'], row['Kind'], row['Action']) for row in rows])
        self.assertEqual(([], 2), (
            self.run_command('--apply', '--wait')[0], len(self.left())))
        rows, _ = self.run_command(
            '--apply', '--wait', '--kind', 'volume')
        self.assertEqual({'deleted'}, self.actions(rows))
        self.assertEqual(
            [('disks', known['data']['disk_name'])], self.left())

    def test_wait_does_both_passes(self):
        self.leave_orphans()
        rows, said = self.run_command('--apply', '--wait', '60')
        self.assertEqual(([60], []), (self.slept, self.left()))
        self.assertEqual({'deleted'}, self.actions(rows))
        self.assertIn('follows in 60 seconds', said)
        self.leave_orphans()
        self.run_command('--wait')
        self.assertEqual([60, 300], self.slept)
        self.assertEqual(3, len(self.left()))

    def test_scope(self):
        self.leave_orphans()
        for arguments, left in (
                (('--host', 'other'), 3), (('--kind', 'os-disk'), 2),
                (('--max-deletions', '1', '--host', base.HOST), 1),
                (('--grace', '100000'), 1), ((), 0)):
            self.run_command('--apply', '--wait', *arguments)
            self.assertEqual(left, len(self.left()), arguments)

    def test_servers_that_exist_keep_their_parts(self):
        uuid = self.leave_orphans()
        self.nova.add(uuid)
        rows, _ = self.run_command('--apply', '--wait')
        self.assertEqual({'kept'}, self.actions(rows))
        self.assertEqual(3, len(self.left()))

    def test_nova_that_does_not_answer(self):
        self.leave_orphans()
        self.nova.answers['/servers/detail'] = doubles.Answer(503, {})
        rows, said = self.run_command('--apply', '--wait', code=1)
        self.assertEqual(([], []), (rows, self.slept))
        self.assertIn('Nova answered 503', said)
        self.assertEqual(3, len(self.left()))

    def test_failed_deletion_shows_in_the_exit_code(self):
        uuid = self.leave_orphans()
        self.azure.fail('DELETE', 'disks', 409, 'ScopeLocked', 'Locked.')
        rows, _ = self.run_command('--apply', '--wait', code=1)
        [row] = [row for row in rows if row['Action'] == 'failed']
        self.assertIn('ScopeLocked', row['Reason'])
        self.assertEqual([('disks', uuid)], self.left())

    def test_mistakes_are_told_in_one_line(self):
        broken = self.folder / 'broken.conf'
        broken.write_text('[azure]\njanitor_grace_time = soon\n')
        empty = self.folder / 'empty.conf'
        empty.write_text('[DEFAULT]\n')
        for arguments, words in (
                (('--config-file', '/no/such/file'), '/no/such/file'),
                (('--config-file', str(broken)), 'janitor_grace_time'),
                (('--kind', 'pool'), 'os-disk'),
                (('--state-file', '/proc/x/y'), '/proc/x/y')):
            rows, said = self.run_command(*arguments, code=1)
            self.assertIsNone(rows)
            self.assertEqual(1, said.count('\n'), said)
            self.assertIn(words, said)
        self.config.write_text('[azure]\nlocation = eastus\n')
        self.assertIn('subscription_id', self.run_command(code=1)[1])

    def test_openstack_that_lets_nobody_in(self):
        def refuse(cloud):
            raise facts.Unanswered(f'Cannot log in to {cloud}.')

        self.useFixture(fixtures.MonkeyPatch(
            'jacket_azure.janitor.nova_api.connect', refuse))
        rows, said = self.run_command('--os-cloud', 'mine', code=1)
        self.assertEqual('jacket-azure janitor: Cannot log in to mine.\n',
                         said)

    def test_no_file_at_all(self):
        self.useFixture(fixtures.MonkeyPatch(
            'oslo_config.cfg.find_config_files', lambda project: []))
        exc = self.assertRaises(
            exceptions.ConfigurationError, files.load_options, [])
        self.assertIn('--config-file', str(exc))

    def test_ages(self):
        for seconds, text in ((0, '0m 0s'), (61, '1m 1s'), (3599, '59m 59s'),
                              (3600, '1h 0m'), (90061, '1d 1h')):
            self.assertEqual(text, janitor._age(
                janitor.datetime.timedelta(seconds=seconds)))
        self.assertEqual('0m 0s', janitor._age(
            janitor.datetime.timedelta(seconds=-5)))
