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

"""Configuration files of the services, from the templates of this package."""

from __future__ import annotations

from collections.abc import Mapping
import hashlib
from importlib import resources
import os
import pathlib
import string
import sys
import sysconfig

import yaml

from jacket_azure.sandbox.settings import Settings

HOST = 'sandbox'
# not azure: that section holds the connection
BACKEND = 'azure_disks'
CLOUD = 'sandbox'
# Cinder's own
DEFAULT_ZONE = 'nova'

# service -> (file, its name in Keystone's catalogue)
FILES = {
    'keystone': ('keystone.conf', 'identity'),
    'glance': ('glance-api.conf', 'image'),
    'placement': ('placement.conf', 'placement'),
    'neutron': ('neutron.conf', 'network'),
    'cinder': ('cinder.conf', 'block-storage'),
    'nova': ('nova.conf', 'compute'),
}

# service -> its databases; the first one is its [database] connection
DATABASES = {
    'keystone': ('keystone',),
    'glance': ('glance',),
    'placement': ('placement',),
    'neutron': ('neutron',),
    'cinder': ('cinder',),
    'nova': ('nova', 'nova_api', 'nova_cell0'),
}


def packaged() -> pathlib.Path:
    """Return where pip put the data files of the projects (``etc``)."""
    return pathlib.Path(sysconfig.get_path('data'), 'etc')


def database_url(settings: Settings, name: str) -> str:
    """Return the URL of one database, such as ``nova_api``."""
    if settings.database_url is None:
        return f'sqlite:///{settings.path("data", name + ".sqlite")}'
    base, question, query = settings.database_url.partition('?')
    return (f'{base.rstrip("/")}/sandbox_{settings.name}_{name}'
            f'{question}{query}')


def template(name: str, values: Mapping[str, object]) -> str:
    """Fill one template; a missing value is a KeyError."""
    text = resources.files(__package__).joinpath(
        'templates', name).read_text()
    return string.Template(text).substitute(values)


def escaped(value: object) -> str:
    """Protect a value from oslo.config, which substitutes ``$name``."""
    return str(value).replace('$', '$$')


def section(name: str, options: Mapping[str, object]) -> str:
    """Return an INI section; options without a value are left out."""
    lines = [f'[{name}]']
    for key, value in options.items():
        if value is not None:
            lines.append(f'{key} = {escaped(value)}')
    return '\n'.join(lines)


def service(
    settings: Settings, name: str, azure: Mapping[str, object] | None = None,
    debug: bool = False,
) -> dict[str, str]:
    """Return the configuration files of one service: name -> text.

    :param azure: options of ``[azure]``; only Nova needs them
    """
    etc = settings.path('etc', name)
    file, service_type = FILES[name]
    values: dict[str, object] = {
        'service': name, 'service_type': service_type, 'host': HOST,
        'debug': debug, 'backend': BACKEND,
        'password': settings.password,
        'keystone_url': settings.url('keystone'),
        'glance_url': settings.url('glance'),
        'serial_port': settings.ports['serialproxy'],
        'database': escaped(database_url(settings, DATABASES[name][0])),
        'api_database': escaped(database_url(settings, 'nova_api')),
        'transport': escaped(settings.transport_url or 'fake://'),
        'data': settings.path('data', name), 'etc': etc,
        'log': settings.path('log'), 'packaged': packaged(),
        'bin': os.path.dirname(sys.executable),
        'compute_driver': settings.compute_driver,
        # encrypts keys of volumes; any fixed 256 bits of this sandbox
        'fixed_key': hashlib.sha256(settings.password.encode()).hexdigest(),
        'azure': section('azure', azure or {}),
        'zone': first_zone((azure or {}).get('mapping_file')),
    }
    values['auth'] = template('auth.conf', values).rstrip()
    values['common'] = template('common.conf', values).rstrip()
    files = {file: template(file, values)}
    if name in ('nova', 'cinder'):
        files['rootwrap.conf'] = template('rootwrap.conf', values)
    return files


def first_zone(mapping_file: object) -> str:
    """Return the availability zone that servers are made in.

    :param mapping_file: path of the mapping file, None before it is known
    """
    if mapping_file is None:
        return DEFAULT_ZONE
    with open(str(mapping_file)) as file:
        mapping = yaml.safe_load(file) or {}
    return next(iter(mapping.get('zones') or {}), DEFAULT_ZONE)


def make_folders(settings: Settings, name: str) -> None:
    """Make the data folders of one service."""
    for folder in ('lock', 'images', 'conversion', 'coordination'):
        settings.path('data', name, folder).mkdir(parents=True, exist_ok=True)


def write_service(
    settings: Settings, name: str, azure: Mapping[str, object] | None = None,
    debug: bool = False,
) -> str:
    """Write the configuration files and data folders of one service.

    :returns: all the text written, to see whether it changed
    """
    etc = settings.path('etc', name)
    etc.mkdir(parents=True, exist_ok=True)
    make_folders(settings, name)
    files = service(settings, name, azure, debug)
    for file, text in files.items():
        write(etc / file, text)
    if name == 'nova':
        # Nova looks for it beside nova.conf only
        write(etc / 'api-paste.ini',
              (packaged() / 'nova' / 'api-paste.ini').read_text())
    return ''.join(files.values())


def write_clouds(settings: Settings) -> None:
    """Write clouds.yaml for the ordinary ``openstack`` client."""
    write(settings.clouds_file, template('clouds.yaml', {
        'keystone_url': settings.url('keystone'),
        'password': settings.password}))


def write(path: pathlib.Path, text: str) -> None:
    """Write a file that only its owner may read: most hold a password."""
    path.unlink(missing_ok=True)
    with open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600),
              'w') as file:
        file.write(text)
