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

"""Bytes of images on their way between Glance and the disk models.

What Glance holds was uploaded by users: nothing of it is believed before it
was checked. Neither Nova nor Cinder is imported here; they hand over what
they know of an image as :class:`.models.SourceImage`.
"""
