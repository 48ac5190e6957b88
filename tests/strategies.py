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

"""What hypothesis draws: ids, names, metadata, almost-mapping files."""

from hypothesis import strategies as st
import yaml

UUIDS = st.uuids().map(str)
OS_TYPES = st.sampled_from(('linux', 'windows'))
METADATA = st.dictionaries(
    st.text(max_size=530), st.text(max_size=270), max_size=70
)

_LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=12)
    | st.sampled_from((
        'Standard_D2s_v5', 'linux', 'latest', '1', '/subscriptions/x',
        '/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/'
        'images/i',
    ))
)
_KEYS = st.text(max_size=8) | st.sampled_from((
    'flavors', 'images', 'networks', 'security_groups', 'zones', 'size',
    'publisher', 'offer', 'sku', 'version', 'id', 'os_type', 'plan', 'name',
    'product', 'virtual_network', 'subnet', 'subnets', 'max_price',
    'priority', '<<',
))
_TREES = st.recursive(
    _LEAVES,
    lambda inside: st.lists(inside, max_size=3)
    | st.dictionaries(_KEYS, inside, max_size=4),
    max_leaves=20,
)

#: text that is YAML of the right words in the wrong places
MAPPING_FILES = _TREES.map(yaml.safe_dump)
#: text that need not be YAML at all
ANY_TEXT = st.text() | st.text(alphabet='ab:-{}[]&*!|>\'"%@`#,? \n\t\0<')
