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

from unittest import mock

from jacket_azure.disks import loader
from jacket_azure.disks import managed
from jacket_azure.disks import page_blob
from tests import timeout


class LoaderTest(timeout.TestCase):

    def test_the_option_decides(self):
        azure = mock.sentinel.azure
        for model, module in (('managed', managed),
                              ('page_blob', page_blob)):
            conf = mock.Mock(disk_model=model)
            with mock.patch.object(module, 'connect') as connect:
                found = loader.connect(conf, azure)
            self.assertIs(connect.return_value, found)
            connect.assert_called_once_with(conf, azure)
