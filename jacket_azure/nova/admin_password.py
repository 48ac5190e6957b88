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

"""The administrator password: the user's, Nova's, or one in its place.

Nova's API makes a password for every server and tells it in its answer. One
that Azure refuses, which takes a ``password_length`` below Azure's least, is
replaced; the user reads the new one as that of any guest that made its own,
encrypted for the key pair, at ``/servers/{id}/os-server-password`` (``nova
get-password``).
"""

from __future__ import annotations

import base64
import random
from typing import Any

from nova import crypto
from nova import exception as nova_exception
from nova import utils
from nova.api.metadata import password as metadata_password
import nova.conf
from oslo_log import log as logging

from jacket_azure import exceptions
from jacket_azure.payload import passwords

CONF = nova.conf.CONF
LOG = logging.getLogger(__name__)

# Nova keeps so much of an encrypted password and cuts the rest: enough for
# RSA keys of 4096 bits, not of 6144
_LONGEST = metadata_password.CHUNKS * metadata_password.CHUNK_LENGTH


def settle(instance: Any, os_type: str, password: str | None) -> str | None:
    """Return the password to set.

    A password of the user's own that Azure refuses is returned as it is: the
    builder of the request refuses it, and says why.

    :raises InvalidRequest: Nova's password has to be replaced, and there is
        no key pair with which its successor could be told whole
    """
    if password is None or not is_generated(password):
        return password
    problems = passwords.problems(password, os_type)
    if not problems:
        return password
    made = passwords.generate(random.SystemRandom())
    try:
        secret = crypto.ssh_encrypt_text(instance.key_data or '', made)
    except nova_exception.EncryptionFailure as exc:
        raise exceptions.InvalidRequest(
            f'The password that Nova made {"; it ".join(problems)}. Choose '
            f'one, use an RSA key pair to be told another, or raise '
            f'[DEFAULT] password_length.'
        ) from exc
    told = base64.b64encode(secret).decode()
    if len(told) > _LONGEST:
        raise exceptions.InvalidRequest(
            f'The password that Nova made {"; it ".join(problems)}. Choose '
            f'one, or use a shorter RSA key pair: of what this one encrypts '
            f'Nova cannot keep all.'
        )
    # as a guest's own password; saved by the compute manager
    instance.system_metadata.update(
        metadata_password.convert_password(None, told)
    )
    LOG.info(
        'Azure would refuse the password Nova made; made another, which the '
        'key pair decrypts',
        instance=instance,
    )
    return made


def is_generated(password: str) -> bool:
    """Tell whether a password looks like one that Nova made.

    Nothing else tells: in the compute service it looks like any other.
    """
    groups = utils.DEFAULT_PASSWORD_SYMBOLS
    length = CONF.password_length
    found = sum(any(char in group for char in password) for group in groups)
    return (
        len(password) == length
        and set(password) <= set(''.join(groups))
        and found >= min(length, len(groups))
    )
