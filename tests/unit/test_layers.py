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

"""Who may import whom: the arrows of the architecture, stated once.

The files are parsed, not imported, so an import inside a function counts as
well as one at the top, and one that only type checkers see.
"""

import ast
import pathlib
import subprocess
import sys

import jacket_azure
from tests import timeout

ROOT = pathlib.Path(jacket_azure.__file__).parent

OPENSTACK = ('nova', 'cinder', 'neutron', 'keystone', 'glance', 'placement')

# Layer -> the layers below it that it may import. A layer is a package or a
# module directly below jacket_azure; everything may import itself.
ARROWS = {
    'exceptions': set(),
    'conf': {'mapping', 'exceptions'},
    'opts': {'conf'},
    'mapping': {'exceptions'},
    'payload': {'mapping', 'exceptions'},
    'arm': {'exceptions'},
    # one session, one count and one way to log in for all of a process
    'blob': {'arm', 'exceptions'},
    'disks': {'arm', 'blob', 'payload', 'exceptions'},
    # bytes of images, whoever wants them; options are passed in. Of blob/
    # only how bytes are cut, and how many threads a process may have
    'imaging': {'disks', 'blob', 'payload', 'exceptions'},
    'nova': {'janitor', 'imaging', 'disks', 'arm', 'blob', 'payload',
             'mapping', 'conf', 'exceptions'},
    'cinder': {'brick', 'janitor', 'imaging', 'disks', 'arm', 'blob',
               'payload', 'mapping', 'conf', 'exceptions'},
    'janitor': {'disks', 'arm', 'blob', 'payload', 'mapping', 'conf',
                'exceptions'},
    'brick': {'disks', 'arm', 'blob', 'payload', 'mapping', 'conf',
              'exceptions'},
    'neutron': set(),
    # shares no code with the driver, so no mistake is in both; for the same
    # reason it speaks to Azurite, where disk contents are, without the SDK
    'emulator': set(),
    'sandbox': {'emulator', 'exceptions'},
    # the children of the sandbox, which run the OpenStack projects
    'services': {'sandbox'},
    'cmd': {'nova', 'cinder', 'janitor', 'imaging', 'disks', 'arm',
            'payload', 'emulator', 'sandbox', 'conf', 'exceptions'},
}

# Top-level package -> the layers that may import it.
ONLY_IN = {
    'nova': {'nova', 'sandbox'},
    'os_vif': {'nova'},
    'cinder': {'cinder', 'sandbox'},
    'os_brick': {'brick', 'cinder'},
    'neutron': {'neutron', 'sandbox'},
    'neutron_lib': {'neutron'},
    'keystone': {'sandbox'},
    'glance': {'sandbox'},
    'placement': {'sandbox'},
    'azure': {'arm', 'blob'},
    'msal': {'arm'},
    'websocket': {'arm', 'sandbox'},
    'werkzeug': {'emulator'},
    'wsproto': {'emulator'},
    'eventlet': set(),
    'oslo_service': {'nova'},    # periodic tasks
    'openstack': {'janitor', 'sandbox', 'cmd'},
}

# What gives a module a clock, chance, a file, a process or the network.
IMPURE = {
    'asyncio', 'fcntl', 'glob', 'http', 'io', 'logging', 'os',
    'oslo_concurrency', 'oslo_config', 'oslo_log', 'oslo_utils', 'pathlib',
    'random', 'requests',
    'secrets', 'shutil', 'socket', 'subprocess', 'sys', 'tempfile',
    'threading', 'time', 'urllib3',
}
# Modules outside of the pure packages that are as pure.
PURE = {f'janitor/{name}.py' for name in (
    'candidates', 'claims', 'evidence', 'facts', 'kinds', 'readings',
    'rules')}
# A pure package may still take apart what these hold: a URL, a date.
IMPURE_CALLS = {'open', 'input', 'print', 'exec', 'eval', '__import__'}
IMPURE_ATTRIBUTES = {('datetime', 'now'), ('datetime', 'utcnow'),
                     ('datetime', 'today'), ('date', 'today'),
                     ('uuid', 'uuid1'), ('uuid', 'uuid4')}


def sources():
    """Yield (path below the package, layer, syntax tree) of each module."""
    for path in sorted(ROOT.rglob('*.py')):
        relative = path.relative_to(ROOT)
        if 'node_packages' in relative.parts:
            continue
        layer = relative.parts[0].removesuffix('.py')
        if relative.parts[:2] == ('sandbox', 'services'):
            layer = 'services'
        yield relative, layer, ast.parse(path.read_text(), str(relative))


