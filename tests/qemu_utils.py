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

"""Install QEMU's tools where they are missing.

``python -m tests.qemu_utils``. No registry of Python packages has them. Other
systems than Debian and Ubuntu, and other users than root, are told what to
install, and run the tests that need none of them.
"""

import os
import shutil
import subprocess
import sys

PROGRAMS = ('qemu-img', 'qemu-io', 'qemu-nbd')
PACKAGE = 'qemu-utils'
# another installation may be at work on the machine
WAIT_SECONDS = 300


def missing():
    """Return the names of the programs that are not on the PATH."""
    return [name for name in PROGRAMS if shutil.which(name) is None]


def install():
    """Install them by apt-get.

    :returns: whether they are there now
    """
    if not missing():
        return True
    if shutil.which('apt-get') is None or os.geteuid() != 0:
        return False
    apt_get = ['apt-get', '--quiet', '--yes', '--no-install-recommends',
               '--option', f'DPkg::Lock::Timeout={WAIT_SECONDS}']
    environment = {**os.environ, 'DEBIAN_FRONTEND': 'noninteractive'}
    # fails as well if a source that nobody needs here cannot be reached
    subprocess.run([*apt_get, 'update'], env=environment, check=False)
    subprocess.run(
        [*apt_get, 'install', PACKAGE], env=environment, check=False)
    return not missing()


if __name__ == '__main__':
    if not install():
        print(
            f'Many tests will fail for want of {", ".join(missing())}: '
            f'install {PACKAGE} (Debian, Ubuntu) or qemu-img (Fedora, RHEL).',
            file=sys.stderr)
