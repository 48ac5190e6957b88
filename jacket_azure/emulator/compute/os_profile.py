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

"""``osProfile``: Azure's rules for names, passwords and keys, and defaults.

Source: Compute REST API, OSProfile; the service's refusals as quoted in
public bug reports.
"""

from __future__ import annotations

import base64
import binascii
import copy
import re
from typing import Any

from jacket_azure.emulator import errors

MAX_CUSTOM_DATA_BYTES = 65535
_WINDOWS_NAME = 15
_LINUX_NAME = 64
_FORBIDDEN_IN_NAMES = set('`~!@#$%^&*()=+_[]{}\\|;:\'",<>/?')
_USER_NAMES = frozenset(
    'administrator admin user user1 test user2 test1 user3 admin1 1 123 a '
    'actuser adm admin2 aspnet backup console david guest john owner root '
    'server sql support support_388945a0 sys test2 test3 user4 user5'.split())
_PASSWORDS = frozenset((
    'abc@123', 'p@$$w0rd', 'p@ssw0rd', 'p@ssword123', 'pa$$word',
    'pass@word1', 'password!', 'password1', 'password22', 'iloveyou!'))
_SECRETS = ('adminPassword', 'customData')
_KEY_TYPES = ('ssh-rsa', 'ssh-ed25519')


def check(profile: dict[str, Any], os_type: str) -> None:
    """Refuse an osProfile Azure would refuse.

    :param os_type: ``Linux`` or ``Windows``, from the image
    :raises ArmError: 400 InvalidParameter with the property as its target
    """
    windows = os_type == 'Windows'
    other = 'linuxConfiguration' if windows else 'windowsConfiguration'
    if other in profile:
        raise errors.invalid_parameter(
            other, f"Parameter '{other}' is not allowed.")
    _check_computer_name(profile, windows)
    _check_user_name(profile, windows)
    if windows:
        check_password(profile.get('adminPassword'), windows)
    else:
        _check_linux(profile)
    check_custom_data(profile.get('customData'))


def _check_computer_name(profile: dict[str, Any], windows: bool) -> None:
    name = profile.get('computerName')
    if not name:
        raise errors.missing_parameter('osProfile.computerName')
    bad = _FORBIDDEN_IN_NAMES & set(name)
    if windows and (len(name) > _WINDOWS_NAME or name.isdigit() or bad):
        raise errors.invalid_parameter(
            'computerName', 'Windows computer name cannot be more than 15 '
            'characters long, be entirely numeric, or contain the following '
            'characters: ` ~ ! @ # $ % ^ & * ( ) = + _ [ ] { } \\ | ; : . '
            '\' " , < > / ?.')
    if not windows and (len(name) > _LINUX_NAME or bad):
        raise errors.invalid_parameter(
            'computerName', 'Linux host name cannot exceed 64 characters in '
            'length or contain the following characters: ` ~ ! @ # $ % ^ & '
            '* ( ) = + _ [ ] { } \\ | ; : \' " , < > / ?.')


def _check_user_name(profile: dict[str, Any], windows: bool) -> None:
    name = profile.get('adminUsername')
    if not name:
        raise errors.missing_parameter('osProfile.adminUsername')
    if (name.lower() in _USER_NAMES or len(name) > (20 if windows else 64)
            or name.endswith('.') or re.search(r'[\s\\/"\[\]:|<>+=;,?*@&]',
                                               name)):
        raise errors.invalid_parameter(
            'adminUsername', 'The Admin Username specified is not allowed. '
            'For more information about disallowed usernames, see '
            'https://aka.ms/vmosprofile')