def imports(relative, tree):
    """Yield the full name of everything a module imports.

    ``from a.b import c`` gives ``a.b.c``: c may be a module.
    """
    package = ('jacket_azure', *relative.parts[:-1])
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ''
            if node.level:
                above = package[:len(package) - node.level + 1]
                base = '.'.join([*above, *filter(None, [base])])
            for alias in node.names:
                yield f'{base}.{alias.name}'


class LayersTest(timeout.TestCase):
    """The tree keeps to the arrows."""

    def test_every_module_lies_in_a_known_layer(self):
        layers = {layer for _, layer, _ in sources()}
        self.assertEqual(set(), layers - set(ARROWS) - {'__init__'})

    def test_imports_inside_the_package_follow_the_arrows(self):
        wrong = []
        for relative, layer, tree in sources():
            for name in imports(relative, tree):
                parts = name.split('.')
                if parts[0] != 'jacket_azure' or len(parts) < 2:
                    continue
                if parts[1] not in ARROWS.get(layer, set()) | {layer}:
                    wrong.append(f'{relative} imports {name}')
        self.assertEqual([], wrong)

    def test_outside_packages_are_imported_by_their_layer_only(self):
        wrong = []
        for relative, layer, tree in sources():
            for name in imports(relative, tree):
                allowed = ONLY_IN.get(name.split('.')[0])
                if (allowed is None or layer in allowed
                        or layer == 'services'):
                    continue
                wrong.append(f'{relative} imports {name}')
        self.assertEqual([], wrong)

    def test_sandbox_keeps_the_services_apart(self):
        """One process per project, so one project per module.

        Two in one process would share their option registry and fight for
        the threading model.
        """
        wrong = []
        for relative, layer, tree in sources():
            if layer != 'sandbox':
                continue
            projects = {name.split('.')[0] for name in imports(
                relative, tree)} & set(OPENSTACK)
            if len(projects) > (relative.parts[1] == 'services'):
                wrong.append(f'{relative} imports {sorted(projects)}')
        self.assertEqual([], wrong)

    def test_payload_mapping_and_rules_are_pure(self):
        wrong = []
        for relative, layer, tree in sources():
            if layer not in ('payload', 'mapping') and (
                    relative.as_posix() not in PURE):
                continue
            for name in imports(relative, tree):
                if name.split('.')[0] in IMPURE:
                    wrong.append(f'{relative} imports {name}')
            for node in ast.walk(tree):
                if not isinstance(node, ast.Call):
                    continue
                called = node.func
                if (isinstance(called, ast.Name)
                        and called.id in IMPURE_CALLS):
                    wrong.append(f'{relative} calls {called.id}')
                if isinstance(called, ast.Attribute):
                    owner = ast.unparse(called.value).split('.')[-1]
                    if (owner, called.attr) in IMPURE_ATTRIBUTES:
                        wrong.append(
                            f'{relative} calls {owner}.{called.attr}')
        self.assertEqual([], wrong)

    def test_the_walk_sees_what_it_should(self):
        """The tests above are no good if the walk finds nothing."""
        tree = ast.parse(
            'from . import names\n'
            'from .. import exceptions\n'
            'def f():\n'
            '    import azure.core\n'
            '    from azure.mgmt import compute\n')
        found = set(imports(pathlib.Path('payload/disk.py'), tree))
        self.assertEqual(
            {'jacket_azure.payload.names', 'jacket_azure.exceptions',
             'azure.core', 'azure.mgmt.compute'}, found)


class LazyLoadingTest(timeout.TestCase):
    """Other users of os-vif load our plugin, and must get nothing with it."""

    def loaded_by(self, statement):
        """Return the names of all modules a fresh interpreter ends up with."""
        script = f'import sys\n{statement}\nprint(*sorted(sys.modules))'
        result = subprocess.run(
            [sys.executable, '-c', script], capture_output=True, text=True,
            timeout=60)
        self.assertEqual('', result.stderr)
        return result.stdout.split()

    def test_vif_plugin_loads_neither_nova_nor_azure(self):
        loaded = self.loaded_by('import jacket_azure.nova.vif')
        self.assertIn('jacket_azure.nova.vif', loaded)
        # the alias is there without nova itself
        self.assertIn('nova.virt.jacket_azure.nova', loaded)
        self.assertEqual(
            [], [name for name in loaded
                 if name.split('.')[0] in ('nova', 'azure', 'eventlet')
                 and not name.startswith('nova.virt.jacket_azure')])

    def test_options_load_neither_nova_nor_azure(self):
        loaded = self.loaded_by(
            'import jacket_azure.opts; jacket_azure.opts.list_opts()')
        self.assertIn('jacket_azure.conf', loaded)
        self.assertEqual(
            [], [name for name in loaded
                 if name.split('.')[0] in ('nova', 'cinder', 'azure')])
