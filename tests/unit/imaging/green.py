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


"""Run by ``test_green.py`` in a process of its own: transfers of Cinder's.

eventlet changes a process for good, so no test may load it. Each disk here
answers when three requests have met, which no single thread makes happen.
"""

import eventlet

eventlet.monkey_patch()

from eventlet import tpool  # noqa: E402  after the patch

from jacket_azure.blob import writer  # noqa: E402
from jacket_azure.imaging import export  # noqa: E402
from jacket_azure.imaging import transfer  # noqa: E402
from tests.unit.imaging import memory  # noqa: E402
from tests.unit.imaging.memory import MIB  # noqa: E402

SIZE = 48 * MIB
PARTIES = 3
DATA = {at: b'x' * 512 for at in range(0, SIZE, 4 * MIB)}


class Disk(memory.Disk):
    """Lets nobody go before three are there."""

    waiting = 0

    def meet(self):
        # of green threads only one runs at a time
        number = self.waiting
        self.waiting += 1
        with eventlet.Timeout(60):
            while self.waiting < number - number % PARTIES + PARTIES:
                eventlet.sleep(0)

    def read(self, offset, length):
        self.meet()
        return super().read(offset, length)


class Target(Disk):

    def write(self, offset, data):
        self.meet()
        super().write(offset, data)


def copy():
    source, target = Disk(SIZE, DATA), memory.Disk(SIZE)
    transfer.copy(source, target, threads=PARTIES)
    return source == target


def pour():
    source, target = memory.Disk(SIZE, DATA), Target(SIZE)
    transfer.pour((source.content(at, MIB) for at in range(0, SIZE, MIB)),
                  SIZE, target, threads=PARTIES)
    return source == target


def send():
    """Let one call after another come from any real thread."""
    source = Disk(SIZE, DATA)
    opened = tpool.Proxy(
        export.open_export(source, 'raw', threads=PARTIES))
    found = bytearray()
    while data := opened.read(65536):
        found += data
    opened.close()
    return found == source.content(0, SIZE)


print(writer.usual_threads(), copy(), tpool.execute(copy), pour(),
      tpool.execute(pour), send())
