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

"""Cinder's services in process, with our driver and the emulator behind it.

Importing ``cinder.tests.functional`` patches, or leaves, eventlet, as the
environment says (``OS_CINDER_DISABLE_EVENTLET_PATCHING``); it must come
before anything that opens sockets or starts threads.
"""

import cinder.tests.functional  # noqa: F401
