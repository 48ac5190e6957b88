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

"""One Azurite for all tests of a process: Node needs seconds to start."""

import atexit
import functools
import pathlib
import shutil
import tempfile

from jacket_azure.emulator.compute import contents

# Test cases move tempfile's directory; what outlives a test stays here.
_DIRECTORY = tempfile.gettempdir()


class _Shared(contents.Contents):
    """Outlives the emulators that use it."""

    def stop(self):
        """Leave it to the end of the process."""


@functools.cache
def shared():
    """Return the contents all tests of a process may use."""
    folder = tempfile.mkdtemp(prefix='jacket-azurite-', dir=_DIRECTORY)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    moved, tempfile.tempdir = tempfile.tempdir, _DIRECTORY
    try:
        # the file of its accounts outlives the test as well
        keeper = _Shared(pathlib.Path(folder))
    finally:
        tempfile.tempdir = moved
    atexit.register(contents.Contents.stop, keeper)
    return keeper


def use(emulator):
    """Let an emulator that was just started keep its blobs there.

    Storage accounts must not outlive it: reset it before it is stopped.
    """
    emulator.state['compute.contents'] = shared()
