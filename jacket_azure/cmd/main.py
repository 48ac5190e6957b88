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

"""The command ``jacket-azure``.

Commands come from the entry points ``jacket_azure.command``; each imports
what it needs only when it runs, so that the command line answers at once.
"""

from __future__ import annotations

from importlib import metadata
import sys

from cliff import app
from cliff import commandmanager

DESCRIPTION = ('OpenStack servers and volumes on Microsoft Azure: an emulator '
               'of Azure Resource Manager, and a whole OpenStack on this '
               'machine to try the drivers.')


class JacketAzure(app.App):
    """The application; without a command it shows its help."""

    def __init__(self):
        super().__init__(
            description=DESCRIPTION, version=metadata.version('jacket_azure'),
            command_manager=commandmanager.CommandManager(
                'jacket_azure.command'),
            deferred_help=True)

    def run(self, argv):
        return super().run(argv or ['help'])


def main(argv: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    return JacketAzure().run(sys.argv[1:] if argv is None else argv)


if __name__ == '__main__':
    sys.exit(main())
