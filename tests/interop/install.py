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

"""Install the az command line in an environment of its own.

``python -m tests.interop.install FOLDER``. Azure's command line pins its
libraries, and so do we, each to others.
"""

import os
import pathlib
import subprocess
import sys
import venv


def install(folder):
    """Make the environment unless it is there; return the path of az."""
    program = folder / 'bin' / 'az'
    if not program.exists():
        venv.create(folder, with_pip=True)
        ours = {name: value for name, value in os.environ.items()
                if name != 'PIP_CONSTRAINT'}
        subprocess.run(
            [folder / 'bin' / 'python', '-m', 'pip', 'install', '--quiet',
             'azure-cli'], check=True, env=ours)
    return program


if __name__ == '__main__':
    print(install(pathlib.Path(sys.argv[1]).absolute()))
