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


"""``jacket-azure image export``: the bytes of an image that Azure keeps."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
import contextlib
import pathlib
import sys
from typing import Any

from cliff import command

from jacket_azure.cmd import image

# as files; the names of imaging.export are those of Glance's formats
FORMATS = {
    'raw': 'raw',
    'vhd': 'vhd-fixed',
    'vhd-dynamic': 'vhd',
    'qcow2': 'qcow2',
}
# in Glance, where a fixed VHD is no vhd
UPLOADS = {'raw': 'raw', 'vhd': 'vhd', 'qcow2': 'qcow2'}


class Export(image.AzureCommand, command.Command):
    """Write the content of an image in Azure to a file, or to Glance.

    The bytes go straight from Azure to where they are wanted; zeros are not
    read, and nothing is stored in between. A file appears when it is whole.
    """

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        parser.add_argument(
            'image', metavar='IMAGE',
            help='id of the Glance image; or the name, ARM id or URL in '
                 'Azure, as "jacket-azure image list" and the property '
                 'azure_uri show it')
        parser.add_argument(
            'file', metavar='FILE', nargs='?',
            help='file to write, - for standard output')
        parser.add_argument(
            '--from', dest='kind', choices=('image', 'snapshot', 'volume'),
            default='image',
            help='export a snapshot of a volume, or a volume that is not '
                 'attached, instead of an image; IMAGE is then its name in '
                 'Azure, or the id of the volume (default: %(default)s)')
        parser.add_argument(
            '--format', choices=sorted(FORMATS), default='qcow2',
            help='vhd is a fixed VHD as Azure takes it, in Glance a dynamic '
                 'one (default: %(default)s)')
        parser.add_argument(
            '--force', action='store_true', help='replace FILE')
        parser.add_argument(
            '--upload', action='store_true',
            help='give the content to the Glance image IMAGE itself, which '
                 'must not have any yet')
        parser.add_argument(
            '--upload-as', metavar='NAME',
            help='make a new Glance image of that name, with the content '
                 'and the properties of IMAGE')
        parser.add_argument(
            '--os-cloud', metavar='NAME',
            help='entry of clouds.yaml, to upload (default: OS_CLOUD, or '
                 'the other OS_* variables)')
        self.add_options(parser)
        return parser

    def run(self, parsed_args: argparse.Namespace) -> int:
        return self.guarded(lambda: self.take_action(parsed_args))

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        from jacket_azure import exceptions

        targets = (parsed_args.file, parsed_args.upload,
                   parsed_args.upload_as)
        if sum(map(bool, targets)) != 1:
            raise exceptions.ConfigurationError(
                'Name one of FILE, --upload and --upload-as.')
        if parsed_args.file:
            self._write(parsed_args)
        else:
            self._upload(parsed_args)

    def _write(self, parsed_args: argparse.Namespace) -> None:
        from jacket_azure.cmd import output

        with self._opened(parsed_args, FORMATS) as (content, bar):
            if parsed_args.file == output.STANDARD_OUTPUT:
                output.write_stream(content, self.binary_output, bar)
            else:
                output.write_file(
                    content, pathlib.Path(parsed_args.file), bar,
                    parsed_args.force)

    def _upload(self, parsed_args: argparse.Namespace) -> None:
        from jacket_azure import exceptions
        from jacket_azure.cmd import image_upload

        if parsed_args.format not in UPLOADS:
            raise exceptions.ConfigurationError(
                f'Glance has no format {parsed_args.format}; possible are '
                f'{", ".join(UPLOADS)}.')
        glance = image_upload.connect(parsed_args.os_cloud)
        source = glance.get(parsed_args.image)
        if parsed_args.upload:
            glance.check_empty(source, parsed_args.format)
        with self._opened(parsed_args, UPLOADS, source) as (content, bar):
            image_id = glance.upload(
                source, content, parsed_args.format, bar,
                parsed_args.upload_as)
        self.tell(f'Image {image_id} has its content in Glance.')

    @property
    def binary_output(self) -> Any:
        """Standard output, for bytes."""
        return sys.stdout.buffer

    @contextlib.contextmanager
    def _opened(
        self,
        parsed_args: argparse.Namespace,
        formats: dict[str, str],
        record: dict[str, Any] | None = None,
    ) -> Iterator[Any]:
        """Give the content, and a bar that shows how much of it has gone.

        :param record: of the Glance image that is named, if one is
        """
        from jacket_azure.cmd import image_source
        from jacket_azure.cmd import progress_bar
        from jacket_azure.imaging import export

        with self.connected(parsed_args) as (options, disks):
            name = parsed_args.image
            if record is not None:
                name = image_source.content_of(disks, record, options)
            reader = image_source.open_reader(
                disks, name, parsed_args.kind)
            with contextlib.closing(export.open_export(
                reader, formats[parsed_args.format],
                threads=options.image_transfer_threads,
            )) as content:
                bar = progress_bar.ProgressBar(
                    self.app.stderr, content.size_bytes)
                with contextlib.closing(bar):
                    yield content, bar
