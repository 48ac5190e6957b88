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


"""What carries images in a service, without the service.

``python -m tests.bench.carrier OPTIONS FILE FORMAT`` brings an image and
sends it back, in a process of its own, and prints the most memory it took.
"""

import contextlib
import json
import os
import pathlib
import re
import sys
import tempfile
import uuid

from oslo_config import cfg

from jacket_azure import conf as azure_conf
from jacket_azure.arm import azure as arm_azure
from jacket_azure.disks import loader
from jacket_azure.imaging import cache
from jacket_azure.imaging import export
from jacket_azure.imaging import models
from jacket_azure.imaging import staging

CHUNK_BYTES = 65536
GIB = 1024**3


class Carrier:
    """Images between files and a storage account.

    :param options: of ``[azure]``
    """

    def __init__(self, options):
        conf = cfg.ConfigOpts()
        self._conf = azure_conf.register_opts(conf)
        conf([], default_config_files=[])
        for name, value in {**options, 'disk_model': 'page_blob'}.items():
            conf.set_override(name, value, group='azure')
        self.azure = arm_azure.connect(self._conf)
        self.disks = loader.connect(self._conf, self.azure)
        self._folder = tempfile.TemporaryDirectory(prefix='jacket-bench-')
        self._cache = cache.ImageCache(
            self.disks, self._conf,
            staging.Staging(self._folder.name, 10 * GIB))

    def close(self):
        self.azure.close()
        self._folder.cleanup()

    def bring(self, file, disk_format='raw'):
        """Bring the image in a file to Azure; return what it is there."""
        def chunks():
            with open(file, 'rb') as opened:
                while chunk := opened.read(CHUNK_BYTES):
                    yield chunk

        return self._cache.ensure(models.SourceImage(
            id=str(uuid.uuid4()), name='bench', container_format='bare',
            size_bytes=os.stat(file).st_size, disk_format=disk_format,
            checksum=None, min_disk_gib=0, os_type='Linux', generation='V1',
            state='generalized', chunks=chunks))

    def send(self, image, disk_format, sink):
        """Write an image as a file of a format; return its size."""
        with export.open_export(
                self.disks.open_image_reader(image.name),
                disk_format) as made:
            for chunk in made:
                sink.write(chunk)
            return made.size_bytes

    def delete(self, image):
        self.disks.delete_image(image.name)


def peak_kib():
    """Return the most memory this program took.

    ``getrusage`` would tell that of the parent, too, if that was more.
    """
    status = pathlib.Path('/proc/self/status').read_text()
    [told] = re.findall(r'^VmHWM:\s*(\d+) kB', status, re.M)
    return int(told)


def main():
    """Carry one image, and tell the peak of this process in KiB."""
    options, file, disk_format = sys.argv[1:]
    with contextlib.closing(Carrier(json.loads(
            pathlib.Path(options).read_text()))) as carrier:
        image = carrier.bring(file, disk_format)
        with open(os.devnull, 'wb') as sink:
            carrier.send(image, disk_format, sink)
        carrier.delete(image)
    print(peak_kib())


if __name__ == '__main__':
    main()
