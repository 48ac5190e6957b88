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


"""What it takes to carry images: requests, time beside the SDK, memory."""

import collections
import contextlib
import dataclasses
import io
import json
import os
import pathlib
import random
import statistics
import subprocess
import sys
import time

from azure import identity
from azure.storage import blob

from tests.bench import bare
from tests.bench import carrier as carriers
from tests.bench import report

MIB, GIB = 1024**2, 1024**3
PIECE = 4 * MIB
#: of the image that is carried
DISK_BYTES = 4 * GIB
CHUNKS = 16
#: of one without holes
DENSE_CHUNKS = 64
#: requests over the chunks of 4 MiB that hold anything
MOST_REQUESTS = 1.2
#: of the SDK's speed; times are compared, so it is turned round
LEAST_SPEED = 0.9
MOST_MEMORY_MIB = 200
THREADS = 4
CONTAINER = 'sdk'
#: of the bytes; all others are as many whatever the size
DATA = ('blobs.write', 'blobs.read', 'blobs.ranges', 'blobs.clear')


class Sdk:
    """The SDK alone, as its documentation shows it.

    :param options: of ``[azure]``
    :param version: of the Blob service that the driver speaks, too
    """

    def __init__(self, options, endpoint, version):
        trust = {'connection_verify': options['ca_file']}
        self._service = blob.BlobServiceClient(
            endpoint, api_version=version,
            credential=identity.ClientSecretCredential(
                *(options[name] for name in bare.CREDENTIAL_OPTIONS),
                authority=options['authority'],
                disable_instance_discovery=True, **trust), **trust)
        self._service.create_container(CONTAINER)

    def bring(self, file, name):
        """Upload a raw disk."""
        client = self._service.get_blob_client(CONTAINER, name)
        with open(file, 'rb') as opened:
            client.upload_blob(
                opened, blob_type='PageBlob', max_concurrency=THREADS,
                length=os.stat(file).st_size)
        return client

    @staticmethod
    def send(client, sink):
        """Download a raw disk."""
        client.download_blob(max_concurrency=THREADS).readinto(sink)


class Sink(io.RawIOBase):
    """Takes bytes anywhere and keeps none."""

    def __init__(self):
        super().__init__()
        self._at = 0

    def writable(self):
        return True

    def seekable(self):
        return True

    def tell(self):
        return self._at

    def seek(self, offset, whence=io.SEEK_SET):
        self._at = offset
        return offset

    def write(self, data):
        self._at += len(data)
        return len(data)


@dataclasses.dataclass
class Times:
    """Seconds that each took, turn by turn."""

    sdk: list[float] = dataclasses.field(default_factory=list)
    driver: list[float] = dataclasses.field(default_factory=list)

    @property
    def ratio(self):
        """The driver's median time by the SDK's."""
        return statistics.median(self.driver) / statistics.median(self.sdk)

    def rows(self, name):
        for who, seconds in (('SDK', self.sdk), ('driver', self.driver)):
            yield report.Row(f'{name}: {who}, median',
                             statistics.median(seconds), unit='s')
        yield report.Row(f'{name}: driver / SDK', self.ratio,
                         1 / LEAST_SPEED)


def timed(work, *arguments):
    """Return the result, and the seconds it took."""
    start = time.monotonic()
    found = work(*arguments)
    return found, time.monotonic() - start


def make_disk(file, size_bytes, chunks=CHUNKS):
    """Write a sparse raw disk with data in some chunks of 4 MiB."""
    noise = random.Random(7)
    with open(file, 'wb') as opened:
        for number in range(chunks):
            opened.seek(number * (size_bytes // chunks))
            opened.write(noise.randbytes(PIECE))
        opened.truncate(size_bytes)


def measure(options, folder, rounds):
    """Yield the rows of images.

    :param folder: for files of some hundred MiB
    """
    sparse, dense = folder / 'sparse.raw', folder / 'dense.raw'
    make_disk(sparse, DISK_BYTES)
    make_disk(dense, DENSE_CHUNKS * PIECE, DENSE_CHUNKS)
    with contextlib.closing(carriers.Carrier(options)) as carrier:
        account = carrier.azure.storage_accounts.get(
            options['storage_account'])
        sdk = Sdk(options, account['properties']['primaryEndpoints']['blob'],
                  carrier.azure.cloud.blob_version)
        # connections, tokens and containers are there then
        carrier.delete(carrier.bring(dense))
        sdk.bring(dense, 'warm')
        yield from _requests(carrier, sparse)
        # the SDK looks at each byte of a hole for half a minute
        for file, name, turns in (
                (dense, '256 MiB of data', rounds),
                (sparse, '64 MiB of data in 4 GiB', min(rounds, 3))):
            up, down = _times(carrier, sdk, file, turns)
            yield from up.rows(f'{name}, to Azure')
            yield from down.rows(f'{name}, from Azure')
    yield from _memory(options, folder, sparse)


def _times(carrier, sdk, file, rounds):
    up, down = Times(), Times()
    for number in range(rounds):
        client, seconds = timed(sdk.bring, file, f'disk{number}')
        up.sdk.append(seconds)
        image, seconds = timed(carrier.bring, file)
        up.driver.append(seconds)
        down.sdk.append(timed(sdk.send, client, Sink())[1])
        down.driver.append(timed(carrier.send, image, 'raw', Sink())[1])
        client.delete_blob()
        carrier.delete(image)
    return up, down


def _requests(carrier, file):
    with carrier.azure.statistics.record() as attempts:
        image = carrier.bring(file)
    yield from _counted('to Azure', attempts)
    for disk_format in ('raw', 'qcow2', 'vhd'):
        with carrier.azure.statistics.record() as attempts:
            carrier.send(image, disk_format, Sink())
        yield from _counted(f'as {disk_format}', attempts)
    carrier.delete(image)


def _counted(name, attempts):
    found = collections.Counter(attempt.operation for attempt in attempts)
    data = sum(found[operation] for operation in DATA)
    name = f'image {name}, {CHUNKS} chunks with data'
    yield report.Row(f'{name}: requests for data', data,
                     int(CHUNKS * MOST_REQUESTS))
    yield report.Row(f'{name}: other requests', found.total() - data)


def _memory(options, folder, raw):
    told = folder / 'options.json'
    told.write_text(json.dumps(options))
    large = folder / 'disk.qcow2'
    subprocess.run(['qemu-img', 'convert', '-O', 'qcow2', raw, large],
                   check=True)
    subprocess.run(['qemu-img', 'resize', '-q', large, str(64 * GIB)],
                   check=True)
    for file, disk_format, name in (
            (raw, 'raw', '4 GiB as raw'), (large, 'qcow2', '64 GiB as qcow2')):
        done = subprocess.run(
            [sys.executable, '-W', 'ignore', '-m', 'tests.bench.carrier',
             told, file, disk_format],
            check=True, capture_output=True, text=True,
            cwd=pathlib.Path(__file__).parents[2])
        yield report.Row(
            f'image of {name}, there and back: most memory',
            int(done.stdout) / 1024, MOST_MEMORY_MIB, 'MiB')
