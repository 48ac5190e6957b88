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

"""ARM JSON bodies, one file per case, each naming its source."""

import json
import pathlib

FOLDER = pathlib.Path(__file__).parent


def load(name):
    """Return the body in ``<name>.json``, without the note on its source."""
    body = json.loads((FOLDER / f'{name}.json').read_text('utf-8'))
    body.pop('_source')
    return body
