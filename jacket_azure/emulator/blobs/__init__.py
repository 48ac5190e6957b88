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

"""The blob service as clients see it: Azure's rules in front of Azurite.

Azurite keeps the bytes and does most of the work. It is laxer than Azure in
places, and in some it is wrong; the front that every client reaches over
HTTPS mends that. Only the emulator itself speaks to Azurite directly.
"""