def check_password(password: str | None, windows: bool) -> None:
    """Refuse a password the service would refuse.

    :raises ArmError: 400 InvalidParameter
    """
    if not password:
        raise errors.missing_parameter('adminPassword')
    shortest, longest = (8, 123) if windows else (6, 72)
    kinds = sum(bool(re.search(kind, password)) for kind in (
        r'[A-Z]', r'[a-z]', r'[0-9]', r'[^A-Za-z0-9]'))
    control = any(ord(letter) < 32 or ord(letter) == 127
                  for letter in password)
    if not shortest <= len(password) <= longest or kinds < 3 or control:
        raise errors.invalid_parameter(
            'adminPassword', f'The supplied password must be between '
            f'{shortest}-{longest} characters long and must satisfy at '
            f'least 3 of password complexity requirements from the '
            f'following:\r\n1) Contains an uppercase character\r\n2) '
            f'Contains a lowercase character\r\n3) Contains a numeric '
            f'digit\r\n4) Contains a special character\r\n5) Control '
            f'characters are not allowed')
    if password.lower() in _PASSWORDS:
        raise errors.invalid_parameter(
            'adminPassword', 'The supplied password is not allowed, since '
            'it is a commonly used one.')


def _check_linux(profile: dict[str, Any]) -> None:
    linux = profile.get('linuxConfiguration') or {}
    keys = (linux.get('ssh') or {}).get('publicKeys') or []
    password = profile.get('adminPassword')
    if linux.get('disablePasswordAuthentication') or password is None:
        if not keys:
            raise errors.invalid_parameter(
                'linuxConfiguration', 'Authentication using either SSH or by '
                'user name and password must be enabled in Linux profile.')
    else:
        check_password(password, windows=False)
    if password is None and keys and (
            linux.get('disablePasswordAuthentication') is not True):
        # the service wants it said that there is no password
        raise errors.missing_parameter('adminPassword')
    path = f'/home/{profile["adminUsername"]}/.ssh/authorized_keys'
    for key in keys:
        if key.get('path') not in (None, path):
            raise errors.invalid_parameter(
                'linuxConfiguration.ssh.publicKeys.path',
                f'Destination path for SSH public keys is currently limited '
                f'to its default value {path}  due to a known issue in '
                f'Linux provisioning agent.')
        if not _is_key(key.get('keyData') or ''):
            raise errors.invalid_parameter(
                'linuxConfiguration.ssh.publicKeys.keyData',
                'The value of parameter '
                'linuxConfiguration.ssh.publicKeys.keyData is invalid.')


def _is_key(text: str) -> bool:
    parts = text.split()
    if len(parts) < 2 or parts[0] not in _KEY_TYPES:
        return False
    try:
        data = base64.b64decode(parts[1], validate=True)
    except binascii.Error:
        return False
    # the blob repeats its own type, after a length of four bytes
    return data[4:4 + len(parts[0])] == parts[0].encode()


def check_custom_data(text: str | None) -> None:
    """Refuse custom data that is too long or not base64.

    :raises ArmError: 400 InvalidParameter
    """
    if text is None:
        return
    try:
        size = len(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError):
        size = MAX_CUSTOM_DATA_BYTES + 1
    if size > MAX_CUSTOM_DATA_BYTES:
        raise errors.invalid_parameter(
            'customData', 'Custom data in OSProfile must be in Base64 '
            'encoding and with a maximum length of 87380 characters.')


def shown(profile: dict[str, Any], os_type: str) -> dict[str, Any]:
    """Return a profile as a GET shows it: defaults added, secrets gone."""
    found = {key: copy.deepcopy(value) for key, value in profile.items()
             if key not in _SECRETS}
    if os_type == 'Windows':
        windows = found.setdefault('windowsConfiguration', {})
        windows.setdefault('provisionVMAgent', True)
        windows.setdefault('enableAutomaticUpdates', True)
        windows.setdefault('patchSettings', {
            'patchMode': 'AutomaticByOS', 'assessmentMode': 'ImageDefault'})
        windows.setdefault('enableVMAgentPlatformUpdates', True)
    else:
        linux = found.setdefault('linuxConfiguration', {})
        linux.setdefault('disablePasswordAuthentication', False)
        linux.setdefault('provisionVMAgent', True)
        linux.setdefault('patchSettings', {
            'patchMode': 'ImageDefault', 'assessmentMode': 'ImageDefault'})
        linux.setdefault('enableVMAgentPlatformUpdates', True)
    found.setdefault('secrets', [])
    found.setdefault('allowExtensionOperations', True)
    found.setdefault('requireGuestProvisionSignal', True)
    return found
