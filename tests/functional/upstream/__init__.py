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

"""Nova's own functional tests, run on our driver instead of the fake one.

The lists in ``passing`` say which tests pass, and may only grow; the files
in ``explained`` say why each of the others does not. See ``suites`` for what
is run and ``run`` for the command.

Importing ``nova.tests.functional`` patches, or forbids, eventlet, as the
environment says; it must come before anything that opens sockets.
"""

import nova.tests.functional  # noqa: F401
