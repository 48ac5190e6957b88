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

"""Cinder is asked to put an image into a volume."""

from cinderclient import exceptions as cinder_exceptions
from keystoneauth1 import exceptions as keystone_exceptions
from nova import exception
from oslotest import base

from jacket_azure.nova.rebuild import reimaging


class RefusalTest(base.BaseTestCase):
    """What says for certain that Cinder does not take an order."""

    def test_answers_that_say_no(self):
        for exc in (exception.Forbidden(), exception.InvalidInput(reason='?'),
                    exception.VolumeNotFound(volume_id='?'),
                    cinder_exceptions.ClientException(409),
                    keystone_exceptions.Unauthorized()):
            self.assertTrue(reimaging._is_refusal(exc), exc)

    def test_what_leaves_it_open(self):
        for exc in (exception.CinderConnectionFailed(reason='timed out'),
                    cinder_exceptions.ClientException(504),
                    keystone_exceptions.GatewayTimeout(),
                    keystone_exceptions.ConnectTimeout(),
                    ConnectionResetError()):
            self.assertFalse(reimaging._is_refusal(exc), exc)
