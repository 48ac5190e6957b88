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

"""``jacket-azure image list`` and ``cache``: images that Azure keeps."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
import contextlib
import logging
from typing import Any

from cliff import lister

IMAGE_COLUMNS = ('Name', 'Image', 'GiB', 'OS', 'Generation', 'State',
                 'Made', 'Last Used')
CACHE_COLUMNS = ('Name', 'Image', 'GiB', 'Last Used', 'Action')


class AzureCommand:
    """What all commands about images share."""

    app: Any

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add what says which Azure."""
        parser.add_argument(
            '--config-file', action='append', metavar='FILE', default=[],
            help='file with an [azure] section, any number of times '
                 '(default: the nova.conf or cinder.conf of this host)')
        parser.add_argument(
            '--config-group', metavar='SECTION',
            help='section of it, as azure_config_group of a Cinder backend '
                 'says (default: azure)')

    @contextlib.contextmanager
    def connected(self, arguments: argparse.Namespace) -> Iterator[Any]:
        """Give the options and the disk model."""
        from jacket_azure.arm import azure as arm_azure
        from jacket_azure.conf import files
        from jacket_azure.disks import loader

        options = files.load_options(
            arguments.config_file, ('nova', 'cinder'),
            arguments.config_group)
        with contextlib.closing(arm_azure.connect(options)) as azure:
            yield options, loader.connect(options, azure)

    def guarded(self, action: Any) -> int:
        """Run, and say in one sentence what went wrong."""
        from jacket_azure import exceptions

        if self.app.options.verbose_level < 2:
            for name in ('azure', 'jacket_azure', 'keystoneauth'):
                logging.getLogger(name).setLevel(logging.WARNING)
        try:
            action()
        except (exceptions.JacketAzureError, ImportError) as exc:
            # openstacksdk comes with Nova and Cinder, or has to be installed
            print(f'jacket-azure image: {exc}', file=self.app.stderr)
            return 1
        return 0

    def tell(self, text: str) -> None:
        """Say something beside the output, which a program may read."""
        if self.app.options.verbose_level:
            print(text, file=self.app.stderr, flush=True)


class List(AzureCommand, lister.Lister):
    """List the images that Azure keeps: made of servers, or from Glance."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        self.add_options(parser)
        return parser

    def run(self, parsed_args: argparse.Namespace) -> int:
        return self.guarded(lambda: super(List, self).run(parsed_args))

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
        from jacket_azure.cmd import image_source

        with self.connected(parsed_args) as (_, disks):
            return IMAGE_COLUMNS, [
                image_source.row(image)
                for image in sorted(disks.list_images(),
                                    key=lambda image: image.name)]


class Cache(AzureCommand, lister.Lister):
    """Delete images brought from Glance that were not used for long.

    A dry run unless --apply is given. The options image_cache_size_gib and
    image_cache_grace_time say how much is kept; Nova and Cinder do the same
    by themselves.
    """

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        parser.add_argument(
            '--apply', action='store_true',
            help='delete; without it nothing is deleted')
        self.add_options(parser)
        return parser

    def run(self, parsed_args: argparse.Namespace) -> int:
        return self.guarded(lambda: super(Cache, self).run(parsed_args))

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
        from jacket_azure.cmd import image_source
        from jacket_azure.imaging import cache

        with self.connected(parsed_args) as (options, disks):
            kept = cache.ImageCache(disks, options)
            known = sorted(kept.list(), key=lambda each: each.last_used)
            gone = {
                each.name
                for each in kept.evict(dry_run=not parsed_args.apply)}
        action = 'deleted' if parsed_args.apply else 'would delete'
        rows = [
            (each.name, each.image_id, each.image.size_gib,
             image_source.moment(each.last_used),
             action if each.name in gone else 'kept')
            for each in known]
        summary = (f'{len(known)} images of '
                   f'{sum(each.image.size_gib for each in known)} GiB, '
                   f'{len(gone)} {action}')
        if not parsed_args.apply:
            summary += '; nothing is deleted without --apply'
        self.tell(f'{summary}.')
        return CACHE_COLUMNS, rows
